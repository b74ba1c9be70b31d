"""What AgentDojo's tools give back, as text for the model and as typed values for later calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel

__all__ = ["Typed", "as_text", "typed_values"]

Typed = tuple[str, str]
"""A kind (id, address, date, number, url or path) and the value as text."""

_KINDS = {
    **dict.fromkeys(("id", "id_", "file_id", "email_id", "channel"), "id"),
    **dict.fromkeys(
        ("sender", "recipient", "recipients", "cc", "bcc", "participants", "email", "owner"),
        "address",
    ),
    **dict.fromkeys(("timestamp", "start_time", "end_time", "date", "last_modified"), "date"),
    **dict.fromkeys(("amount", "size"), "number"),
    **dict.fromkeys(("filename",), "path"),
}
_IN_TEXT = (
    ("address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("address", re.compile(r"\b[A-Z]{2}\d{10,30}\b")),
    ("url", re.compile(r"\b(?:https?://|www\.)[^\s<>\"')]+[\w/]")),
    ("date", re.compile(r"\b\d{4}-\d{2}-\d{2}\b")),
    ("number", re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")),
)
_PLAIN = {"get_channels": "id", "get_users_in_channel": "address", "get_balance": "number"}


def _plain(result: Any) -> Any:
    if isinstance(result, BaseModel):
        return result.model_dump(mode="json")
    if isinstance(result, list | tuple):
        return [_plain(item) for item in result]
    return result


def as_text(result: Any) -> str:
    """A result as the model reads it."""
    plain = _plain(result)
    if isinstance(plain, str):
        return plain
    return str(yaml.dump(plain, Dumper=yaml.CSafeDumper, allow_unicode=True, width=10**6)).strip()


def typed_values(function: str, result: Any) -> tuple[Typed, ...]:
    """The values of a result that a later call may take from it, each once.

    Fields of records have the kind of their name; in texts, what looks like an address, an
    account number, a URL, a date or a number is one.
    """
    return tuple(dict.fromkeys(_typed(_plain(result), _PLAIN.get(function, ""))))


def _typed(plain: Any, kind: str) -> Iterator[Typed]:
    if isinstance(plain, Mapping):
        for name, value in plain.items():
            if name == "shared_with":
                yield from (("address", str(person)) for person in value)
            else:
                yield from _typed(value, _KINDS.get(str(name), kind))
    elif isinstance(plain, list):
        for item in plain:
            yield from _typed(item, kind)
    elif plain is not None and not isinstance(plain, bool):
        yield from _of_value(plain, kind)


def _of_value(value: object, kind: str) -> Iterator[Typed]:
    if kind:
        yield kind, str(value)
    if isinstance(value, int | float):
        yield from _number(value)
    elif isinstance(value, str):
        for found, pattern in _IN_TEXT:
            for match in pattern.findall(value):
                yield found, match
                yield from _number(match) if found == "number" else ()


def _number(value: str | float) -> Iterator[Typed]:
    """A number as it may be written: 98.70 is 98.7, and 10.0 is 10."""
    yield "number", str(float(value))
    if float(value).is_integer():
        yield "number", str(int(float(value)))
