"""Times of day on days, as DateSpans."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.slots import COMING_TIME_SPAN, DATE_SPAN, TIME_SPAN
from voiced.slots.clock import read_clock
from voiced.spoken import normalise, number_words
from voiced.testing.context import FakeContext

NOON = FakeContext(now=datetime(2026, 3, 4, 12, 0, tzinfo=ZoneInfo("Europe/Berlin")))  # Wednesday


def span(said: str, kind=COMING_TIME_SPAN) -> tuple[str, str] | None:
    found = kind.resolve(said, NOON)
    if not found:
        return None
    value = found[0].value
    return value.start.strftime("%m-%d %H:%M"), value.end.strftime("%m-%d %H:%M")


@every(
    ("said", "at"),
    [
        ("tomorrow at half past three", "03-05 15:30"),
        ("at half past three tomorrow", "03-05 15:30"),
        ("6:30 tomorrow", "03-05 06:30"),
        ("tomorrow half past six", "03-05 06:30"),
        ("at seven a.m.", "03-05 07:00"),
        ("seven in the morning", "03-05 07:00"),
        ("at three", "03-04 15:00"),
        ("at eleven", "03-05 11:00"),
        ("at 15:30", "03-04 15:30"),
        ("twenty fifteen", "03-04 20:15"),
        ("at five oh five", "03-04 17:05"),
        ("quarter to nine in the evening", "03-04 20:45"),
        ("ten to three", "03-04 14:50"),
        ("twenty minutes past two", "03-04 14:20"),
        ("tomorrow morning at eight", "03-05 08:00"),
        ("tonight at seven", "03-04 19:00"),
        ("at eight tonight", "03-04 20:00"),
        ("on friday at eleven thirty", "03-06 11:30"),
        ("march tenth at ten", "03-10 10:00"),
        ("nine in the morning on the fifth of march", "03-05 09:00"),
        ("at noon tomorrow", "03-05 12:00"),
        ("midnight", "03-05 00:00"),
        ("in twenty minutes", "03-04 12:20"),
        ("in an hour and a half", "03-04 13:30"),
        ("half an hour from now", "03-04 12:30"),
        ("2026-03-05T15:30", "03-05 15:30"),
        ("tomorrow at have past three", "03-05 15:30"),
    ],
)
def test_moments(said: str, at: str) -> None:
    found = COMING_TIME_SPAN.resolve(said, NOON)
    assert found
    assert found[0].value.is_moment
    assert found[0].value.start.strftime("%m-%d %H:%M") == at
    assert found[0].value.start.tzinfo == NOON.now.tzinfo


@every(
    ("said", "start", "end"),
    [
        ("on friday between nine and ten", "03-06 09:00", "03-06 10:00"),
        ("between nine and ten on friday", "03-06 09:00", "03-06 10:00"),
        ("monday from nine to five", "03-09 09:00", "03-09 17:00"),
        ("from eleven to one tomorrow", "03-05 11:00", "03-05 13:00"),
        ("from ten to eleven in the evening", "03-04 22:00", "03-04 23:00"),
        ("after five", "03-04 17:00", "03-05 00:00"),
        ("until six tomorrow", "03-05 00:00", "03-05 06:00"),
        ("this afternoon", "03-04 12:00", "03-04 18:00"),
        ("tomorrow", "03-05 00:00", "03-06 00:00"),
        ("in three days", "03-07 00:00", "03-08 00:00"),
        ("last tuesday afternoon", "03-03 12:00", "03-03 18:00"),
        ("2026-03-05T15:00/2026-03-05T16:30", "03-05 15:00", "03-05 16:30"),
    ],
)
def test_stretches(said: str, start: str, end: str) -> None:
    assert span(said) == (start, end)


@every(
    ("said", "start"),
    [
        ("at three", "03-03 15:00"),
        ("yesterday at three", "03-03 15:00"),
        ("between nine and ten", "03-04 09:00"),
        ("half an hour ago", "03-04 11:30"),
        ("since eleven", "03-04 11:00"),
    ],
)
def test_times_that_have_been(said: str, start: str) -> None:
    found = span(said, TIME_SPAN)
    assert found is not None
    assert found[0] == start


@every("said", ["at twenty five", "between nine", "at banana", "at", "half past"])
def test_what_is_no_time(said: str) -> None:
    assert COMING_TIME_SPAN.resolve(said, NOON) == ()


def test_days_alone_have_no_times() -> None:
    assert DATE_SPAN.resolve("tomorrow at half past three", NOON) == ()


@given(st.integers(1, 12), st.integers(10, 59), st.sampled_from(["a m", "p m"]))
def test_every_time_of_day_is_read(hour: int, minute: int, half: str) -> None:
    words = (*number_words(hour), *number_words(minute), *half.split())
    found = read_clock(words)
    assert found is not None
    time, used = found
    assert used == len(words)
    assert time.minutes == (hour % 12 + (12 if half == "p m" else 0)) * 60 + minute
    assert COMING_TIME_SPAN.resolve(" ".join(("at", *words)), NOON)[0].value.is_moment


SOME = normalise(
    "at half past three tomorrow between nine and ten on friday in the morning p m to until noon"
)


@given(st.lists(st.sampled_from(SOME), max_size=9))
def test_no_words_break_it(words: list[str]) -> None:
    for kind in (COMING_TIME_SPAN, TIME_SPAN):
        for each in kind.resolve(" ".join(words), NOON):
            assert each.value.start < each.value.end
            assert each.value.end - each.value.start <= timedelta(days=4000)
