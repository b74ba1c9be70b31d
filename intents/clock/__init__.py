"""The time, the date and the weekday, in words that every voice reads well."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from voiced.plugin import (
    Context,
    DateSpan,
    Effect,
    Integrity,
    Reply,
    intent,
)

from .counting import count_between, count_since, count_until, tell_day_then
from .days import DAY
from .words import date_words, full_date, time_words

__all__ = [
    "count_between",
    "count_since",
    "count_until",
    "tell_date",
    "tell_day_then",
    "tell_time",
    "tell_weekday",
]


@intent(
    "clock.time",
    sentences=[
        "what time is it [now]",
        "(what's|what is) the [current] time [now]",
        "tell me [what] the time [is]",
        "[(tell me|do you know)] what time it is [now]",
        "give me the time",
        "(do you have|have you got) the time",
        "how late is it",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what time is it"],
)
async def tell_time(context: Context) -> Reply:
    """Tell the time of day."""
    now = context.now
    return Reply(f"It's {time_words(now)}.", data={"time": now.isoformat(timespec="minutes")})


@intent(
    "clock.date",
    sentences=[
        "what date is it [today]",
        "(what's|what is) (the|today's) date [today]",
        "(what's|what is|what will be|what was) the date {date}",
        "tell me (the|today's) date",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what's the date", "what's the date on friday"],
)
async def tell_date(context: Context, date: Annotated[DateSpan | None, DAY] = None) -> Reply:
    """Tell the date, of today or of a day that is described."""
    day = date.start if date else context.now
    return _dated(f"{_subject(day, context.now)} {full_date(day, context.now)}.", day)


@intent(
    "clock.weekday",
    sentences=[
        "(what|which) (day|weekday|day of the week) is it [today]",
        "[(tell me|do you know)] (what|which) (day|weekday|day of the week) it is [today]",
        "what's today",
        "(what|which) (day|weekday|day of the week) (is|was|will be) {date}",
        "(what|which) (day|weekday|day of the week) will {date} be",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what day is it", "what day is the first of march"],
)
async def tell_weekday(context: Context, date: Annotated[DateSpan | None, DAY] = None) -> Reply:
    """Tell the day of the week, of today or of a day that is described."""
    day = date.start if date else context.now
    if date is not None and not date.is_day:
        return _dated(f"That starts on {full_date(day, context.now)}.", day)
    if abs(_days_away(day, context.now)) <= 1:
        return _dated(f"{_subject(day, context.now)} {full_date(day, context.now)}.", day)
    verb = "was" if day.date() < context.now.date() else "is"
    text = f"{date_words(day, context.now)} {verb} a {day:%A}."
    return _dated(text, day)


def _dated(text: str, day: datetime) -> Reply:
    return Reply(text, data={"date": day.date().isoformat()})


def _days_away(day: datetime, now: datetime) -> int:
    return (day.date() - now.date()).days


def _subject(day: datetime, now: datetime) -> str:
    away = _days_away(day, now)
    named = {-1: "Yesterday was", 0: "Today is", 1: "Tomorrow is"}
    return named.get(away, "That is" if away > 0 else "That was")
