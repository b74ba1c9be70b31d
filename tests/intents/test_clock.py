"""The clock: what it says at which time, and that its sentences and examples stand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from voiced.grammar import Grammar
from voiced.plugin import COMING_DATE_SPAN, Effect, Intent, normalise
from voiced.testing.context import FakeContext
from voiced_intents import clock
from voiced_intents.clock import tell_date, tell_time, tell_weekday

NOW = datetime(2026, 3, 4, 19, 30, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (19, 30, "It's half past seven."),
        (0, 0, "It's midnight."),
        (0, 5, "It's twelve oh five."),
        (0, 45, "It's a quarter to one."),
        (9, 15, "It's a quarter past nine."),
        (11, 45, "It's a quarter to twelve."),
        (12, 0, "It's noon."),
        (13, 0, "It's one o'clock."),
        (19, 32, "It's seven thirty-two."),
        (23, 45, "It's a quarter to twelve."),
    ],
)
async def test_time(hour: int, minute: int, text: str) -> None:
    context = FakeContext(now=NOW.replace(hour=hour, minute=minute))
    reply = await tell_time(context)
    assert reply.text == text
    assert reply.data["time"] == f"2026-03-04T{hour:02}:{minute:02}+01:00"


async def told(intent, said: str | None) -> str:
    context = FakeContext(now=NOW)
    if said is None:
        return (await intent(context)).text
    (day,) = COMING_DATE_SPAN.resolve(said, context)
    return (await intent(context, date=day.value)).text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("said", "text"),
    [
        (None, "Today is Wednesday, March fourth."),
        ("tomorrow", "Tomorrow is Thursday, March fifth."),
        ("yesterday", "Yesterday was Tuesday, March third."),
        ("on friday", "That is Friday, March sixth."),
        ("last friday", "That was Friday, February twenty-seventh."),
    ],
)
async def test_date(said: str | None, text: str) -> None:
    assert await told(tell_date, said) == text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("said", "text"),
    [
        (None, "Today is Wednesday, March fourth."),
        ("the first of march", "March first, twenty twenty seven is a Monday."),
        ("may twenty third", "May twenty-third is a Saturday."),
        ("2026-01-01", "January first was a Thursday."),
        ("next week", "That starts on Monday, March ninth."),
    ],
)
async def test_weekday(said: str | None, text: str) -> None:
    assert await told(tell_weekday, said) == text


@pytest.mark.parametrize("intent", [tell_time, tell_date, tell_weekday])
def test_it_only_reads_and_has_examples(intent) -> None:
    assert intent.effect is Effect.R0
    assert intent.name.startswith("clock.")
    assert intent.examples


def test_what_it_says_is_words_only() -> None:
    for hour in range(24):
        for minute in range(60):
            text = clock.time_words(NOW.replace(hour=hour, minute=minute))
            assert " ".join(normalise(text)) == text.replace("-", " ")


def test_each_example_is_understood() -> None:
    intents = [value for value in vars(clock).values() if isinstance(value, Intent)]
    grammar = Grammar.compile(intents, FakeContext())
    for each in intents:
        for example in each.examples:
            assert grammar.match([(example, 1.0)])[0].intent == each.name
