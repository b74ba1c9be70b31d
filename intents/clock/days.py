"""The slot types of a coming day and of a past one, with the feasts that are known everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from voiced.plugin import (
    COMING_DATE_SPAN,
    DATE_SPAN,
    Candidate,
    DateSpan,
    SlotContext,
    SlotType,
    normalise,
    sound_similarity,
)

__all__ = ["DAY", "PAST_DAY", "easter"]

_ALIKE = 0.85
_THURSDAY = 3


def easter(year: int) -> date:
    """Easter Sunday (the Gregorian calendar's, by Butcher's rule)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    skipped, left = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - skipped - moon + 15) % 30
    weekday = (32 + 2 * left + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(_THURSDAY - first.weekday()) % 7 + 21)


_FEASTS: Mapping[str, Callable[[int], date]] = {
    "christmas": _fixed(12, 25), "christmas day": _fixed(12, 25),
    "christmas eve": _fixed(12, 24), "boxing day": _fixed(12, 26),
    "new year": _fixed(1, 1), "new year's": _fixed(1, 1), "new year's day": _fixed(1, 1),
    "new year's eve": _fixed(12, 31), "valentine's day": _fixed(2, 14),
    "saint patrick's day": _fixed(3, 17), "halloween": _fixed(10, 31),
    "easter": easter, "easter sunday": easter, "good friday": _from_easter(-2),
    "easter monday": _from_easter(1), "pentecost": _from_easter(49),
    "thanksgiving": _thanksgiving,
}  # fmt: skip


def _span(day: date, now: datetime) -> DateSpan:
    start = datetime.combine(day, time(), now.tzinfo)
    return DateSpan(start, datetime.combine(day + timedelta(days=1), time(), now.tzinfo))


def _nearest(feast: Callable[[int], date], now: datetime, *, is_past: bool) -> DateSpan:
    """The feast's next day, or its last one; today is both."""
    today, day = now.date(), feast(now.year)
    if is_past and day > today:
        day = feast(now.year - 1)
    if not is_past and day < today:
        day = feast(now.year + 1)
    return _span(day, now)


@dataclass(frozen=True, slots=True)
class _Day:
    """A day, the nearest on its side where no year is said: "the third of May", "Christmas"."""

    name: str
    is_past: bool
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "description": "a day: 2026-12-24, 'next friday', 'christmas'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """Days of the calendar, and feasts."""
        return (*self._spans.phrases(context), *_FEASTS)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[DateSpan]]:
        """The day."""
        words = " ".join(normalise(said))
        if words:
            scores = {feast: sound_similarity(words, feast) for feast in _FEASTS}
            best = words if words in _FEASTS else max(scores, key=scores.__getitem__)
            if scores[best] >= _ALIKE:
                day = _nearest(_FEASTS[best], context.now, is_past=self.is_past)
                return (Candidate(day, best, scores[best]),)
        return self._spans.resolve(said, context)

    @property
    def _spans(self) -> SlotType[DateSpan]:
        return DATE_SPAN if self.is_past else COMING_DATE_SPAN


DAY = _Day("day", is_past=False)
PAST_DAY = _Day("past_day", is_past=True)
