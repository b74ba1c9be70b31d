"""Alarms: set for a time of day, once or again and again; snoozed; cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated

from voiced.plugin import (
    DURATION,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    Reply,
    intent,
)
from voiced_intents.clock.words import joined, length_words, time_words

from .entries import Entry, due_at, next_wall, on_wall, snoozed
from .keeping import all_waiting, cancel, keep, new_id
from .settings import Settings
from .slots import REPEAT, WHEN, When
from .store import last_rung
from .telling import day_and_time, listed, repeated

__all__ = ["cancel_alarm", "list_alarms", "set_alarm", "snooze", "timed"]

_NEAR = timedelta(minutes=1)


def timed(entry: Entry, when: When, repeat: str | None, now: datetime) -> Entry:
    """The entry with its time.

    Raises:
        IntentFailed: The time is over already.
    """
    fields = {"id": entry.id, "kind": entry.kind, "label": entry.label}
    if repeat:
        wall = next_wall(_DAYS.get(repeat, repeat), _clock(entry, when, repeat), now)
        return Entry(**fields, wall=wall, repeat=_DAYS.get(repeat, repeat))  # type: ignore[arg-type]
    if when.start <= now:
        raise IntentFailed("that time is over", spoken="That time is over already.")
    if when.is_exact:
        return Entry(**fields, due_s=when.start.timestamp())  # type: ignore[arg-type]
    return Entry(**fields, wall=on_wall(when.start))  # type: ignore[arg-type]


_DAYS = {"mornings": "daily", "evenings": "daily"}
_HALF = 12


def _clock(entry: Entry, when: When, repeat: str) -> time:
    """The time of day of what is repeated: an alarm for seven is in the morning."""
    is_early = repeat == "mornings" or (repeat != "evenings" and entry.kind == "alarm")
    clock = when.clock if is_early and when.clock and not when.is_exact else when.start.time()
    if repeat == "evenings" and clock.hour < _HALF:
        return clock.replace(hour=clock.hour + _HALF)
    return clock


@intent(
    "alarms.set",
    sentences=[
        "wake me [up] {when}",
        "wake me [up] ({repeat} {when}|{when} {repeat})",
        "(set|make|create) [an|the|another] alarm [for] {when}",
        "(set|make|create) [an|the|another] alarm [for] ({repeat} {when}|{when} {repeat})",
        "(set|make|create) [an|another] alarm {repeat} for {when}",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["wake me up tomorrow at half past six", "set an alarm for seven every weekday"],
)
async def set_alarm(
    context: Context,
    when: Annotated[When, WHEN],
    repeat: Annotated[str | None, REPEAT] = None,
) -> Reply:
    """Set an alarm, once or repeated."""
    if when.is_day:
        spoken = "At what time? Say: wake me tomorrow at seven."
        raise IntentFailed("no time of day was given", spoken=spoken)
    now = context.now
    entry = timed(Entry(new_id(), "alarm"), when, repeat, now)
    due = due_at(entry, now)
    assert due is not None  # noqa: S101 - it was just given
    words = day_and_time(due, now)
    if entry.repeat:
        words = f"{repeated(entry)} at {time_words(due)}, {words} for the first time"
    await keep(context, entry, f"set an alarm for {words}")
    return Reply(f"I'll wake you {words}.", data={"id": entry.id, "due": due.isoformat()})


@intent(
    "alarms.list",
    sentences=[
        "(what|which) alarms (are set|are there|do i have)",
        "(list|tell me|show [me]) [all] [of] (my|the) alarms",
        "when (is|are) my [next] (alarm|alarms)",
        "is (there|my) [an] alarm (set|on)",
        "when do you wake me [up]",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what alarms are set"],
)
async def list_alarms(context: Context) -> Reply:
    """Tell which alarms are set."""
    alarms = await all_waiting(context, "alarm")
    if not alarms:
        return Reply("There is no alarm set.")
    count = "Your alarm is" if len(alarms) == 1 else "Your alarms are"
    return Reply(f"{count} {listed(alarms, context.now)}.")


@intent(
    "alarms.cancel",
    sentences=[
        "(cancel|delete|turn off|remove|switch off) (the|my) [next] alarm",
        "(cancel|delete|turn off|remove|switch off) (the|my) alarm (for|at) {when}",
        "(cancel|delete|turn off|remove|switch off) (the|my) {when} alarm",
        "(don't|do not) wake me [up] [{when}]",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["cancel the alarm", "cancel my alarm for tomorrow at seven"],
)
async def cancel_alarm(context: Context, when: Annotated[When | None, WHEN] = None) -> Reply:
    """Cancel an alarm: the one at that time, or the only one."""
    now = context.now
    alarms = await all_waiting(context, "alarm")
    if not alarms:
        raise IntentFailed("no alarm is set", spoken="There is no alarm set.")
    found = _at(alarms, when, now) if when else alarms
    if len(found) != 1:
        spoken = f"Your alarms are {listed(alarms, now)}. Say at what time the one is."
        raise IntentFailed("no single alarm is meant", spoken=spoken)
    words = listed(found, now)
    await cancel(context, found, f"cancelled the alarm {words}")
    return Reply(f"The alarm {words} is off.")


def _at(alarms: Sequence[Entry], when: When, now: datetime) -> list[Entry]:
    """Those at that time, of that day; or else of any day, or of that half of it or the other."""
    dues = [(entry, due) for entry in alarms if (due := due_at(entry, now)) is not None]
    if when.is_day:
        return [entry for entry, due in dues if due.date() == when.start.date()]
    exact = [entry for entry, due in dues if abs(due - when.start) < _NEAR]
    clock = (when.start.hour % 12, when.start.minute)
    return exact or [entry for entry, due in dues if (due.hour % 12, due.minute) == clock]


@intent(
    "alarms.snooze",
    sentences=[
        "snooze [(the|my) alarm] [for {duration}]",
        "[give me] {duration} more sleep",
        "(wake me|ring|remind me) again in {duration}",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["snooze", "snooze for ten minutes"],
)
async def snooze(context: Context, duration: Annotated[timedelta | None, DURATION] = None) -> Reply:
    """Let the alarm or the reminder that rang last ring again later."""
    settings = context.settings(Settings)
    length = duration or timedelta(minutes=settings.snooze_minutes)
    entry = await context.in_worker(last_rung, settings.path)
    if entry is None:
        spoken = "Nothing has rung that I could let ring again."
        raise IntentFailed("nothing has rung", spoken=spoken)
    again = snoozed(Entry(new_id(), entry.kind, entry.label), context.now + length)
    words = length_words(length.total_seconds())
    await keep(context, again, f"let the {entry.kind} ring again in {words}")
    return Reply(f"{joined([words]).capitalize()} more.")
