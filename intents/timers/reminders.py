"""Reminders: of something, at a time, once or again and again, or only on the list."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    Integrity,
    IntentFailed,
    Reply,
    intent,
    normalise,
    sound_similarity,
)
from voiced_intents.clock.words import joined, time_words

from .alarms import timed
from .entries import Entry, due_at
from .keeping import all_waiting, cancel, keep, new_id
from .settings import Settings
from .slots import REPEAT, WHEN, When
from .telling import day_and_time, listed, repeated, told_back

__all__ = ["add_reminder", "cancel_reminder", "list_reminders"]

_ALIKE = 0.7


@intent(
    "reminders.add",
    sentences=[
        "remind me to {task} [{when}]",
        "remind me {when} to {task}",
        "{when} remind me to {task}",
        "remind me to {task} ({repeat} {when}|{when} {repeat}|{repeat})",
        "remind me ({repeat} {when}|{when} {repeat}|{repeat}) to {task}",
        "remind me (about|of) {task} {when}",
        "remind me {when} (about|of) {task}",
        "set a reminder [for] {when} to {task}",
        "set a reminder to {task} [for] {when}",
        "don't let me forget to {task}",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["remind me to call Anna tomorrow at nine", "remind me in two hours to stretch"],
)
async def add_reminder(
    context: Context,
    task: Annotated[str, TEXT],
    when: Annotated[When | None, WHEN] = None,
    repeat: Annotated[str | None, REPEAT] = None,
) -> Reply:
    """Remind of something, at a time or again and again."""
    now = context.now
    entry = Entry(new_id(), "reminder", task)
    if when is None and repeat:
        when = When(now, is_day=True)
    if when is not None and when.is_day:  # a whole day: at a fixed hour of it
        hour = context.settings(Settings).day_hour
        start = when.start.replace(hour=hour, minute=0, second=0, microsecond=0)
        when = replace(when, start=start)
    words = told_back(task)
    if when is None:
        await keep(context, entry, f"noted to remind you: {words}")
        spoken = f"I put it on your list, without a time: {words}."
        return Reply(spoken, data={"id": entry.id})
    entry = timed(entry, when, repeat, now)
    due = due_at(entry, now)
    assert due is not None  # noqa: S101 - it was just given
    moment = day_and_time(due, now)
    if entry.repeat:
        moment = f"{repeated(entry)} at {time_words(due)}"
    await keep(context, entry, f"set a reminder {moment}: {words}")
    return Reply(
        f"I'll remind you {moment}: {words}.", data={"id": entry.id, "due": due.isoformat()}
    )


@intent(
    "reminders.list",
    sentences=[
        "(what|which) reminders (are set|are there|do i have)",
        "(list|tell me|read [me]|show [me]) [all] [of] (my|the) reminders",
        "what (do|did) (you|i) [have to] remind me (of|about)",
    ],
    effect=Effect.R1,
    returns=Integrity.CONFIG,
    examples=["what reminders do I have"],
)
async def list_reminders(context: Context) -> Reply:
    """Tell what there is to be reminded of."""
    reminders = await all_waiting(context, "reminder")
    if not reminders:
        return Reply("There are no reminders.")
    words = listed(reminders, context.now)
    return Reply(f"{words[:1].upper()}{words[1:]}.")


@intent(
    "reminders.cancel",
    sentences=[
        "(cancel|delete|remove|forget) (the|my) reminder (to|about|of) {task}",
        "(don't|do not) remind me (to|about|of) {task}",
        "(cancel|delete|remove) all [[of] (the|my)] reminders",
        "(cancel|delete|remove) (the|my) [last] reminder",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["cancel the reminder to call Anna"],
)
async def cancel_reminder(context: Context, task: Annotated[str | None, TEXT] = None) -> Reply:
    """Cancel a reminder: the one that was named, or the only one."""
    reminders = await all_waiting(context, "reminder")
    if not reminders:
        raise IntentFailed("there are no reminders", spoken="There are no reminders.")
    found = [each for each in reminders if task is None or _is_alike(task, each.label)]
    if len(found) != 1:
        names = joined([told_back(each.label) for each in reminders])
        spoken = f"Which one? There is: {names}."
        raise IntentFailed("no single reminder is meant", spoken=spoken)
    words = told_back(found[0].label)
    await cancel(context, found, f"cancelled the reminder: {words}")
    return Reply(f"I won't remind you: {words}.")


def _is_alike(said: str, label: str) -> bool:
    words, known = " ".join(normalise(said)), " ".join(normalise(label))
    return words in known or sound_similarity(words, known) >= _ALIKE
