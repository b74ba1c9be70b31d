"""What can be said: three examples, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    Integrity,
    Intent,
    Reply,
    intent,
    normalise,
    number_words,
    sound_similarity,
)

__all__ = ["explain"]

_SPOKEN_ITEMS = 3
_SAME_TOPIC = 0.75
_EVERYDAY = (
    "clock.time",
    "timers.start",
    "files.find",
    "media.volume",
    "reminders.remind",
    "photos.find",
)
"""What most people want first; examples of these come before others."""

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
    returns=Integrity.CONFIG,
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
    """The intents in an order in which the first ones are of different topics, everyday ones."""
    known = sorted(known, key=_how_rare)
    seen: dict[str, int] = {}
    places: list[tuple[int, int]] = []
    for index, each in enumerate(known):
        rank = seen.get(_topic(each), 0) + (0 if each.examples else len(known))
        seen[_topic(each)] = seen.get(_topic(each), 0) + 1
        places.append((rank, index))
    return [known[index] for _, index in sorted(places)]


def _how_rare(each: Intent) -> int:
    return _EVERYDAY.index(each.name) if each.name in _EVERYDAY else len(_EVERYDAY)


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
