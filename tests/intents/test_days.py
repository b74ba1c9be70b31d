"""Date arithmetic: how long until, since, between; feasts; what day it is then."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voiced.testing.context import FakeContext
from voiced_intents import clock
from voiced_intents.clock.ahead import AHEAD
from voiced_intents.clock.days import DAY, PAST_DAY, easter

NOW = datetime(2026, 3, 4, 19, 30, tzinfo=ZoneInfo("Europe/Berlin"))
CONTEXT = FakeContext(now=NOW)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("year", "day"), [(2024, "03-31"), (2025, "04-20"), (2026, "04-05"), (2038, "04-25")]
)
def test_easter(year, day) -> None:
    assert easter(year).isoformat() == f"{year}-{day}"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("christmas", "2026-12-25"),
        ("Christmas Eve", "2026-12-24"),
        ("new year's day", "2027-01-01"),
        ("valentine's day", "2027-02-14"),
        ("thanksgiving", "2026-11-26"),
        ("easter monday", "2026-04-06"),
        ("the third of may", "2026-05-03"),
        ("next friday", "2026-03-06"),
        ("2026-04-01", "2026-04-01"),
    ],
)
def test_days(said, day) -> None:
    found = DAY.resolve(said, CONTEXT)
    assert found[0].value.start.date().isoformat() == day
    assert found[0].value.is_day


@pytest.mark.parametrize(
    ("said", "day"),
    [("new year", "2026-01-01"), ("christmas", "2025-12-25"), ("the third of may", "2025-05-03")],
)
def test_past_days(said, day) -> None:
    (found,) = PAST_DAY.resolve(said, CONTEXT)
    assert found.value.start.date().isoformat() == day


@pytest.mark.parametrize("said", ["", "the moon", "the thirtieth of february"])
def test_no_days(said) -> None:
    assert not DAY.resolve(said, CONTEXT)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("said", "period", "text"),
    [
        ("christmas", "day", "Two hundred ninety six days: Friday, December twenty-fifth."),
        ("christmas", "week", "42 weeks and two days: Friday, December twenty-fifth."),
        ("christmas", "month", "9 months and twenty one days: Friday, December twenty-fifth."),
        ("tomorrow", "day", "One day: Thursday, March fifth."),
        ("tomorrow", None, "In one day: Thursday, March fifth."),
        ("today", "day", "That is today."),
        ("yesterday", "day", "That was one day ago, on Tuesday, March third."),
        ("may 2028", "year", "2 years and 1 month: Monday, May first, twenty twenty eight."),
    ],
)
async def test_until(said, period, text) -> None:
    day = DAY.resolve(said, CONTEXT)[0].value
    assert (await clock.count_until(CONTEXT, day=day, period=period)).text == text


@pytest.mark.anyio
async def test_since() -> None:
    day = PAST_DAY.resolve("the first of march", CONTEXT)[0].value
    reply = await clock.count_since(CONTEXT, day=day, period="day")
    assert reply.text == "Three days: Sunday, March first."


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("period", "text"),
    [
        ("day", "Forty days."),
        ("week", "5 weeks and five days."),
        ("month", "1 month and nine days."),
    ],
)
async def test_between(period, text) -> None:
    days = [DAY.resolve(each, CONTEXT)[0].value for each in ("june 10", "the first of may")]
    reply = await clock.count_between(CONTEXT, first=days[0], second=days[1], period=period)
    assert reply.text == text


@pytest.mark.anyio
async def test_the_last_of_a_month() -> None:
    days = [DAY.resolve(each, CONTEXT)[0].value for each in ("march 31", "the first of may")]
    reply = await clock.count_between(CONTEXT, first=days[0], second=days[1], period="month")
    assert reply.text == "1 month and one day."


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(weeks=3), "That is Wednesday, March twenty-fifth."),
        (timedelta(hours=2), "It will be half past nine."),
    ],
)
async def test_then(length, text) -> None:
    assert (await clock.tell_day_then(CONTEXT, duration=length)).text == text


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("two months", "2026-05-04"),
        ("2 months", "2026-05-04"),
        ("a year", "2027-03-04"),
        ("ten months", "2027-01-04"),
        ("three weeks", "2026-03-25"),
    ],
)
def test_ahead(said, day) -> None:
    (found,) = AHEAD.resolve(said, CONTEXT)
    assert (NOW + found.value).date().isoformat() == day


def test_a_shorter_month_ends_on_its_last_day() -> None:
    now = datetime(2026, 1, 31, 12, tzinfo=NOW.tzinfo)
    (found,) = AHEAD.resolve("one month", FakeContext(now=now))
    assert (now + found.value).date().isoformat() == "2026-02-28"


@pytest.mark.parametrize("said", ["", "months", "no years"])
def test_no_length(said) -> None:
    assert not AHEAD.resolve(said, CONTEXT)
