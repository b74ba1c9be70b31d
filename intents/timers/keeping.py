"""What the intents of timers, alarms and reminders share: to keep one, to end one, to find one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from voiced.plugin import Context, IntentFailed, JsonValue, Undo, sound_similarity, undoes
from voiced_intents.clock.words import joined

from .entries import Entry, Kind, due_at
from .settings import Settings
from .steps import follow
from .store import find, put, waiting
from .telling import name

__all__ = [
    "all_waiting",
    "cancel",
    "keep",
    "new_id",
    "save",
    "the_timer",
    "undo_cancel",
    "undo_set",
]


_ALIKE = 0.65


def new_id() -> str:
    """A name for a new entry."""
    return secrets.token_hex(6)


async def all_waiting(context: Context, kind: Kind) -> list[Entry]:
    """Those of a kind that are not over."""
    path = context.settings(Settings).path
    await context.in_worker(follow, path, context.now, context.uptime_s)
    return await context.in_worker(waiting, path, kind)


async def save(context: Context, *entries: Entry) -> None:
    """Write these."""
    path = context.settings(Settings).path
    await context.in_worker(follow, path, context.now, context.uptime_s)
    await context.in_worker(put, path, *entries)
    await context.in_worker(follow, path, context.now, context.uptime_s)


async def keep(context: Context, entry: Entry, summary: str) -> None:
    """Begin a new one; it rings where it was set."""
    async with context.change(Undo("timers.set", {"id": entry.id}), summary):
        await save(context, replace(entry, room=context.room))


async def cancel(context: Context, entries: Sequence[Entry], summary: str) -> None:
    """End these before their time."""
    ids: list[JsonValue] = [entry.id for entry in entries]
    async with context.change(Undo("timers.cancel", {"ids": ids}), summary):
        await save(context, *(replace(entry, state="cancelled") for entry in entries))


def the_timer(timers: Sequence[Entry], label: str | None) -> Entry:
    """The one timer that is meant.

    Raises:
        IntentFailed: There is none, or there are several.
    """
    if not timers:
        raise IntentFailed("no timer is running", spoken="There is no timer running.")
    found = _called(timers, label) if label else list(timers)
    names = joined([f"the {name(entry)}" for entry in timers])
    if not found:
        spoken = f"There is no {label} timer. What runs is {names}."
        raise IntentFailed("no timer of that name is running", spoken=spoken)
    if len(found) > 1:
        spoken = f"Which one? There is {names}. Say its name, too."
        raise IntentFailed("several timers may be meant", spoken=spoken)
    return found[0]


def _called(timers: Sequence[Entry], label: str) -> list[Entry]:
    """Those of that name, or else those whose name sounds most like it."""
    scores = [sound_similarity(label, entry.label) if entry.label else 0.0 for entry in timers]
    best = max(scores)
    is_near = best >= _ALIKE
    return [entry for entry, score in zip(timers, scores, strict=True) if is_near and score == best]


@undoes("timers.set")
async def undo_set(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take a timer, an alarm or a reminder away again."""
    entry = await _found(context, str(data["id"]))
    if entry.state != "waiting":
        raise IntentFailed("it is over", spoken=f"The {name(entry)} is over already.")
    await save(context, replace(entry, state="cancelled"))
    return f"I took the {name(entry)} away."


@undoes("timers.cancel")
async def undo_cancel(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Let what was cancelled go on, if its time has not come meanwhile."""
    ids = data["ids"]
    assert isinstance(ids, list)  # noqa: S101 - we wrote it
    found = [await _found(context, str(each)) for each in ids]
    now = context.now
    alive = [entry for entry in found if (due := due_at(entry, now)) is None or due > now]
    if not alive:
        raise IntentFailed("its time has passed", spoken="Its time has passed meanwhile.")
    await save(context, *(replace(entry, state="waiting", rung=0) for entry in alive))
    verb = "goes" if len(alive) == 1 else "go"
    names = joined([f"the {name(entry)}" for entry in alive])
    return f"{names[:1].upper()}{names[1:]} {verb} on."


async def _found(context: Context, wanted: str) -> Entry:
    entry = await context.in_worker(find, context.settings(Settings).path, wanted)
    if entry is None:
        raise IntentFailed("it is not kept any more", spoken="I don't have that any more.")
    return entry
