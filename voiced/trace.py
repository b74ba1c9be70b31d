"""The event log: an event to a line of JSON and back to the eye; latency of a turn's steps."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sys
from collections.abc import Collection
from typing import Any, TextIO, cast

from voiced.events import Event, Timing
from voiced.rates import RATE_HZ

__all__ = [
    "EventLog",
    "Marks",
    "event_type",
    "is_logged",
    "render",
    "to_json",
    "to_row",
    "type_name",
]


def event_type(event: Event) -> str:
    """The event's name in snake_case, as in the event stream."""
    return type_name(type(event))


def type_name(kind: type[Event]) -> str:
    """The name of a kind of event."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def to_row(event: Event) -> dict[str, Any]:
    """The event as a flat dict: ``at_s``, ``type``, then its own fields."""
    row = dataclasses.asdict(event)
    at = row.pop("at")
    if "slots" in row:
        row["slots"] = dict(row["slots"])
    return {"at_s": round(at / RATE_HZ, 3), "type": event_type(event), **row}


def to_json(event: Event) -> str:
    """The event as one line of JSON, without the line's end."""
    return _encodable(json.dumps(to_row(event), ensure_ascii=False))


def render(event: Event, without: Collection[str] = ()) -> str:
    """The event as one line for the eye: seconds, type, fields but those left out."""
    row = to_row(event)
    shown = [(key, value) for key, value in list(row.items())[2:] if key not in without]
    fields = " ".join(f"{key}={_short(value)}" for key, value in shown)
    return _encodable(f"{row['at_s']:8.3f}  {row['type']}  {fields}".rstrip())


def _encodable(line: str) -> str:
    """A file's name may hold bytes that are not UTF-8: they are written as JSON's escapes."""
    return line.encode("utf-8", "backslashreplace").decode("utf-8")


def _short(value: object) -> str:
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        inner = " ".join(f"{key}={_short(item)}" for key, item in items if item is not None)
        return f"{{{inner}}}"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1 else f"{value:.3g}"
    return json.dumps(value, ensure_ascii=False)


def is_logged() -> bool:
    """Whether stderr is kept by something: the journal of systemd, a pipe, a file."""
    return bool(os.environ.get("JOURNAL_STREAM")) or not sys.stderr.isatty()


class EventLog:
    """Writes events as JSON lines to an open text file, each flushed at once."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, event: Event) -> None:
        """Append one event."""
        self._file.write(to_json(event) + "\n")
        self._file.flush()


class Marks:
    """Collects when the steps of one turn happened; samples on the session's clock."""

    def __init__(self) -> None:
        self._speech_end: int | None = None
        self._at: dict[str, int] = {}

    def begin(self, speech_end: int) -> None:
        """The user's speech ended at this sample; latency counts from here."""
        self._speech_end = speech_end

    def set(self, step: str, at: int) -> None:
        """Note the first time that a step happened; later ones are ignored."""
        self._at.setdefault(step, at)

    def timing(self) -> Timing:
        """Milliseconds of each step after the true end of the user's speech."""
        if self._speech_end is None:
            return Timing()
        end = self._speech_end
        steps = {step: round((at - end) * 1000 / RATE_HZ, 1) for step, at in self._at.items()}
        return Timing(**steps)
