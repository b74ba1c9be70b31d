"""What a server of ``voiced.testing.servers`` answers: whole, in slices, late, broken. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Any, Literal, TypeAlias

from voiced.stages import ToolCall

__all__ = [
    "Answer",
    "ChatReply",
    "Ending",
    "Piece",
    "busy",
    "chat",
    "chat_events",
    "disconnect",
    "endless",
    "events",
    "page",
    "redirect",
    "refusal",
    "sliced",
    "whole",
    "whole_json",
]

Ending: TypeAlias = Literal["keep", "close", "reset", "stall"]
"""After the last piece: whole and kept open, closed, reset (RST), or nothing any more."""

ChatReply: TypeAlias = str | ToolCall | Sequence[str | ToolCall]
"""What a scripted model says: text in words, and tool calls."""

_ARGUMENT_SLICE = 7


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that are sent at once, ``pause_s`` after the piece before."""

    data: bytes
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``status`` 0 sends no head at all; ``delay_s`` passes before the head.

    ``pieces`` may be endless, if ``is_chunked``. An ending other than "keep" is not announced: the
    client meets it as a fault.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    pieces: Iterable[Piece] = ()
    is_chunked: bool = False
    ending: Ending = "keep"
    delay_s: float = 0.0


def whole(body: bytes, content_type: str, status: int = 200) -> Answer:
    """An answer in one piece."""
    return Answer(status, {"Content-Type": content_type}, (Piece(body),))


def whole_json(value: Any, status: int = 200) -> Answer:
    """A JSON document."""
    return whole(json.dumps(value).encode(), "application/json", status)


def refusal(status: int, message: str = "no", *, code: str = "") -> Answer:
    """An error as OpenAI-compatible servers tell it."""
    return whole_json({"error": {"message": message, "type": code, "code": code}}, status)


def busy(retry_after: str) -> Answer:
    """429 with a Retry-After header."""
    answer = refusal(429, "too many requests", code="rate_limit_exceeded")
    return replace(answer, headers={**answer.headers, "Retry-After": retry_after})


def page(status: int = 200) -> Answer:
    """A web page where an interface was expected."""
    body = b"<!doctype html><title>Hello</title><p>This is a web page.</p>"
    return whole(body, "text/html; charset=utf-8", status)


def redirect(url: str) -> Answer:
    """A redirect to another place."""
    return Answer(307, {"Location": url, "Content-Length": "0"})


def disconnect(ending: Ending = "close") -> Answer:
    """The connection ends before the first byte of an answer."""
    return Answer(status=0, ending=ending)


def events(*data: str | bytes, ending: Ending = "keep", pause_s: float = 0.0) -> Answer:
    """An event stream; strings are the data of one event each, bytes are sent as they are."""
    pieces = tuple(
        Piece(each if isinstance(each, bytes) else f"data: {each}\n\n".encode(), pause_s)
        for each in data
    )
    return Answer(
        200, {"Content-Type": "text/event-stream"}, pieces, is_chunked=True, ending=ending
    )


def endless(first: Iterable[str], then: str | bytes, pause_s: float = 0.0) -> Answer:
    """An event stream whose last event comes again and again."""
    answer = events(*first)
    (last,) = events(then, pause_s=pause_s).pieces
    return replace(answer, pieces=_Endless(tuple(answer.pieces), last))


def sliced(answer: Answer, size_bytes: int) -> Answer:
    """The same body in pieces of that size, however it cuts events and letters."""
    body = b"".join(piece.data for piece in answer.pieces)
    cuts = range(0, len(body), size_bytes)
    return replace(answer, pieces=tuple(Piece(body[at : at + size_bytes]) for at in cuts))


def chat(reply: ChatReply) -> Answer:
    """The whole stream of a chat completion that says this."""
    return events(*chat_events(reply), "[DONE]")


def chat_events(reply: ChatReply) -> tuple[str, ...]:
    """The data of the events of a chat completion: role, words, calls, finish, usage."""
    items = [reply] if isinstance(reply, str | ToolCall) else list(reply)
    calls = [item for item in items if isinstance(item, ToolCall)]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    for item in items:
        if isinstance(item, str):
            deltas += [{"content": word} for word in _words(item)]
    for index, call in enumerate(calls):
        deltas += _call_deltas(index, call)
    finish = "tool_calls" if calls else "stop"
    usage = {"prompt_tokens": 10, "completion_tokens": len(deltas), "total_tokens": 10}
    chunks: list[dict[str, Any]] = [_chunk(delta, None) for delta in deltas]
    chunks += [_chunk({}, finish), {"id": "scripted", "choices": [], "usage": usage}]
    return tuple(json.dumps(chunk, ensure_ascii=False) for chunk in chunks)


def _chunk(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "scripted", "object": "chat.completion.chunk", "choices": [choice]}


def _words(text: str) -> Iterator[str]:
    """The words, each with the space before it, so that joined they are the text."""
    begin = 0
    for at, letter in enumerate(text):
        if letter == " " and at > begin:
            yield text[begin:at]
            begin = at
    yield text[begin:]


def _call_deltas(index: int, call: ToolCall) -> Iterator[dict[str, Any]]:
    name = call.name.replace(".", "__")
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    first = {"name": name, "arguments": ""}
    yield {"tool_calls": [{"index": index, "id": call.id, "type": "function", "function": first}]}
    for at in range(0, len(arguments), _ARGUMENT_SLICE):
        more = {"arguments": arguments[at : at + _ARGUMENT_SLICE]}
        yield {"tool_calls": [{"index": index, "function": more}]}


@dataclass(frozen=True, slots=True)
class _Endless:
    """Pieces, then one more for ever; can be walked again for another request."""

    first: tuple[Piece, ...]
    then: Piece

    def __iter__(self) -> Iterator[Piece]:
        return chain(self.first, repeat(self.then))
