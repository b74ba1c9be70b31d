"""What rings now, and what rang while nobody could hear it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from voiced.plugin import Announcement, Context, Integrity, News, Told, announces
from voiced_intents.clock.words import time_words

from .entries import Entry, due_at, next_wall
from .settings import Settings
from .steps import follow
from .store import put, waiting
from .telling import day_and_time, name, told_back

__all__ = ["ring"]

_LATE = timedelta(minutes=2)


@announces("timers.ring", returns=Integrity.CONFIG)
async def ring(context: Context, told: Told) -> News:
    """Tell what is due; what was answered, or rang often enough, is over."""
    settings, now = context.settings(Settings), context.now
    await context.in_worker(follow, settings.path, now, context.uptime_s)
    return await context.in_worker(_news, settings, now, dict(told))


def _news(settings: Settings, now: datetime, told: Told) -> News:
    entries = waiting(settings.path)
    settled = [_settled(each, told[each.id], settings, now) for each in entries if each.id in told]
    if settled:
        put(settings.path, *settled)
        entries = waiting(settings.path)
    due = [each for each in entries if (at := due_at(each, now)) is not None and at <= now]
    later = [at for each in entries if (at := due_at(each, now)) is not None and at > now]
    announced = tuple(_announced(each, now) for each in _in_order(due, now))
    return News(announced, min(later, default=None))


def _settled(entry: Entry, hearing: str, settings: Settings, now: datetime) -> Entry:
    """The entry after it rang once more."""
    most = {
        "timer": settings.timer_rings,
        "alarm": settings.alarm_rings,
        "reminder": settings.reminder_rings,
    }[entry.kind]
    rung = entry.rung + 1
    if hearing == "heard" and rung < most and not _is_late(entry, now):
        return replace(entry, rung=rung)
    if entry.repeat:
        clock = datetime.fromisoformat(entry.wall).time()
        return replace(entry, wall=next_wall(entry.repeat, clock, now), rung=0)
    return replace(entry, rung=rung, state="done")


def _is_late(entry: Entry, now: datetime) -> bool:
    """Whether it was missed: it is long past, and never rang."""
    due = due_at(entry, now)
    return entry.rung == 0 and due is not None and now - due > _LATE


def _in_order(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    return sorted(entries, key=lambda entry: due_at(entry, now) or now)


def _announced(entry: Entry, now: datetime) -> Announcement:
    due = due_at(entry, now)
    assert due is not None  # noqa: S101 - it is due
    if _is_late(entry, now):
        return Announcement(entry.id, _missed(entry, due, now), room=entry.room)
    insists = entry.kind == "alarm"  # a television may not end it
    return Announcement(entry.id, _text(entry, now), rings=True, insists=insists, room=entry.room)


def _text(entry: Entry, now: datetime) -> str:
    match entry.kind:
        case "timer":
            return f"Your {name(entry)} is done."
        case "alarm":
            return f"It's {time_words(now)}. This is your alarm."
        case _:
            return f"A reminder: {told_back(entry.label)}."


def _missed(entry: Entry, due: datetime, now: datetime) -> str:
    days = (now.date() - due.date()).days
    clock = time_words(due)
    when = {0: f"at {clock}", 1: f"yesterday at {clock}"}.get(days) or day_and_time(due, now)
    match entry.kind:
        case "timer":
            return f"While I was off, your {name(entry)} ended, {when}."
        case "alarm":
            return f"I missed your alarm {when}, because I was off."
        case _:
            return f"I should have reminded you {when}: {told_back(entry.label)}."
