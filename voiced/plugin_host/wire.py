"""Values as lines of JSON between voiced and a plugin's process. Pure.

Both sides use it. A value that only its plugin understands crosses as ``Opaque``: the plugin's
process pickles it and gets it back; voiced never looks inside.
"""

from __future__ import annotations

import base64
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from voiced.plugin import DateSpan, FileEntity

__all__ = [
    "MAX_LINE_BYTES",
    "Opaque",
    "WireError",
    "decode",
    "encode",
    "from_line",
    "is_list",
    "is_table",
    "to_line",
]

MAX_LINE_BYTES = 1 << 20
"""The longest line; whoever sends a longer one has broken the protocol."""

_TAG = "$"
_MAX_DEPTH = 32
_FIELDS: Mapping[str, tuple[type, ...]] = {
    "start": (datetime,),
    "end": (datetime,),
    "path": (Path,),
    "kind": (str,),
    "size_bytes": (int,),
    "created": (datetime, type(None)),
    "modified": (datetime,),
}


class WireError(ValueError):
    """A value that cannot cross, or a line that is none of ours."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that only its plugin understands; ``data`` is kept as it came."""

    data: str
    kind: str


def is_table(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value of JSON types is a table."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value of JSON types is a list."""
    return isinstance(value, list)


def to_line(message: Mapping[str, Any]) -> bytes:
    """One line for one message of JSON types.

    Raises:
        WireError: It is too long, or holds what JSON cannot hold.
    """
    try:
        line = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError("a value that is no JSON") from error
    if len(line) > MAX_LINE_BYTES:
        raise WireError(f"a message of {len(line)} bytes is too long")
    return line


def from_line(line: bytes) -> dict[str, Any]:
    """The message of one line.

    Raises:
        WireError: The line is no JSON object.
    """
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WireError("a line that is no JSON") from error
    if not is_table(message):
        raise WireError("a line that is no object")
    return message


def encode(value: Any, pickled: Callable[[Any], bytes] | None = None, depth: int = 0) -> Any:
    """A value as JSON types.

    Args:
        value: Plain JSON, a date or time, a path, a file entity, or something of the plugin's own.
        pickled: What makes bytes of the plugin's own; None where there may be none.
        depth: How deep the value lies.

    Raises:
        WireError: It cannot cross.
    """
    if depth > _MAX_DEPTH:
        raise WireError("a value that is nested too deep")
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return _finite(value)

    def inner(each: Any) -> Any:
        return encode(each, pickled, depth + 1)

    if type(value) in (list, tuple, dict):
        return _nested(value, inner)
    known = _known(value, inner)
    if known is not None:
        return known
    if pickled is None:
        return _plain(value)
    data = base64.b64encode(pickled(value)).decode("ascii")
    return {_TAG: "opaque", "v": data, "kind": type(value).__name__}


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise WireError("a number that is not finite")
    return value


def _plain(value: Any) -> Any:
    """The value without a class of its own (an enum, a marked string)."""
    match value:
        case int():
            return int(value)
        case float():
            return _finite(float(value))
        case str():
            return str.__str__(value)
        case _:
            raise WireError(f"a value of type {type(value).__name__} cannot cross")


def _nested(value: Any, inner: Callable[[Any], Any]) -> Any:
    if is_table(value):
        if not {type(key) for key in value} <= {str}:
            raise WireError("a table whose keys are not text")
        coded = {key: inner(each) for key, each in value.items()}
        return {_TAG: "map", "v": coded} if _TAG in coded else coded
    items = [inner(each) for each in value]
    return items if is_list(value) else {_TAG: "tuple", "v": items}


def _known(value: Any, inner: Callable[[Any], Any]) -> dict[str, Any] | None:
    match value:
        case Opaque():
            return {_TAG: "opaque", "v": value.data, "kind": value.kind}
        case datetime() | date() | time() | timedelta():
            return _known_time(value)
        case Path():
            return {_TAG: "path", "v": os.fspath(value)}
        case DateSpan() | FileEntity():
            held = {each.name: inner(getattr(value, each.name)) for each in fields(value)}
            return {_TAG: type(value).__name__, "v": held}
        case _:
            return None


def _known_time(value: datetime | date | time | timedelta) -> dict[str, Any]:
    if isinstance(value, timedelta):
        return {_TAG: "timedelta", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, datetime):
        zone = getattr(value.tzinfo, "key", "")
        return {_TAG: "datetime", "v": value.isoformat(), "zone": zone}
    return {_TAG: "date" if isinstance(value, date) else "time", "v": value.isoformat()}


def decode(data: Any, unpickled: Callable[[bytes], Any] | None = None) -> Any:
    """The value of JSON types made by ``encode``.

    Args:
        data: What ``encode`` made.
        unpickled: Makes values of the plugin's own bytes; None leaves them ``Opaque``.

    Raises:
        WireError: It was not made by ``encode``.
    """
    if is_list(data):
        return [decode(each, unpickled) for each in data]
    if not is_table(data):
        return data
    if _TAG not in data:
        return {key: decode(each, unpickled) for key, each in data.items()}
    try:
        return _tagged(data, lambda each: decode(each, unpickled), unpickled)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise WireError("a value that was not made here") from error


def _tagged(
    table: Mapping[str, Any],
    inner: Callable[[Any], Any],
    unpickled: Callable[[bytes], Any] | None,
) -> Any:
    value = table["v"]
    match table[_TAG]:
        case "opaque":
            own = Opaque(str(value), str(table["kind"]))
            return own if unpickled is None else unpickled(base64.b64decode(own.data))
        case "map":
            return {key: inner(each) for key, each in value.items()}
        case "tuple":
            return tuple(inner(each) for each in value)
        case "datetime":
            moment = datetime.fromisoformat(value)
            return moment.astimezone(ZoneInfo(table["zone"])) if table["zone"] else moment
        case kind:
            return _made(str(kind), value, inner)


def _made(kind: str, value: Any, inner: Callable[[Any], Any]) -> Any:
    match kind:
        case "timedelta":
            return timedelta(*value)
        case "path":
            return Path(value)
        case "date":
            return date.fromisoformat(value)
        case "time":
            return time.fromisoformat(value)
        case "DateSpan":
            return _checked(DateSpan(**{key: inner(each) for key, each in value.items()}))
        case "FileEntity":
            return _checked(FileEntity(**{key: inner(each) for key, each in value.items()}))
        case _:
            raise WireError("a value of an unknown kind")


def _checked(made: DateSpan | FileEntity) -> DateSpan | FileEntity:
    """The value, if all in it is of its type."""
    for each in fields(made):
        kinds = _FIELDS.get(each.name, ())
        if not isinstance(getattr(made, each.name), kinds):
            raise WireError(f"a {type(made).__name__} whose {each.name} is none")
    return made
