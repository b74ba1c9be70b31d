"""Date arithmetic: how many days until a day, since it, between two; what day it is then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from voiced.plugin import (
    Context,
    DateSpan,
    Effect,
    Integrity,
    Reply,
    choice,
    intent,
)

from .ahead import AHEAD, same_day
from .days import DAY, PAST_DAY
from .words import full_date, length_words, time_words

__all__ = ["count_between", "count_since", "count_until", "tell_day_then"]

_WEEK, _MONTHS = 7, 12
_PERIOD = choice(
    "period",
    {"days": "day", "day": "day", "weeks": "week", "week": "week", "months": "month",
     "month": "month", "years": "year", "year": "year"},
)  # fmt: skip


@intent(
    "clock.until",
    sentences=[
        "how many {period} [(is it|are there|are left|left)] (until|till|before|to) {day}",
        "how (long|far) is it (until|till|to) {day}",
        "how long (until|till) {day}",
        "(how far|how long) away is {day}",
        "when is {day}",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["how many days until christmas", "how many weeks until the third of may"],
)
async def count_until(
    context: Context,
    day: Annotated[DateSpan, DAY],
    period: Annotated[str | None, _PERIOD] = None,
) -> Reply:
    """Tell how long it is until a day."""
    now = context.now
    days = _days(now, day.start)
    if days == 0:
        return Reply("That is today.", data={"days": 0})
    told = full_date(day.start, now)
    if days < 0:
        return _counted(f"That was {_length(day.start, now, period)} ago, on {told}.", days)
    if period is None:
        return _counted(f"In {_length(now, day.start, period)}: {told}.", days)
    return _counted(f"{_length(now, day.start, period).capitalize()}: {told}.", days)


@intent(
    "clock.since",
    sentences=[
        "how many {period} (is it|has it been|have passed|ago was it|passed) since {past_day:day}",
        "how many {period} since {past_day:day}",
        "how many {period} ago was {past_day:day}",
        "how long ago was {past_day:day}",
        "how long (is it|has it been) since {past_day:day}",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["how many days since the first of march"],
)
async def count_since(
    context: Context,
    day: Annotated[DateSpan, PAST_DAY],
    period: Annotated[str | None, _PERIOD] = None,
) -> Reply:
    """Tell how long ago a day was."""
    now = context.now
    days = _days(day.start, now)
    if days == 0:
        return Reply("That is today.", data={"days": 0})
    told = full_date(day.start, now)
    return _counted(f"{_length(day.start, now, period).capitalize()}: {told}.", days)


@intent(
    "clock.between",
    sentences=[
        "how many {period} (are|is it|are there) [from|between] {day:first} (and|to|until) "
        "{day:second}",
        "how many {period} (between|from) {day:first} (and|to|until) {day:second}",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["how many days between monday and friday"],
)
async def count_between(
    context: Context,  # noqa: ARG001
    first: Annotated[DateSpan, DAY],
    second: Annotated[DateSpan, DAY],
    period: Annotated[str | None, _PERIOD] = None,
) -> Reply:
    """Tell how long it is from one day to another."""
    start, end = sorted((first.start, second.start))
    return _counted(f"{_length(start, end, period).capitalize()}.", _days(start, end))


@intent(
    "clock.then",
    sentences=[
        "(what|which) (day|date|weekday) will it be in {ahead:duration}",
        "(what|which) (day|date|weekday) (is|will be) {ahead:duration} from (now|today)",
        "(what's|what is|what will be) the (date|day) [in] {ahead:duration} [from (now|today)]",
        "what time will it be in {ahead:duration}",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what day will it be in three weeks"],
)
async def tell_day_then(context: Context, duration: Annotated[timedelta, AHEAD]) -> Reply:
    """Tell which day it is after so long."""
    now = context.now
    then = now + duration
    if duration < timedelta(days=1):
        return Reply(f"It will be {time_words(then)}.", data={"time": then.isoformat()})
    return Reply(f"That is {full_date(then, now)}.", data={"date": then.date().isoformat()})


def _counted(text: str, days: int) -> Reply:
    return Reply(text, data={"days": days})


def _days(start: datetime, end: datetime) -> int:
    return (end.date() - start.date()).days


def _length(start: datetime, end: datetime, period: str | None) -> str:
    """The length in whole units of that kind, and the days that are left over."""
    days = _days(start, end)
    if period in ("month", "year"):
        return _in_months(start, end, is_years=period == "year")
    if period == "week" and days >= _WEEK:
        weeks, rest = divmod(days, _WEEK)
        return _and(_count(weeks, "week"), _count(rest, "day"))
    return _count(days, "day")


def _in_months(start: datetime, end: datetime, *, is_years: bool) -> str:
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    if end.day < start.day:
        months -= 1
    if months == 0:
        return _count(_days(start, end), "day")
    year, month = divmod(start.month - 1 + months, _MONTHS)
    reached = same_day(start, start.year + year, month + 1)
    rest = _days(reached, end)
    if not is_years:
        return _and(_count(months, "month"), _count(rest, "day"))
    years, months = divmod(months, _MONTHS)
    if not years:
        return _and(_count(months, "month"), _count(rest, "day"))
    return _and(_count(years, "year"), _count(months, "month"))


def _count(count: int, unit: str) -> str:
    if unit == "day":
        return length_words(86400 * count) if count else ""
    return f"{count} {unit}{'' if count == 1 else 's'}" if count else ""


def _and(*parts: str) -> str:
    return " and ".join(part for part in parts if part)
