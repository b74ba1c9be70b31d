"""Stretches of time and the words for them, relative to now. Pure; no slot type lives here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from voiced.spoken import NUMBER_VOCABULARY, ORDINALS

__all__ = ["MONTHS", "VOCABULARY", "WEEKDAYS", "Calendar", "DateSpan", "read_span"]

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PARTS_H = {"morning": (5, 12), "afternoon": (12, 18), "evening": (17, 23), "night": (20, 29)}
"""From and until which hour of the day; a night ends at five on the next day."""
_UNITS_S = {"second": 1, "minute": 60, "hour": 3600}
_PERIODS = ("day", "week", "weekend", "month", "year")
_FUNCTION_WORDS = (
    "a", "after", "ago", "an", "at", "before", "couple", "coming", "during", "few", "for", "from",
    "half", "in", "last", "next", "of", "on", "past", "previous", "since", "the", "this",
    "today", "tomorrow", "tonight", "within", "yesterday",
)  # fmt: skip
VOCABULARY = frozenset(
    (
        *_FUNCTION_WORDS, *MONTHS, *WEEKDAYS, *_PARTS_H, *_PERIODS, *_UNITS_S, *ORDINALS,
        *(f"{each}s" for each in (*_PERIODS, *_UNITS_S)),
    )
) | NUMBER_VOCABULARY  # fmt: skip

_SMALL_COUNTS = {"a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a few": 3, "few": 3}
_COUNT = r"\d+|an?|(?:a )?couple of|(?:a )?few"


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A stretch of time: from ``start`` until just before ``end``, both with a zone."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def is_day(self) -> bool:
        """True for one whole day."""
        return self.start.time() == time() and _midnight(self.start, 1) == self.end

    @property
    def is_moment(self) -> bool:
        """True for a time of day: it is the minute that begins then."""
        return self.end - self.start == timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days as they are seen from ``now``.

    ``leaning`` is -1 where a day without a year is the latest one, and 1 where it is the coming
    one.
    """

    now: datetime
    leaning: int

    def day(self, offset: int = 0) -> datetime:
        """The midnight at which today begins, or a day so many days from it."""
        return _midnight(self.now, offset)

    def days(self, first: datetime, count: int = 1) -> DateSpan:
        """Whole days from the midnight ``first``."""
        return DateSpan(first, _midnight(first, count))

    def on(self, day: date) -> DateSpan:
        """One whole day."""
        return self.days(datetime.combine(day, time(), self.now.tzinfo))

    def month_start(self, year: int, month: int) -> datetime:
        """The midnight at which a month begins; month 0 is December of the year before."""
        years, index = divmod(month - 1, 12)
        return datetime(year + years, index + 1, 1, tzinfo=self.now.tzinfo)

    def months(self, year: int, month: int, count: int = 1) -> DateSpan:
        """Whole months."""
        return DateSpan(self.month_start(year, month), self.month_start(year, month + count))


def _midnight(moment: datetime, offset_days: int = 0) -> datetime:
    return datetime.combine(moment.date() + timedelta(days=offset_days), time(), moment.tzinfo)


_DAYS = {
    "today": 0,
    "yesterday": -1,
    "tomorrow": 1,
    "the day before yesterday": -2,
    "the day after tomorrow": 2,
}


def _named_day(match: re.Match[str], calendar: Calendar) -> DateSpan:
    return calendar.days(calendar.day(_DAYS[match[0]]))


def _night(match: re.Match[str], calendar: Calendar) -> DateSpan:
    return _part_of(calendar.days(calendar.day(-1 if match[0] == "last night" else 0)), "night")


def _weekday(match: re.Match[str], calendar: Calendar) -> DateSpan:
    ahead = (WEEKDAYS.index(match["weekday"]) - calendar.now.weekday()) % 7
    which = match["which"]
    if which in ("last", "past", "previous"):
        ahead -= 7
    elif which in ("next", "coming"):
        ahead = ahead or 7
    elif which == "this":
        ahead = WEEKDAYS.index(match["weekday"]) - calendar.now.weekday()
    elif calendar.leaning < 0 and ahead:
        ahead -= 7
    return calendar.days(calendar.day(ahead))


def _period(match: re.Match[str], calendar: Calendar) -> DateSpan:
    step = {"this": 0, "next": 1, "coming": 1}.get(match["which"], -1)
    now = calendar.now
    match match["period"]:
        case "day":
            return calendar.days(calendar.day(step))
        case "week":
            return calendar.days(calendar.day(7 * step - now.weekday()), 7)
        case "weekend":
            return calendar.days(calendar.day(7 * step + 5 - now.weekday()), 2)
        case "month":
            return calendar.months(now.year, now.month + step)
        case _:
            return calendar.months(now.year + step, 1, 12)


def _month(match: re.Match[str], calendar: Calendar) -> DateSpan:
    month = MONTHS.index(match["month"]) + 1
    now = calendar.now
    year = int(match["year"] or now.year)
    if not match["year"] and match["which"] != "this":
        after, before = month > now.month, month < now.month
        if match["which"] in ("last", "past", "previous"):
            year -= month >= now.month
        elif match["which"] in ("next", "coming"):
            year += month <= now.month
        else:
            year += before if calendar.leaning > 0 else -after
    return calendar.months(year, month)


def _month_day(match: re.Match[str], calendar: Calendar) -> DateSpan:
    month, day = MONTHS.index(match["month"]) + 1, int(match["day"])
    if match["year"]:
        return calendar.on(date(int(match["year"]), month, day))
    today = calendar.now.date()
    years = range(today.year, today.year + 9 * calendar.leaning, calendar.leaning)
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:  # the 29th of February of most years
            continue
        if (found - today).days * calendar.leaning >= 0:
            return calendar.on(found)
    raise ValueError(match[0])


