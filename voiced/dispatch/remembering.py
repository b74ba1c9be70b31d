"""Records of the journal as intents see them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from voiced.journal import Record, Said
from voiced.plugin import Remembered

__all__ = ["remembered"]

_OLD = timedelta(seconds=30)
"""What was said in a turn of this number before was said in another session."""


def remembered(records: Iterable[Record], turn: int, now: datetime) -> Sequence[Remembered]:
    """Without what this request said, and what did not come about; in the zone of ``now``."""
    return [
        _one(record, now)
        for record in records
        if not _is_of(record, turn, now)
        and (isinstance(record, Said) or record.state in ("done", "undone"))
    ]


def _is_of(record: Record, turn: int, now: datetime) -> bool:
    said_now = isinstance(record, Said) and record.turn == turn
    return said_now and abs(now - record.at) < _OLD


def _one(record: Record, now: datetime) -> Remembered:
    at = record.at.astimezone(now.tzinfo)
    if isinstance(record, Said):
        return Remembered(at, record.role, record.text)
    return Remembered(at, "change", record.summary, record.intent, record.state == "undone")
