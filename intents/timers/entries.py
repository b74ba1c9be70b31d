"""What a timer, an alarm and a reminder are, and when they are due. Pure.

A timer ends at an instant. An alarm, and a reminder for a time of day, belong to the clock on the
wall: who travels, or sets the clock for summer, is woken at seven as it is seven there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

__all__ = ["KINDS", "WEEKDAYS", "Entry", "Kind", "due_at", "next_wall", "on_wall", "snoozed"]

Kind: TypeAlias = Literal["timer", "alarm", "reminder"]
State: TypeAlias = Literal["waiting", "done", "cancelled"]

KINDS: tuple[Kind, ...] = ("timer", "alarm", "reminder")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)} | {
    name: range(place, place + 1) for place, name in enumerate(WEEKDAYS)
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A timer, an alarm or a reminder.

    ``label`` is its name, or what to remind of. ``due_s`` is when it is due, in seconds since 1970;
    where it belongs to the clock on the wall, ``wall`` is that time instead (ISO, without a zone).
    One that has neither is only on the list. ``repeat`` is empty, "daily", "weekdays", "weekends"
    or the name of a weekday; ``rung`` counts how often it rang. ``room`` is where it was set, and
    where it rings.
    """

    id: str
    kind: Kind
    label: str = ""
    due_s: float | None = None
    wall: str = ""
    repeat: str = ""
    length_s: float = 0.0
    rung: int = 0
    state: State = "waiting"
    room: str = ""


def due_at(entry: Entry, now: datetime) -> datetime | None:
    """The moment at which it is due, in the zone of ``now``; None where it has none."""
    if entry.due_s is not None:
        return datetime.fromtimestamp(entry.due_s, now.tzinfo)
    if not entry.wall:
        return None
    wall = datetime.fromisoformat(entry.wall)
    zone = now.tzinfo
    if isinstance(zone, ZoneInfo) or zone is UTC:
        return wall.replace(tzinfo=zone)
    return wall.astimezone()  # a bare offset knows no summer: the zone of the machine does


def on_wall(moment: datetime) -> str:
    """A moment as it is on the clock on the wall."""
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def next_wall(repeat: str, clock: time, after: datetime) -> str:
    """The next time that something repeated is due, later than ``after``."""
    now = after.replace(tzinfo=None)
    days = _DAYS[repeat]
    for ahead in range(8):
        day = now.date() + timedelta(days=ahead)
        wall = datetime.combine(day, clock.replace(tzinfo=None))
        if day.weekday() in days and wall > now:
            return wall.isoformat()
    raise AssertionError(repeat)


def snoozed(entry: Entry, until: datetime) -> Entry:
    """The same once more, later."""
    return replace(entry, due_s=until.timestamp(), wall="", repeat="", rung=0, state="waiting")
