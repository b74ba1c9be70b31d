"""What the intents of memory share: the words to look for, moments and counts as they are said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from voiced.plugin import DateSpan, Remembered, normalise, number_words
from voiced_intents.clock.words import full_date, time_words

__all__ = [
    "counted",
    "is_question_of_memory",
    "moment_words",
    "span_words",
    "telling_words",
    "whole_sentence",
]

_SMALL = frozenset(
    "a an any about and at for in it my of on our some that the this to your".split()
)
_LONG_WORD = 5
_ASKS = (
    "what did i", "what did we", "when did i", "did i say", "did i mention", "did i tell",
    "what did you", "what happened", "when was the",
)  # fmt: skip


def telling_words(topic: str, *, loosely: bool = False) -> str:
    """The words of a topic that tell something; loosely, a plural finds the singular, too."""
    words = normalise(topic)
    kept = [word for word in words if word not in _SMALL] or list(words)
    return " ".join(_stem(word) if loosely else word for word in kept)


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) >= _LONG_WORD else word


def is_question_of_memory(record: Remembered) -> bool:
    """Whether it is only an earlier question of this kind, which answers nothing."""
    return " ".join(normalise(record.text)).startswith(_ASKS)


def moment_words(at: datetime, now: datetime) -> str:
    """When something was: "yesterday at half past seven"."""
    return f"{_day_words(at, now)} at {time_words(at)}"


def _day_words(at: datetime, now: datetime) -> str:
    days = (now.date() - at.date()).days
    if days in (0, 1):
        return "yesterday" if days else "today"
    return f"on {at:%A}" if 1 < days < 7 else f"on {full_date(at, now)}"  # noqa: PLR2004 - a week


def span_words(span: DateSpan, now: datetime) -> str:
    """The day of a span of time, or only that it is one."""
    if span.end - span.start > timedelta(days=1, hours=2):
        return "in that time"
    return _day_words(span.start, now)


def counted(count: int, noun: str, nouns: str = "") -> str:
    """A number with its noun: "three changes"; ``nouns`` where an s does not make the plural."""
    return f"{' '.join(number_words(count))} {noun if count == 1 else nouns or f'{noun}s'}"


def whole_sentence(parts: Sequence[str]) -> str:
    """The parts as one text, each a sentence with a capital letter."""
    told = [part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part]
    return " ".join(f"{part[:1].upper()}{part[1:]}" for part in told)
