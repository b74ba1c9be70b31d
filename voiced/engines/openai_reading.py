"""What a stream of chat chunks says: text at once, tool calls only when whole. Pure.

No network and no clock here: data of events in, deltas and calls out, or a typed error.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import ValidationError

from voiced.engines.openai_faults import FaultTeller, Refusal
from voiced.engines.openai_wire import Chunk, Delta, ToolCallDelta
from voiced.stages import ReplyDelta, ToolCall, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ARGUMENTS_LIMIT_BYTES",
    "CALLS_LIMIT",
    "NAMELESS",
    "TEXT_LIMIT_BYTES",
    "ReplyReader",
    "read_arguments",
]

TEXT_LIMIT_BYTES = 64 * 1024
ARGUMENTS_LIMIT_BYTES = 16 * 1024
CALLS_LIMIT = 16
NAMELESS = "unnamed"
"""The name of a call without one: servers do not take an empty name in the history."""

_SERVER_FAULT = 500


@dataclass(slots=True)
class _PartialCall:
    index: int
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    size_bytes: int = 0


class ReplyReader:
    """Reads one reply.

    ``progress`` counts events that brought something, ``has_answer`` says that text or a call
    began, ``finished`` that the model came to its end, ``done`` that the stream did, too, and
    ``enough`` that nothing more is wanted.

    Args:
        tell: Makes the errors.
        names: From tool names on the wire to names of intents.
    """

    def __init__(self, tell: FaultTeller, names: Mapping[str, str]) -> None:
        self._tell = tell
        self._names = names
        self._calls: list[_PartialCall] = []
        self._text_bytes = 0
        self.progress = 0
        self.has_answer = False
        self.finished = False
        self.done = False
        self.enough = False
        self.usage: Usage | None = None

    def take(self, data: str | bytes) -> list[ReplyDelta | ToolCall]:
        """What this event adds to the reply.

        Raises:
            EngineError: The event is malformed or an error, or a call is not usable.
        """
        if data == "[DONE]":
            return self.end()
        try:
            chunk = Chunk.model_validate_json(data)
        except ValidationError:
            raise self._tell.malformed("the stream holds an event that is not a chunk") from None
        if chunk.error is not None:
            self._fail(chunk.error)
        self._count(chunk)
        if not chunk.choices or self.finished:
            return []
        choice = chunk.choices[0]
        items = self._take_delta(choice.delta or choice.message or Delta())
        return items + self._finish(choice.finish_reason) if choice.finish_reason else items

    def end(self) -> list[ReplyDelta | ToolCall]:
        """The stream said that it is over (``[DONE]``): what was held back.

        Raises:
            EngineError: A call is not usable.
        """
        self.done = True
        return [] if self.finished else self._finish("stop")

    def broke_off(self) -> None:
        """The stream ended without saying that it is over.

        Raises:
            EngineError: The model had not come to its end.
        """
        if not (self.finished or self.enough):
            raise self._tell.lost("the stream ended early")

    def _count(self, chunk: Chunk) -> None:
        """The tokens, where the server counts them: in the usage, or as llama.cpp times itself."""
        usage, timings = chunk.usage, chunk.timings
        cached = timings.cache_n if timings else None
        if usage is not None:
            details = usage.prompt_tokens_details
            if details is not None and details.cached_tokens is not None:
                cached = details.cached_tokens
            if cached is None and self.usage is not None:
                cached = self.usage.cached
            counted = (usage.prompt_tokens, cached, usage.completion_tokens)
            self.usage = Usage(*counted, _cost(usage.cost))
        elif timings is not None and cached is not None and timings.prompt_n is not None:
            self.usage = Usage(timings.prompt_n + cached, cached, timings.predicted_n)

    def _take_delta(self, delta: Delta) -> list[ReplyDelta | ToolCall]:
        thought = delta.reasoning_content or delta.reasoning
        text = delta.content or delta.refusal or ""
        for piece in delta.tool_calls or ():
            self._add(piece)
        self.progress += bool(thought or text or delta.tool_calls)
        self.has_answer = self.has_answer or bool(text or delta.tool_calls)
        if not text:
            return []
        self._text_bytes += len(text.encode("utf-8", "replace"))
        if self._text_bytes > TEXT_LIMIT_BYTES:  # nobody listens that long
            self.enough = True
            return []
        return [ReplyDelta(text)]

    def _add(self, piece: ToolCallDelta) -> None:
        call = self._call_of(piece)
        call.id = call.id or piece.id or ""
        call.name = call.name or piece.function.name or ""
        arguments = piece.function.arguments or ""
        call.arguments.append(arguments)
        call.size_bytes += len(arguments.encode("utf-8", "replace"))
        if call.size_bytes > ARGUMENTS_LIMIT_BYTES:
            self._refuse_calls("the arguments of a tool call are too long")

    def _call_of(self, piece: ToolCallDelta) -> _PartialCall:
        """The call that the piece belongs to.

        Not all servers count: some give every call the index 0, or none.
        """
        last = self._calls[-1].index if self._calls else -1
        begins = bool(piece.function.name)
        index = piece.index if piece.index is not None else last + begins
        same = [call for call in self._calls if call.index == index]
        another = begins and same and same[-1].id and piece.id and same[-1].id != piece.id
        if same and not another:
            return same[-1]
        if len(self._calls) == CALLS_LIMIT:
            self._refuse_calls("too many tool calls")
        self._calls.append(_PartialCall(index))
        return self._calls[-1]

    def _finish(self, reason: str) -> list[ReplyDelta | ToolCall]:
        self.finished = True
        if reason == "content_filter":
            raise self._tell.error(
                "the content filter stopped the reply",
                spoken="My language model refused to answer that.",
            )
        if reason == "length" and self._calls:
            self._refuse_calls("a tool call was cut off at the longest reply")
        return [self._whole(number, call) for number, call in enumerate(self._calls)]

    def _whole(self, number: int, call: _PartialCall) -> ToolCall:
        taken = {other.id for other in self._calls[:number]}
        known = call.id if call.id not in taken else ""
        name = self._names.get(call.name, call.name.replace("__", "."))
        arguments, mistake = read_arguments("".join(call.arguments) or "{}")
        if not name:
            name, mistake = NAMELESS, "the call names no tool"
        return ToolCall(known or f"call_{number}", name, arguments, mistake)

    def _refuse_calls(self, why: str) -> NoReturn:
        raise self._tell.error(
            why, spoken="My language model asked for something that I can't read.", retryable=True
        )

    def _fail(self, error: Any) -> NoReturn:
        status = error.get("code") if isinstance(error, dict) else None
        code = status if isinstance(status, int) else _SERVER_FAULT
        raise self._tell.refused(Refusal(code, text=str(error)))


def read_arguments(text: str) -> tuple[Mapping[str, Any], str]:
    """The arguments of a call, and what is wrong with them, or nothing."""
    try:
        arguments: Any = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return {}, "the arguments are not valid JSON"
    if not isinstance(arguments, dict):
        return {}, "the arguments are not a JSON object"
    return arguments, ""


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _cost(told: object) -> float | None:
    """What a reply costs, where the server says a number."""
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return float(told) if is_number and math.isfinite(told) and told >= 0 else None
