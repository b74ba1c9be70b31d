"""Forgetting, for good and on the disk: asked first, and answered with more than a yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from voiced.plugin import (
    DURATION,
    TEXT,
    TIME_SPAN,
    Context,
    DateSpan,
    Effect,
    Forgotten,
    Integrity,
    Reply,
    intent,
)

from .words import counted, telling_words, whole_sentence

__all__ = ["forget_about", "forget_all", "forget_last", "forget_when"]

_SLACK = timedelta(seconds=15)
"""Between the order and the answer to what is asked back, time goes on."""

_DEADLINE_S = 60.0
_FORGET = "(forget|erase)"


def _told(forgotten: Forgotten, *more: str) -> Reply:
    """What is gone, by numbers alone: the words themselves must not be said again."""
    if forgotten.is_empty:
        return Reply("There was nothing to forget.")
    gone = [
        counted(count, *nouns)
        for count, *nouns in (
            (forgotten.said, "thing that was said", "things that were said"),
            (forgotten.changes, "change"),
            (forgotten.turns, "recorded turn"),
            (forgotten.taught, "taught sentence"),
            (forgotten.ended, "timer or reminder of before", "timers and reminders of before"),
        )
        if count
    ]
    parts = [f"Forgotten: {_all(gone) if gone else 'how long your pauses are'}"]
    if forgotten.changes:
        parts.append("What was changed stays so, and can't be undone any more")
    if forgotten.kept:
        parts.append(f"I kept {counted(forgotten.kept, 'change')} that did not come to an end")
    if forgotten.silent:
        kept = counted(forgotten.silent, "recording")
        parts.append(f"I kept {kept} without words, which I can't search")
    if forgotten.set_aside:
        parts.append("A damaged file of my journal stays: say forget everything to erase it")
    return Reply(whole_sentence([*parts, *more]), data={"said": forgotten.said})


def _all(parts: list[str]) -> str:
    """All of the parts: what is gone is told in full."""
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last


@intent(
    "memory.forget_last",
    sentences=[
        f"{_FORGET} [(everything|all) (from|in|of)] the last {{duration}}",
        f"{_FORGET} what (i|we) (said|did) (in|during|for) the last {{duration}}",
    ],
    effect=Effect.W2,
    returns=Integrity.CONFIG,
    deadline_s=_DEADLINE_S,
    examples=["forget the last ten minutes"],
)
async def forget_last(context: Context, duration: Annotated[timedelta, DURATION]) -> Reply:
    """Forget what was said and done in the last while."""
    since = context.now - duration - _SLACK
    return _told(await context.assistant.forget(since=since))


@intent(
    "memory.forget_when",
    sentences=[
        f"{_FORGET} (everything|all) (from|of) {{when}}",
        f"{_FORGET} what (i|we) (said|did) {{when}}",
        f"{_FORGET} {{when}}",
    ],
    effect=Effect.W2,
    returns=Integrity.CONFIG,
    deadline_s=_DEADLINE_S,
    examples=["forget what I said yesterday"],
)
async def forget_when(context: Context, when: Annotated[DateSpan, TIME_SPAN]) -> Reply:
    """Forget what was said and done at some time."""
    return _told(await context.assistant.forget(since=when.start, until=when.end))


@intent(
    "memory.forget_about",
    sentences=[
        f"{_FORGET} (what|everything|all|anything) [that] (i|we) [ever]"
        " (said|told you|asked|asked you|talked) about {topic}",
        f"{_FORGET} (everything|all|anything) [you know] about {{topic}}",
    ],
    effect=Effect.W2,
    returns=Integrity.CONFIG,
    deadline_s=_DEADLINE_S,
    examples=["forget what I said about the boat"],
)
async def forget_about(context: Context, topic: Annotated[str, TEXT]) -> Reply:
    """Forget everything that was said and done about something."""
    return _told(await context.assistant.forget(telling_words(topic)))


@intent(
    "memory.forget_all",
    sentences=[
        f"{_FORGET} everything",
        f"{_FORGET} everything [that] (you know|i [ever] said|i [ever] told you|you remember)",
        "(erase|clear|delete|wipe) (your [whole|entire] (memory|journal)|(the|my) [whole] journal)",
        f"{_FORGET} all [that] you (know|remember) [about me]",
    ],
    effect=Effect.W2,
    returns=Integrity.CONFIG,
    deadline_s=_DEADLINE_S,
    examples=["forget everything"],
)
async def forget_all(context: Context) -> Reply:
    """Forget everything that was ever said and done."""
    forgotten = await context.assistant.forget()
    return _told(forgotten, "Your notes, lists and reminders stay")
