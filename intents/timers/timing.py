"""Timers: set, ask, change, end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from voiced.plugin import (
    DURATION,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    JsonValue,
    Reply,
    Undo,
    intent,
    undoes,
)
from voiced_intents.clock.words import joined, length_words

from .entries import Entry, due_at
from .keeping import all_waiting, cancel, keep, new_id, save, the_timer
from .slots import LABEL
from .telling import left, listed, name

__all__ = [
    "cancel_all",
    "cancel_timer",
    "lengthen",
    "list_timers",
    "shorten",
    "start_timer",
    "time_left",
    "undo_adjust",
]

_LONGEST = timedelta(days=7)


@intent(
    "timers.start",
    sentences=[
        "(set|start) [me] [a|the|another] timer (for|of) {duration} [called {label}]",
        "(set|start) [me] [a|the|another] {duration} [{label}] timer",
        "[a|another] {duration} [{label}] timer",
        "(set|start) [me] [a|the] {label} timer (for|of) {duration}",
        "(set|start) [a] timer called {label} for {duration}",
        "timer [for] {duration}",
        "put {duration} on the timer",
        "(set|start) [me] (a|another) timer",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["set a timer for ten minutes", "set a pasta timer for twelve minutes"],
)
async def start_timer(
    context: Context,
    duration: Annotated[timedelta | None, DURATION] = None,
    label: Annotated[str | None, LABEL] = None,
) -> Reply:
    """Set a timer."""
    if duration is None:
        spoken = "For how long? Say for example: set a timer for ten minutes."
        raise IntentFailed("no length was given", spoken=spoken)
    if duration > _LONGEST:
        spoken = "A timer runs for a week at most. Ask me to remind you instead."
        raise IntentFailed("longer than a week", spoken=spoken)
    seconds = duration.total_seconds()
    due_s = context.now.timestamp() + seconds
    entry = Entry(new_id(), "timer", label or "", due_s, length_s=seconds)
    await keep(context, entry, f"set a {name(entry)}")
    called = f"{label.capitalize()} timer: " if label else ""
    words = length_words(seconds)
    text = f"{called}{words}" if called else words.capitalize()
    return Reply(f"{text}, starting now.", data={"id": entry.id, "seconds": seconds})


@intent(
    "timers.left",
    sentences=[
        "how (much time|long) is left [on (the|my) [{label}] timer]",
        "how (much time|long) do i have left",
        "(check|show me) (the|my) timer",
        "when (is|does) (the|my) [{label}] timer (done|over|end|go off)",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["how much time is left", "how much time is left on the pasta timer"],
)
async def time_left(context: Context, label: Annotated[str | None, LABEL] = None) -> Reply:
    """Tell how long a timer still runs, or all of them."""
    timers = await all_waiting(context, "timer")
    now = context.now
    if label is None and len(timers) > 1:
        return Reply(f"There is {listed(timers, now)}.", data=_data(timers, context))
    timer = the_timer(timers, label)
    due = due_at(timer, now)
    if due is None or due <= now:
        return Reply(f"The {name(timer)} is done.")
    called = f" on the {name(timer)}" if label else ""
    return Reply(f"{left(timer, now).capitalize()}{called}.", data=_data([timer], context))


@intent(
    "timers.list",
    sentences=[
        "(what|which) timers (are running|are there|do i have|are set)",
        "(list|tell me|show [me]) [all] [of] (my|the) timers",
        "how many timers (are running|are there|do i have)",
        "is there a timer [running]",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what timers do I have"],
)
async def list_timers(context: Context) -> Reply:
    """Tell which timers run."""
    timers = await all_waiting(context, "timer")
    if not timers:
        return Reply("There is no timer running.")
    return Reply(f"There is {listed(timers, context.now)}.", data=_data(timers, context))


@intent(
    "timers.cancel",
    sentences=["(cancel|stop|delete|turn off|end) [the|my] [{label}] timer"],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["cancel the timer", "cancel the pasta timer"],
)
async def cancel_timer(context: Context, label: Annotated[str | None, LABEL] = None) -> Reply:
    """Stop a timer before it ends."""
    timer = the_timer(await all_waiting(context, "timer"), label)
    await cancel(context, [timer], f"stopped the {name(timer)}")
    return Reply(f"The {name(timer)} is off.")


@intent(
    "timers.cancel_all",
    sentences=["(cancel|stop|delete|turn off|end) (all [[of] (the|my)]|every) (timer|timers)"],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["cancel all timers"],
)
async def cancel_all(context: Context) -> Reply:
    """Stop every timer before it ends."""
    timers = await all_waiting(context, "timer")
    if not timers:
        return Reply("There is no timer running.")
    names = joined([f"the {name(each)}" for each in timers])
    await cancel(context, timers, f"stopped {names}")
    return Reply(f"I stopped {names}.")


@intent(
    "timers.lengthen",
    sentences=[
        "(add [another]|put another) {duration} [more] (to|on) (the|my) [{label}] timer",
        "(extend|lengthen) (the|my) [{label}] timer by {duration}",
        "give (the|my) [{label}] timer {duration} more",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["add five minutes to the timer"],
)
async def lengthen(
    context: Context,
    duration: Annotated[timedelta, DURATION],
    label: Annotated[str | None, LABEL] = None,
) -> Reply:
    """Let a timer run longer."""
    return await _adjust(context, duration.total_seconds(), label)


@intent(
    "timers.shorten",
    sentences=[
        "(take|remove|subtract) {duration} (off|from|off of) (the|my) [{label}] timer",
        "shorten (the|my) [{label}] timer by {duration}",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["take two minutes off the timer"],
)
async def shorten(
    context: Context,
    duration: Annotated[timedelta, DURATION],
    label: Annotated[str | None, LABEL] = None,
) -> Reply:
    """Let a timer end earlier."""
    return await _adjust(context, -duration.total_seconds(), label)


async def _adjust(context: Context, seconds: float, label: str | None) -> Reply:
    timer = the_timer(await all_waiting(context, "timer"), label)
    changed = _moved(timer, seconds)
    now = context.now
    if (due := due_at(changed, now)) is None or due <= now:
        spoken = f"There are only {left(timer, now)} left. Say: cancel the {name(timer)}."
        raise IntentFailed("nothing would be left of the timer", spoken=spoken)
    verb = "added" if seconds > 0 else "took"
    to = "to" if seconds > 0 else "off"
    summary = f"{verb} {length_words(abs(seconds))} {to} the {name(timer)}"
    way_back = Undo("timers.adjust", {"id": timer.id, "seconds": -seconds})
    async with context.change(way_back, summary):
        await save(context, changed)
    return Reply(f"{left(changed, now).capitalize()} left.")


def _moved(timer: Entry, seconds: float) -> Entry:
    return replace(timer, due_s=(timer.due_s or 0.0) + seconds, rung=0)


@undoes("timers.adjust")
async def undo_adjust(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Give a timer the time back that it had."""
    running = await all_waiting(context, "timer")
    timer = next((each for each in running if each.id == data["id"]), None)
    if timer is None:
        raise IntentFailed("the timer is over", spoken="That timer is over already.")
    seconds = data["seconds"]
    assert isinstance(seconds, int | float)  # noqa: S101 - we wrote it
    changed = _moved(timer, seconds)
    await save(context, changed)
    return f"The {name(timer)} has {left(changed, context.now)} left."


def _data(timers: list[Entry], context: Context) -> dict[str, JsonValue]:
    now_s = context.now.timestamp()
    return {
        "timers": [
            {"label": each.label, "seconds_left": round((each.due_s or now_s) - now_s)}
            for each in timers
        ]
    }
