"""The slot types of timers: a name, a time, how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, ClassVar, TypeVar

from voiced.plugin import (
    COMING_TIME_SPAN,
    DURATION,
    Candidate,
    IntentError,
    InvalidSlots,
    SlotContext,
    choice,
    normalise,
    parse_number,
    sound_similarity,
)
from voiced_intents.clock.brief import Brief

from .entries import WEEKDAYS
from .settings import Settings
from .store import waiting

__all__ = ["LABEL", "REPEAT", "WHEN", "When"]

S = TypeVar("S")

_COMMON = (
    "pasta", "laundry", "tea", "egg", "eggs", "bread", "pizza", "rice", "oven", "coffee", "cake",
    "dough", "potatoes", "chicken", "steak", "soup", "vegetables", "cookies", "washing machine",
    "dryer", "dishwasher", "kitchen", "nap", "break", "workout", "meditation", "homework", "bath",
    "parking", "focus", "pomodoro", "lunch", "dinner", "barbecue", "roast", "noodles", "kettle",
)  # fmt: skip
_ALIKE = 0.8
_LONGEST = 3
_BARE = "(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
"""An hour alone: "an alarm for seven"."""
_NO_NAMES = frozenset(
    "a an the my for of to on in at all every any that this it me timer timers alarm alarms "
    "reminder reminders second seconds minute minutes hour hours day days half quarter and "
    "new another set start stop cancel".split()
)


@dataclass(frozen=True, slots=True)
class _Label:
    """The name of a timer: any few words that are no length of time."""

    name: ClassVar[str] = "label"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "maxLength": 40,
        "description": "the name of a timer, such as pasta",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """Common names, and those of the timers that run."""
        return tuple(dict.fromkeys((*_COMMON, *_running(context))))

    def fits(self, said: str) -> bool:
        """Whether it may be a name at all."""
        words = normalise(said)
        return (
            0 < len(words) <= _LONGEST
            and not _NO_NAMES.intersection(words)
            and all(parse_number([word]) is None for word in words)
        )

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:
        """The name of a timer that runs, a common name, or else what was said."""
        words = " ".join(normalise(said))
        if not words:
            return ()
        known = dict.fromkeys((*_running(context), *_COMMON))
        scores = {each: sound_similarity(words, each) for each in known}
        best = words if words in scores else max(scores, key=scores.__getitem__)
        is_known = scores.get(best, 0.0) >= _ALIKE
        label = best if is_known else words
        return (Candidate(label, label, scores[best] if is_known else 1.0),)


def _running(context: SlotContext) -> list[str]:
    try:
        found = waiting(context.settings(Settings).path, "timer")
    except IntentError:  # the intents themselves then say so
        return []
    return [" ".join(normalise(entry.label)) for entry in found if entry.label]


@dataclass(frozen=True, slots=True)
class When:
    """A time that was said. ``is_exact``: an instant ("in two hours"), not a time of day.

    ``is_day``: no time of day was said at all. ``clock``: the time of day as it is read at the
    beginning of a day, so that "seven" is in the morning whenever it is said.
    """

    start: datetime
    is_exact: bool = False
    is_day: bool = False
    clock: time | None = None


@dataclass(frozen=True, slots=True)
class _AtMidnight:
    """As another context, at the beginning of its day."""

    context: SlotContext

    @property
    def now(self) -> datetime:
        """When the day began."""
        return self.context.now.replace(hour=0, minute=0, second=0, microsecond=0)

    def settings(self, kind: type[S]) -> S:
        """As there."""
        return self.context.settings(kind)


@dataclass(frozen=True, slots=True)
class _When:
    """A coming time: "tomorrow at nine", "in twenty minutes", "on friday"."""

    name: ClassVar[str] = "when"
    is_open: ClassVar[bool] = COMING_TIME_SPAN.is_open
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "description": "a coming time: 'tomorrow at nine', 'in two hours', 2026-03-04T09:00",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As the times that every plugin knows."""
        return (*COMING_TIME_SPAN.phrases(context), _BARE)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[When]]:
        """The time; a length from now is exact to the second.

        Raises:
            InvalidSlots: A span was said, "from four to five", which has two times.
        """
        words = normalise(said)
        if "from" in words and "to" in words[words.index("from") :]:
            spoken = "I need one time for that, such as seven o'clock."
            raise InvalidSlots("a span of time was said", spoken=spoken)
        length = _length(said)
        found = DURATION.resolve(length, context) if length else ()
        if found and found[0].value.days == 0:
            start = context.now + found[0].value
            return (Candidate(When(start, is_exact=True), said.strip(), found[0].score),)
        early = COMING_TIME_SPAN.resolve(said, _AtMidnight(context))
        clock = early[0].value.start.time() if early else None
        return [
            Candidate(
                When(
                    each.value.start,
                    is_day=_is_days(each.value.start, each.value.end),
                    clock=clock,
                ),
                each.spoken,
                each.score,
            )
            for each in COMING_TIME_SPAN.resolve(said, context)
        ]


def _is_days(start: datetime, end: datetime) -> bool:
    return start.time() == end.time() == start.time().min


def _length(said: str) -> str:
    words = list(normalise(said))
    if words[:1] == ["in"]:
        return " ".join(words[1:])
    if words[-2:] == ["from", "now"]:
        return " ".join(words[:-2])
    return ""


LABEL = _Label()
WHEN = _When()
_REPEAT = choice(
    "repeat",
    {
        "every day": "daily", "each day": "daily", "daily": "daily", "every morning": "mornings",
        "every evening": "evenings", "every night": "daily",
        "every weekday": "weekdays", "on weekdays": "weekdays", "every working day": "weekdays",
        "every weekend": "weekends", "on weekends": "weekends",
        **{f"every {day}": day for day in WEEKDAYS},
        **{f"on {day}s": day for day in WEEKDAYS},
    },
)  # fmt: skip
REPEAT = Brief(_REPEAT, "how often: 'every day', 'on weekdays', 'every monday'")
