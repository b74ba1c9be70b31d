"""What the journal hands out: changes and things said. Values only; no SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, cast

__all__ = [
    "Change",
    "ChangeState",
    "Erased",
    "Missed",
    "Record",
    "Said",
    "Speaker",
    "missed_of",
    "record_of",
]

ChangeState: TypeAlias = Literal["begun", "done", "failed", "undone"]
"""How far a change got. One that stays "begun" was interrupted."""

Speaker: TypeAlias = Literal["user", "assistant"]
"""Who said something."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that an intent made, and the way back.

    ``id`` is a number, as text, short enough to be said. ``operation`` names the undoer that
    takes it back from ``data``. ``process`` made it. Times are UTC.
    """

    id: str
    at: datetime
    turn: int
    intent: str
    summary: str
    operation: str
    data: Mapping[str, Any]
    state: ChangeState
    ended: datetime | None
    process: str

    def as_row(self) -> dict[str, Any]:
        """The change as JSON types."""
        return {
            "id": self.id,
            "kind": "change",
            "at": self.at.isoformat(),
            "turn": self.turn,
            "intent": self.intent,
            "summary": self.summary,
            "operation": self.operation,
            "data": dict(self.data),
            "state": self.state,
            "ended": self.ended.isoformat() if self.ended else None,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said, kept because the user turned transcripts on."""

    id: str
    at: datetime
    turn: int
    role: Speaker
    text: str

    def as_row(self) -> dict[str, Any]:
        """What was said as JSON types."""
        return {
            "id": self.id,
            "kind": "said",
            "at": self.at.isoformat(),
            "turn": self.turn,
            "role": self.role,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Missed:
    """A request that no template fits. ``text`` is empty unless transcripts were on.

    ``intent`` is what the language model took it for, or empty.
    """

    at: datetime
    turn: int
    text: str
    intent: str

    def as_row(self) -> dict[str, Any]:
        """The miss as JSON types."""
        at = self.at.isoformat()
        return {
            "kind": "missed",
            "at": at,
            "turn": self.turn,
            "text": self.text,
            "intent": self.intent,
        }


Record: TypeAlias = Change | Said
"""A row of the journal."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were erased. ``kept`` changes are still under way or were interrupted.

    So many of the erased texts were looked for in the bytes of the files (``proved``), and none
    was there.
    """

    said: int
    changes: int
    kept: int
    proved: int = 0


def missed_of(row: Mapping[str, Any]) -> Missed:
    """A row of the table ``misses`` as a value."""
    return Missed(_time(row["at_s"]), _whole(row["turn"]), str(row["text"]), str(row["intent"]))


def record_of(row: Mapping[str, Any]) -> Record:
    """A row of the table ``entries`` as a record; what somebody wrote into it is borne."""
    at, turn, text = _time(row["at_s"]), _whole(row["turn"]), str(row["text"])
    if row["kind"] != "change":
        return Said(str(row["id"]), at, turn, row["kind"], text)
    return Change(
        id=str(row["id"]),
        at=at,
        turn=turn,
        intent=str(row["intent"]),
        summary=text,
        operation=str(row["operation"]),
        data=_data(row["data"]),
        state=row["state"] or "failed",
        ended=None if row["ended_s"] is None else _time(row["ended_s"]),
        process=str(row["process"]),
    )


def _data(packed: object) -> Mapping[str, Any]:
    """The way back; nothing where it cannot be read, so that it only is refused."""
    try:
        found: Any = json.loads(str(packed))
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _whole(number: object) -> int:
    return number if isinstance(number, int) else 0


def _time(at_s: object) -> datetime:
    """The time; the beginning of time where the number is none."""
    try:
        return datetime.fromtimestamp(float(str(at_s)), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
