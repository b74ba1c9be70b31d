"""What a tool gave back to what is said about it. Pure; every word of it is text from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from voiced.errors import IntentFailed
from voiced.mcp.wire import MOST_TEXT_BYTES, Answer
from voiced.plugin import Field, FieldKind, JsonValue, Reply, one_line

__all__ = ["reply_of"]

_MOST_SPOKEN = 400
_MOST_FIELDS = 40
_DEEPEST = 6
_FIELDS: tuple[tuple[FieldKind, re.Pattern[str]], ...] = (
    ("address", re.compile(r"[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}")),
    ("url", re.compile(r"https?://[^\s\"<>]{1,500}")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]{4,12}(?:Z|[+-][\d:]{4,6})?)?")),
    ("number", re.compile(r"-?\d{1,18}(?:\.\d{1,18})?")),
)
_ID = re.compile(r"[\w.:-]{1,64}")


def reply_of(server: str, tool: str, answer: Answer) -> Reply:
    """The reply of a call: its text with attribution, its data, its typed values.

    Raises:
        IntentFailed: The tool says that it failed, or its text is too long.
    """
    name = server.replace("_", " ")
    text = "\n".join(answer.texts)
    if len(text.encode("utf-8", "surrogatepass")) > MOST_TEXT_BYTES:
        raise IntentFailed(
            f"MCP server {server}: {tool} gave back more than {MOST_TEXT_BYTES // 1024} KiB",
            intent=f"mcp.{server}.{tool}",
            spoken=f"{name} gave back too much.",
        )
    said = _spoken(text or _plain(answer.structured))
    if answer.is_error:
        raise IntentFailed(
            f"MCP server {server}: {tool} says that it failed",
            intent=f"mcp.{server}.{tool}",
            spoken=f"{name} says that it failed: {said}" if said else f"{name} says it failed.",
        )
    data: dict[str, JsonValue] = {"text": _printable(text)}
    if answer.structured is not None:
        data["structured"] = cast("JsonValue", answer.structured)
    return Reply(_told(name, said, answer), data=data, fields=_fields(answer))


def _told(name: str, said: str, answer: Answer) -> str:
    if said:
        return f"{name} says: {said}"
    if answer.others:
        return f"{name} gave back something that is no text."
    return f"{name} is done."


def _spoken(text: str) -> str:
    line = one_line(text)
    if len(line) <= _MOST_SPOKEN:
        return line
    cut = line[:_MOST_SPOKEN].rsplit(" ", 1)[0]
    return f"{cut}, and so on."


def _plain(structured: Mapping[str, Any] | None) -> str:
    """The leaves of a structure, as far as they can be told."""
    if structured is None:
        return ""
    return ", ".join(value for _, value in _leaves("", structured, 0))


def _printable(text: str) -> str:
    return "\n".join(one_line(line) for line in text.splitlines())


def _fields(answer: Answer) -> tuple[Field, ...]:
    structured: object = answer.structured
    if structured is None and len(answer.texts) == 1:
        try:
            structured = json.loads(answer.texts[0])
        except (ValueError, RecursionError):
            return ()
    found = [field for key, value in _leaves("", structured, 0) for field in _typed(key, value)]
    return tuple(dict.fromkeys(found))[:_MOST_FIELDS]


def _typed(key: str, value: str) -> Iterator[Field]:
    for kind, shape in _FIELDS:
        if shape.fullmatch(value):
            yield Field(kind, value)
            return
    if key.lower().endswith("id") and _ID.fullmatch(value):
        yield Field("id", value)


def _leaves(key: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield from _leaves(name, inner, depth + 1)
    elif isinstance(value, list):
        for inner in cast("Sequence[object]", value):
            yield from _leaves(key, inner, depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield key, str(value)
