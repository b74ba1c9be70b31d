"""Taking back what was done, and telling it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from voiced.plugin import NUMBER, Context, Effect, InvalidSlots, Reply, intent, number_words

__all__ = ["recall", "undo"]

_SPOKEN_ITEMS = 3
_MOST_CHANGES = 20


@intent(
    "talk.undo",
    sentences=[
        "undo [that|it|this|the last (one|change|thing)]",
        "(take|put) (that|it) back",
        "(revert|reverse) (that|it)",
        "(undo|take back|revert) [the] [last] {count} [changes|things|actions]",
    ],
    effect=Effect.W1,
    critical=["count"],
    examples=["undo that", "undo the last three"],
)
async def undo(context: Context, count: Annotated[int | None, NUMBER] = None) -> Reply:
    """Take back the last change, or the last few."""
    wanted = _checked_count(1 if count is None else count)
    taken = list(await context.assistant.undo(wanted))
    if not taken:
        return Reply("There is nothing to undo.")
    short = "" if len(taken) == wanted else " There was nothing more to undo."
    return Reply(_told(taken) + short, data={"undone": taken})


@intent(
    "talk.recall",
    sentences=[
        "what did you [just] (do|change)",
        "what have you [just] (done|changed)",
        "what was the last (change|thing you did)",
        "what were [the] [last] {count} (changes|things you did)",
    ],
    effect=Effect.R1,
    examples=["what did you just do"],
)
async def recall(context: Context, count: Annotated[int | None, NUMBER] = None) -> Reply:
    """Say what was changed last, newest first."""
    done = list(await context.assistant.changes(_checked_count(1 if count is None else count)))
    told = _told([f"I {each}" for each in done])
    return Reply(told or "I haven't changed anything.", data={"changes": done})


def _checked_count(count: float) -> int:
    if count != int(count) or not 1 <= count <= _MOST_CHANGES:
        raise InvalidSlots(
            f"count is {count}, not a whole number from 1 to {_MOST_CHANGES}",
            spoken=f"I can only go back from one to {_number(_MOST_CHANGES)} changes.",
        )
    return int(count)


def _told(sentences: Sequence[str]) -> str:
    """The first three as sentences, then how many more there are."""
    more = len(sentences) - _SPOKEN_ITEMS
    told = [
        each if each.endswith((".", "!", "?")) else f"{each}." for each in sentences[:_SPOKEN_ITEMS]
    ]
    return " ".join([*told, f"And {_number(more)} more."] if more > 0 else told)


def _number(value: int) -> str:
    return " ".join(number_words(value))