def _day_of_month(match: re.Match[str], calendar: Calendar) -> DateSpan:
    today = calendar.now.date()
    for offset in range(0, 13 * calendar.leaning, calendar.leaning):
        first = calendar.month_start(today.year, today.month + offset).date()
        try:
            found = first.replace(day=int(match["day"]))
        except ValueError:  # a month of fewer days
            continue
        if (found - today).days * calendar.leaning >= 0:
            return calendar.on(found)
    raise ValueError(match[0])


def _year(match: re.Match[str], calendar: Calendar) -> DateSpan:
    return calendar.months(int(match["year"]), 1, 12)


def _amount(text: str) -> int:
    return _SMALL_COUNTS.get(text) or int(text)


def _ago(match: re.Match[str], calendar: Calendar) -> DateSpan:
    count, unit, now = _amount(match["count"]), match["unit"], calendar.now
    if unit in _UNITS_S:
        moment = now - timedelta(seconds=count * _UNITS_S[unit])
        slack = timedelta(seconds=_UNITS_S[unit] / 2)
        return DateSpan(moment - slack, moment + slack)
    if unit == "month":
        return calendar.months(now.year, now.month - count)
    if unit == "year":
        return calendar.months(now.year - count, 1, 12)
    if unit == "week" and count > 1:
        return calendar.days(calendar.day(-7 * count - now.weekday()), 7)
    return calendar.days(calendar.day(-count * (7 if unit == "week" else 1)))


def _stretch(match: re.Match[str], calendar: Calendar) -> DateSpan:
    count, unit, now = _amount(match["count"] or "a"), match["unit"], calendar.now
    ahead = match["which"] in ("next", "coming")
    sign = 1 if ahead else -1
    if unit in _UNITS_S:
        other = now + sign * timedelta(seconds=count * _UNITS_S[unit])
    elif unit in ("month", "year"):
        months = now.month + sign * count * (12 if unit == "year" else 1)
        first = calendar.month_start(now.year, months)
        other = _midnight(first, min(now.day, _days_in_month(first)) - 1)
    else:
        days = count * (7 if unit == "week" else 1)
        other = calendar.day(days + 1 if ahead else 1 - days)
    return DateSpan(now, other) if ahead else DateSpan(other, now)


def _days_in_month(first: datetime) -> int:
    return (Calendar(first, 1).month_start(first.year, first.month + 1) - first).days


_WHICH = "last|past|previous|this|next|coming"
_BESIDE = _WHICH.replace("past|", "")
_WEEKDAY = "|".join(WEEKDAYS)
_MONTH = "|".join(MONTHS)
_YEAR = r"(?:1[1-9]|20)\d\d"
_UNIT = "|".join((*_UNITS_S, "day", "week", "month", "year"))
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Calendar], DateSpan]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        ("|".join(_DAYS), _named_day),
        ("tonight|last night", _night),
        (rf"(?:the )?(?:(?P<which>{_WHICH}) )?(?P<weekday>{_WEEKDAY})", _weekday),
        (rf"(?:the )?(?P<which>{_BESIDE}) (?P<period>day|week|weekend|month|year)", _period),
        (rf"(?:(?P<which>{_WHICH}) )?(?P<month>{_MONTH})(?: of)?(?: (?P<year>{_YEAR}))?", _month),
        (rf"(?P<month>{_MONTH}) (?:the )?(?P<day>\d\d?)(?: (?P<year>{_YEAR}))?", _month_day),
        (
            rf"(?:the )?(?P<day>\d\d?) (?:of )?(?P<month>{_MONTH})(?: (?P<year>{_YEAR}))?",
            _month_day,
        ),
        (r"the (?P<day>\d\d?)", _day_of_month),
        (rf"(?:the year )?(?P<year>{_YEAR})", _year),
        (rf"(?P<count>{_COUNT}) (?P<unit>{_UNIT})s? ago", _ago),
        (rf"(?:the )?(?P<which>{_WHICH}) (?:(?P<count>{_COUNT}) )?(?P<unit>{_UNIT})s?", _stretch),
    )
)
_LEAD = re.compile(r"(?:on|in|from|at|during|of|for|within) ")
_PART = re.compile(
    r"(?P<day>.+?) (?:in the |at |during the )?(?P<part>morning|afternoon|evening|night)"
)


def _part_of(day: DateSpan, part: str) -> DateSpan:
    first, last = _PARTS_H[part]
    zone = day.start.tzinfo
    start = datetime.combine(day.start.date(), time(first), zone)
    end = _midnight(day.start, 1 if last > 23 else 0).replace(hour=last % 24)  # noqa: PLR2004
    return DateSpan(start, end)


def read_span(text: str, calendar: Calendar) -> DateSpan | None:
    """The stretch of time that a text is, with its numbers in digits ("march 3"), or None.

    Raises:
        ValueError: A day or a year that there is not: the thirtieth of February.
        OverflowError: A time too far away.
    """
    text = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    if text.startswith("since "):
        since = read_span(text.removeprefix("since "), calendar)
        return since and DateSpan(since.start, max(calendar.now, since.end))
    for pattern, read in _RULES:
        match = pattern.fullmatch(text)
        if match:
            return read(match, calendar)
    parted = _PART.fullmatch(text)
    if parted is None:
        return None
    day = (
        calendar.days(calendar.day())
        if parted["day"] == "this"
        else read_span(parted["day"], calendar)
    )
    return _part_of(day, parted["part"]) if day and day.is_day else None
