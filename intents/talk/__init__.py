"""Talk about the conversation itself: help, stop, say that again, undo, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from voiced.plugin import (
    NUMBER,
    TEXT,
    Context,
    Effect,
    Intent,
    InvalidSlots,
    Reply,
    intent,
    normalise,
    number_words,
    sound_similarity,
)

__all__ = ["explain", "recall", "repeat", "stop", "undo"]

_SPOKEN_ITEMS = 3
_MOST_CHANGES = 20
_SAME_TOPIC = 0.75
_ARTICLES = frozenset({"a", "an", "the", "my", "your"})


@intent(
    "talk.help",
    sentences=[
        "what can (i|you) (say|do) [for me]",
        "what [else] can i (say|ask)",
        "help [me]",
        "(what can i say|what can you do|what do you know|help [me]) (about|with) {topic}",
    ],
    effect=Effect.R0,
    examples=["what can I say", "what can I say about files"],
)
async def explain(context: Context, topic: Annotated[str | None, TEXT] = None) -> Reply:
    """Say what can be said: three examples and how many more there are."""
    usable = [each for each in context.assistant.intents() if each.effect is not Effect.X]
    if topic is None:
        return _examples(_one_of_each_topic(usable))
    about = [each for each in usable if _is_about(each, topic)]
    if about:
        return _examples(about)
    topics = sorted({_topic(each) for each in usable})
    if not topics:
        return Reply(_NOTHING)
    return Reply(f"I can't help with {topic}. Ask me about {_listed(topics)}")


_NOTHING = "I have no skills yet."


def _topic(known: Intent) -> str:
    return known.name.partition(".")[0]


def _is_about(known: Intent, topic: str) -> bool:
    wanted = [word for word in normalise(topic) if word not in _ARTICLES]
    words = " ".join(wanted)
    if any(sound_similarity(_topic(known), each) >= _SAME_TOPIC for each in (words, f"{words}s")):
        return True
    told = normalise(" ".join((known.description, *known.examples)))
    return bool(wanted) and {*wanted} <= {*told, *(f"{word}s" for word in told)}


def _one_of_each_topic(known: Sequence[Intent]) -> list[Intent]:
    """The intents in an order in which the first ones are of different topics."""
    seen: dict[str, int] = {}
    places: list[tuple[int, int]] = []
    for index, each in enumerate(known):
        rank = seen.get(_topic(each), 0) + (0 if each.examples else len(known))
        seen[_topic(each)] = seen.get(_topic(each), 0) + 1
        places.append((rank, index))
    return [known[index] for _, index in sorted(places)]


def _examples(known: Sequence[Intent]) -> Reply:
    examples = [example for each in known for example in each.examples[:1]]
    examples += [example for each in known for example in each.examples[1:]]
    if not examples:
        return Reply(_NOTHING)
    return Reply(f"You can say: {_listed(examples)}", data={"examples": examples})


def _listed(items: Sequence[str]) -> str:
    """The first three of the items as the end of a sentence, then how many more there are."""
    *head, last = items[:_SPOKEN_ITEMS]
    comma = "," if len(head) > 1 else ""
    text = f"{', '.join(head)}{comma} or {last}." if head else f"{last}."
    more = len(items) - _SPOKEN_ITEMS
    return f"{text} And {_number(more)} more." if more > 0 else text


def _number(value: int) -> str:
    return " ".join(number_words(value))


@intent(
    "talk.stop",
    sentences=[
        "stop [it|that|talking]",
        "never mind",
        "cancel [it|that]",
        "forget (it|about it)",
        "be quiet",
        "shut up",
        "that's enough",
    ],
    effect=Effect.R0,
    examples=["never mind"],
)
async def stop(context: Context) -> Reply:  # noqa: ARG001
    """Stop talking and drop what was asked for last."""
    return Reply("")


@intent(
    "talk.repeat",
    sentences=[
        "(say|repeat) (that|it) [again|once more]",
        "[sorry] what (did you [just] say|was that)",
        "(come|once) again",
        "once more",
        "pardon [me]",
        "[i] beg your pardon",
    ],
    effect=Effect.R0,
    examples=["say that again"],
)
async def repeat(context: Context) -> Reply:
    """Say the last reply again."""
    return Reply(context.assistant.last_reply or "I haven't said anything yet.")


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
