"""Forgetting timers, alarms and reminders that are over; those that wait stay."""

from __future__ import annotations

from datetime import datetime

from voiced.plugin import SlotContext, normalise

from .entries import Entry, due_at
from .settings import Settings
from .store import erase, every

__all__ = ["count_ended", "forget_ended"]


def forget_ended(
    context: SlotContext, words: str, since: datetime | None, until: datetime | None
) -> int:
    """Erase those that are over, and hold the words, and were due in the span of time."""
    gone = _ended(context, words, since, until)
    if gone:
        erase(context.settings(Settings).path, gone)
    return len(gone)


def count_ended(
    context: SlotContext, words: str, since: datetime | None, until: datetime | None
) -> int:
    """How many ``forget_ended`` would erase."""
    return len(_ended(context, words, since, until))


def _ended(
    context: SlotContext, words: str, since: datetime | None, until: datetime | None
) -> list[Entry]:
    wanted = set(normalise(words))
    return [
        entry
        for entry in every(context.settings(Settings).path)
        if entry.state != "waiting"
        and wanted <= set(normalise(entry.label))
        and _is_within(entry, since, until, context.now)
    ]


def _is_within(entry: Entry, since: datetime | None, until: datetime | None, now: datetime) -> bool:
    """Whether it was due then; one without a time is within no span."""
    if since is None and until is None:
        return True
    due = due_at(entry, now)
    after = since is None or (due is not None and due >= since)
    return due is not None and after and (until is None or due < until)
