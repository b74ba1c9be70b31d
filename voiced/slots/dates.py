"""The built-in slot types of days and stretches of time: "last tuesday afternoon". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from voiced.slots.base import Candidate, SlotContext
from voiced.slots.clock import CLOCK_WORDS
from voiced.slots.hearing import hear
from voiced.slots.moments import moment, read_moments
from voiced.slots.spans import MONTHS, VOCABULARY, WEEKDAYS, Calendar, DateSpan, read_span
from voiced.slots.time_phrases import time_phrases
from voiced.spoken import number_words, ordinal_words, with_digits, year_words

__all__ = ["COMING_DATE_SPAN", "COMING_TIME_SPAN", "DATE_SPAN", "TIME_SPAN", "DateSpanType"]


_JSON_SCHEMA: Mapping[str, Any] = {
    "type": "string",
    "description": "dates or times: 2026-03-01, 2026-03, 2026-03-01T15:30, "
    "2026-03-01/2026-03-31, or words",
}


def _iso(text: str, calendar: Calendar) -> DateSpan | None:
    first, slash, last = text.partition("/")
    try:
        start, end = _iso_moment(first, calendar), _iso_moment(last if slash else first, calendar)
    except ValueError:
        return None
    if not slash and start[0] == end[1]:
        return moment(start[0])
    return DateSpan(start[0], end[1]) if start[0] < end[1] else None


def _iso_moment(text: str, calendar: Calendar) -> tuple[datetime, datetime]:
    """The first moment that an ISO date or time means, and the moment after it."""
    zone = calendar.now.tzinfo
    if re.fullmatch(r"\d{4}-\d\d", text):
        span = calendar.months(int(text[:4]), int(text[5:]))
        return span.start, span.end
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        span = calendar.on(date.fromisoformat(text))
        return span.start, span.end
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware, aware


def _say(span: DateSpan) -> str:
    if span.is_moment:
        hour = number_words((span.start.hour - 1) % 12 + 1)
        minute = number_words(span.start.minute) if span.start.minute else ()
        half = "p m" if span.start.hour >= 12 else "a m"  # noqa: PLR2004 - noon
        return " ".join((_say_day(span.start.date()), "at", *hour, *minute, half))
    first, last = span.start.date(), (span.end - timedelta(microseconds=1)).date()
    return _say_day(first) if first == last else f"{_say_day(first)} to {_say_day(last)}"


def _say_day(day: date) -> str:
    return " ".join((MONTHS[day.month - 1], *ordinal_words(day.day), *year_words(day.year)))


@dataclass(frozen=True, slots=True)
class DateSpanType:
    """Days and stretches of time, relative to now; with ``has_times`` times of day, too.

    ``leaning`` is -1 where a day without a year is the latest one ("on tuesday" has been), and
    1 where it is the coming one. The model may send ISO 8601: a date, a month, or two of them
    with a slash between, the second included; or times, the second one being the end.
    """

    name: str
    leaning: int
    has_times: bool = False

    @property
    def is_open(self) -> bool:
        """No: other words are not taken."""
        return False

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A string: ISO 8601, or words."""
        return _JSON_SCHEMA

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """What may be said, without the rarest forms; years are those around this one."""
        near = range(context.now.year - _YEARS_BACK, context.now.year + _YEARS_AHEAD + 1)
        year = f"({'|'.join(' '.join(year_words(each)) for each in near)})"
        dated = (f"[in] {_MONTH_PHRASE} [of] {year}", f"{_MONTH_DAY_PHRASE} {year}", f"in {year}")
        timed = time_phrases() if self.has_times else ()
        return (*_PHRASES, *dated, *timed)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[DateSpan]]:
        """The stretch of time that was said."""
        calendar = Calendar(context.now, self.leaning)
        exact = _iso(said.strip(), calendar)
        if exact is not None:
            return (Candidate(exact, _say(exact)),)
        heard = hear(said, _TIMED if self.has_times else VOCABULARY)
        if heard is None:
            return ()
        try:
            span = self._read(heard.words, calendar)
        except (ValueError, OverflowError):  # the thirtieth of February, the year 99999
            return ()
        return (Candidate(span, " ".join(heard.words), heard.score),) if span else ()

    def _read(self, words: Sequence[str], calendar: Calendar) -> DateSpan | None:
        text = with_digits(words)
        if not self.has_times:
            return read_span(text, calendar)
        is_time = re.fullmatch(r"at \d+" if self.leaning < 0 else r"(at )?\d+", text)
        span = None if is_time else read_span(text, calendar)
        return span or read_moments(words, calendar)


_TIMED = VOCABULARY | CLOCK_WORDS
_YEARS_BACK, _YEARS_AHEAD = 9, 2
_PART_PHRASE = "(morning|afternoon|evening|night)"
_DAY_PHRASE = f"({'|'.join(' '.join(ordinal_words(day)) for day in range(1, 32))})"
_MONTH_PHRASE = f"({'|'.join(MONTHS)})"
_MONTH_DAY_PHRASE = (
    f"[on] ({_MONTH_PHRASE} [the] {_DAY_PHRASE}|the {_DAY_PHRASE} [of {_MONTH_PHRASE}])"
)
_WEEKDAY_PHRASE = f"({'|'.join(WEEKDAYS)})"
_COUNT_PHRASE = "(two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|twenty|thirty)"
_PHRASES = (
    "(today|yesterday|tomorrow|tonight|last night|the day (before yesterday|after tomorrow))",
    f"(yesterday|tomorrow|this) {_PART_PHRASE}",
    "(this|last|next|past) (week|weekend|month|year)",
    f"[on] [this|last|next] {_WEEKDAY_PHRASE} [{_PART_PHRASE}]",
    f"[in] [this|last|next] {_MONTH_PHRASE}",
    _MONTH_DAY_PHRASE,
    "(a|an|one) (minute|hour|day|week|month|year) ago",
    f"{_COUNT_PHRASE} (minutes|hours|days|weeks|months|years) ago",
    f"[in] the (last|past|next) ([{_COUNT_PHRASE}] (minutes|hours|days|weeks|months|years)|hour)",
    f"since (yesterday|last (week|month|year)|[last] {_WEEKDAY_PHRASE}|{_MONTH_PHRASE})",
)

DATE_SPAN = DateSpanType("date", -1)
COMING_DATE_SPAN = DateSpanType("coming_date", 1)
TIME_SPAN = DateSpanType("time", -1, has_times=True)
COMING_TIME_SPAN = DateSpanType("coming_time", 1, has_times=True)
