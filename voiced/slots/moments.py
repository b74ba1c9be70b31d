"""Times of day on days: "tomorrow at half past three", "between nine and ten". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from voiced.slots.clock import TimeOfDay, read_clock
from voiced.slots.durations import read_seconds
from voiced.slots.spans import Calendar, DateSpan, read_span
from voiced.spoken import with_digits

__all__ = ["moment", "read_moments"]

_MINUTE = timedelta(minutes=1)
_DAY_S = 86400
_AT = frozenset(("about", "around", "at", "by", "for"))
_UNTIL = frozenset(("before", "until", "till"))
_FROM = frozenset(("after", "since"))
_JOINED = {"between": ("and",), "from": ("to", "till", "until", "til")}
_WAKING_H = range(6, 23)
_LATE_PARTS = frozenset(("afternoon", "evening", "night", "tonight"))

Words = Sequence[str]


def moment(start: datetime) -> DateSpan:
    """The minute that begins then."""
    return DateSpan(start, start + _MINUTE)


def read_moments(words: Words, calendar: Calendar) -> DateSpan | None:
    """The stretch of time, or the minute, that words with a time of day or a length mean.

    An hour without its half of the day is the waking one: "tomorrow at three" is in the
    afternoon, "at seven" in the morning.

    Raises:
        ValueError: A day that there is not.
        OverflowError: A time too far away.
    """
    words = list(words)
    found = _away(words, calendar)
    if found is not None:
        return found
    for start in range(len(words)):
        read = _clocks(words[start:])
        if read is None:
            continue
        clocks, kind, used = read
        day = _day([*words[:start], *words[start + used :]], calendar)
        if day is not None:
            return _placed(clocks, kind, day, calendar)
    return None


def _away(words: list[str], calendar: Calendar) -> DateSpan | None:
    """Read "in twenty minutes", "half an hour from now", "ten minutes ago"."""
    sign = 0
    if words[:1] in (["in"], ["within"]):
        sign, words = 1, words[1:]
    elif words[-2:] == ["from", "now"]:
        sign, words = 1, words[:-2]
    elif words[-1:] == ["ago"]:
        sign, words = -1, words[:-1]
    seconds = read_seconds(words) if sign else None
    if not seconds:
        return None
    if seconds % _DAY_S == 0:
        return calendar.days(calendar.day(sign * int(seconds // _DAY_S)))
    start = calendar.now + timedelta(seconds=sign * seconds)
    return moment(start.replace(second=0, microsecond=0))


_Clocks = tuple[TimeOfDay, ...]


def _clocks(words: list[str]) -> tuple[_Clocks, str, int] | None:
    """The times that the words begin with, how they are meant, and how many words they took."""
    lead = words[0]
    if lead in _JOINED:
        pair = _pair(words[1:], _JOINED[lead], before_to=lead == "from")
        if pair is not None:
            return pair[0], "between", 1 + pair[1]
    skip = 1 if lead in _AT or lead in _UNTIL or lead in _FROM or lead == "from" else 0
    found = read_clock(words[skip:])
    if found is None:
        return None
    kind = "until" if lead in _UNTIL else "from" if lead in _FROM or lead == "from" else "at"
    pair = _pair(words[skip:], _JOINED["from"]) if kind in ("at", "from") else None
    if pair is not None:
        return pair[0], "between", skip + pair[1]
    return (found[0],), kind, skip + found[1]


def _pair(
    words: list[str], joiners: Sequence[str], *, before_to: bool = False
) -> tuple[_Clocks, int] | None:
    first = read_clock(words, before_to=before_to)
    if first is None or words[first[1] : first[1] + 1] not in [[each] for each in joiners]:
        return None
    last = read_clock(words[first[1] + 1 :])
    if last is None:
        return None
    start, end = first[0], last[0]
    if end.is_settled and not start.is_settled:  # "from nine to ten in the evening"
        start = _nearest_before(start, end)
    return (start, end), first[1] + 1 + last[1]


def _nearest_before(start: TimeOfDay, end: TimeOfDay) -> TimeOfDay:
    earlier = [minutes for minutes in start.choices if minutes < end.minutes]
    return TimeOfDay(max(earlier), is_settled=True) if earlier else start


_Day = tuple[DateSpan | None, bool]
"""The day that was said, if one was, and whether a late part of it."""


def _day(words: list[str], calendar: Calendar) -> _Day | None:
    while words and words[0] in ("on", "for"):
        words = words[1:]
    while words and words[-1] in ("on", "for", "at"):
        words = words[:-1]
    if not words:
        return None, False
    is_late = words[-1] in _LATE_PARTS
    if words[0] == "in" and words[-1] in _LATE_PARTS | {"morning"}:
        words = ["this", words[-1]]
    span = read_span(with_digits(words), calendar)
    if span is None or span.end - span.start > timedelta(days=1, hours=1):
        return None
    return span, is_late


def _placed(clocks: _Clocks, kind: str, day: _Day, calendar: Calendar) -> DateSpan:
    start = _first(clocks[0], day, calendar)
    if kind == "at":
        return moment(start)
    if kind == "between":
        return DateSpan(start, _after(clocks[1], start))
    midnight = datetime.combine(start.date(), time(), start.tzinfo)
    if kind == "from":
        return DateSpan(start, midnight + timedelta(days=1))
    begins = midnight if day[0] or calendar.leaning < 0 else min(calendar.now, start - _MINUTE)
    return DateSpan(begins, start)


def _first(clock: TimeOfDay, day: _Day, calendar: Calendar) -> datetime:
    span, is_late = day
    if span is None:
        return _nearest(clock, calendar)
    moments = [_on(span.start, minutes) for minutes in clock.choices]
    moments += [_on(span.start + timedelta(days=1), minutes) for minutes in clock.choices]
    fitting = [each for each in moments if each in span]
    if is_late or not span.is_day:
        same_day = moments[: len(clock.choices)]
        return (fitting or same_day[-1:] if is_late else fitting or same_day)[0]
    waking = [each for each in fitting if each.hour in _WAKING_H]
    return (waking or fitting or moments)[0]


def _nearest(clock: TimeOfDay, calendar: Calendar) -> datetime:
    """The coming time, or the latest one: in waking hours if it may be."""
    days = range(2) if calendar.leaning > 0 else range(0, -2, -1)
    moments = sorted(_on(calendar.day(offset), each) for offset in days for each in clock.choices)
    ahead = [each for each in moments if each > calendar.now]
    passed = [each for each in reversed(moments) if each <= calendar.now]
    fitting = ahead if calendar.leaning > 0 else passed
    waking = [each for each in fitting if each.hour in _WAKING_H]
    return (waking or fitting)[0]


def _after(clock: TimeOfDay, start: datetime) -> datetime:
    days = (start, start + timedelta(days=1))
    later = sorted(_on(day, minutes) for day in days for minutes in clock.choices)
    return next(each for each in later if each > start)


def _on(day: datetime, minutes: int) -> datetime:
    clock = time(minutes // 60, minutes % 60)
    return datetime.combine(day.date(), clock, day.tzinfo)
