"""The built-in slot types: what words mean, and what the recogniser is told to expect."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cases import every
from hassil.parse_expression import parse_sentence
from hypothesis import given
from hypothesis import strategies as st

from voiced.slots import (
    COMING_DATE_SPAN,
    DATE_SPAN,
    DURATION,
    NUMBER,
    ORDINAL,
    TEXT,
    DateSpan,
    choice,
)
from voiced.spoken import number_words
from voiced.testing.context import FakeContext

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = FakeContext(now=datetime(2026, 3, 4, 19, 30, tzinfo=BERLIN))
SIDE = choice("side", {"left": -1, "right": 1, "starboard": 1})
ALL = [TEXT, NUMBER, ORDINAL, DATE_SPAN, COMING_DATE_SPAN, DURATION, SIDE]


def span(said: str, kind=DATE_SPAN, context=WEDNESDAY) -> DateSpan | None:
    found = kind.resolve(said, context)
    assert len(found) <= 1
    return found[0].value if found else None


def days(said: str, kind=DATE_SPAN) -> tuple[str, str] | None:
    """First and last day of a span of whole days."""
    found = span(said, kind)
    if found is None:
        return None
    assert found.start.time() == found.end.time() == datetime.min.time()
    return found.start.date().isoformat(), (found.end.date() - timedelta(days=1)).isoformat()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_every_type_has_templates_that_parse_and_a_json_schema(kind) -> None:
    phrases = kind.phrases(WEDNESDAY)
    assert bool(phrases) != kind.is_open
    for phrase in phrases:
        parse_sentence(phrase)
    assert json.loads(json.dumps(dict(kind.json_schema)))["type"]


def test_names_are_unique() -> None:
    assert len({kind.name for kind in ALL}) == len(ALL)


@pytest.mark.parametrize("kind", [each for each in ALL if each is not TEXT], ids=lambda k: k.name)
@pytest.mark.parametrize("said", ["", "?!", "banana bread", "  "])
def test_words_that_do_not_fit_have_no_candidate(kind, said: str) -> None:
    assert list(kind.resolve(said, WEDNESDAY)) == []


def test_text_keeps_the_spelling() -> None:
    assert TEXT.resolve(" Café No. 2 ", WEDNESDAY)[0].value == "Café No. 2"
    assert TEXT.resolve("  ", WEDNESDAY) == ()


@every(
    ("said", "value"),
    [("four", 4), ("for", 4), ("too hundred", 200), ("twenty twenty six", 2026), ("3.5", 3.5),
     ("-5", -5), ("a dozen", 12), ("fife", 5)],
)  # fmt: skip
def test_number(said: str, value: float) -> None:
    (found,) = NUMBER.resolve(said, WEDNESDAY)
    assert found.value == value


@given(st.integers(0, 9999))
def test_number_takes_every_number_in_words_and_in_digits(value: int) -> None:
    for said in (str(value), " ".join(number_words(value))):
        assert [each.value for each in NUMBER.resolve(said, WEDNESDAY)] == [value]


@every(
    ("said", "value"),
    [("the third", 3), ("forth", 4), ("3", 3), ("-1", -1), ("the last one", -1),
     ("second to last", -2), ("twentieth", 20)],
)  # fmt: skip
def test_ordinal(said: str, value: int) -> None:
    assert [each.value for each in ORDINAL.resolve(said, WEDNESDAY)] == [value]


@every(
    ("said", "first", "last"),
    [
        ("today", "2026-03-04", "2026-03-04"),
        ("Yesterday", "2026-03-03", "2026-03-03"),
        ("tomorrow", "2026-03-05", "2026-03-05"),
        ("the day before yesterday", "2026-03-02", "2026-03-02"),
        ("this week", "2026-03-02", "2026-03-08"),
        ("from last week", "2026-02-23", "2026-03-01"),
        ("last weekend", "2026-02-28", "2026-03-01"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("on monday", "2026-03-02", "2026-03-02"),
        ("on wednesday", "2026-03-04", "2026-03-04"),
        ("last wednesday", "2026-02-25", "2026-02-25"),
        ("last tuesday", "2026-03-03", "2026-03-03"),
        ("next friday", "2026-03-06", "2026-03-06"),
        ("this friday", "2026-03-06", "2026-03-06"),
        ("in march", "2026-03-01", "2026-03-31"),
        ("in july", "2025-07-01", "2025-07-31"),
        ("last march", "2025-03-01", "2025-03-31"),
        ("in february of 2024", "2024-02-01", "2024-02-29"),
        ("march third", "2026-03-03", "2026-03-03"),
        ("on March the 5th", "2025-03-05", "2025-03-05"),
        ("the third of march twenty twenty five", "2025-03-03", "2025-03-03"),
        ("february twenty ninth", "2024-02-29", "2024-02-29"),
        ("the fifth", "2026-02-05", "2026-02-05"),
        ("the thirty first", "2026-01-31", "2026-01-31"),
        ("two days ago", "2026-03-02", "2026-03-02"),
        ("a week ago", "2026-02-25", "2026-02-25"),
        ("a couple of weeks ago", "2026-02-16", "2026-02-22"),
        ("three months ago", "2025-12-01", "2025-12-31"),
        ("two years ago", "2024-01-01", "2024-12-31"),
        ("twenty twenty five", "2025-01-01", "2025-12-31"),
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("2026-03-01/2026-03-31", "2026-03-01", "2026-03-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("yester day", "2026-03-03", "2026-03-03"),
        ("too daze ago", "2026-03-02", "2026-03-02"),
        ("last choose day", "2026-03-03", "2026-03-03"),
    ],
)
def test_days(said: str, first: str, last: str) -> None:
    assert days(said) == (first, last)


@every(
    ("said", "start", "end"),
    [
        ("this morning", "2026-03-04T05:00", "2026-03-04T12:00"),
        ("last tuesday afternoon", "2026-03-03T12:00", "2026-03-03T18:00"),
        ("march third in the evening", "2026-03-03T17:00", "2026-03-03T23:00"),
        ("last night", "2026-03-03T20:00", "2026-03-04T05:00"),
        ("the last three days", "2026-03-02T00:00", "2026-03-04T19:30"),
        ("the past week", "2026-02-26T00:00", "2026-03-04T19:30"),
        ("within the last hour", "2026-03-04T18:30", "2026-03-04T19:30"),
        ("the last two months", "2026-01-04T00:00", "2026-03-04T19:30"),
        ("the next two days", "2026-03-04T19:30", "2026-03-07T00:00"),
        ("since monday", "2026-03-02T00:00", "2026-03-04T19:30"),
        ("since last month", "2026-02-01T00:00", "2026-03-04T19:30"),
        ("an hour ago", "2026-03-04T18:00", "2026-03-04T19:00"),
        ("2026-03-04T10:00/2026-03-04T11:30", "2026-03-04T10:00", "2026-03-04T11:30"),
    ],
)
def test_parts_of_days(said: str, start: str, end: str) -> None:
    found = span(said)
    assert found is not None
    assert found.start.replace(tzinfo=None).isoformat(timespec="minutes") == start
    assert found.end.replace(tzinfo=None).isoformat(timespec="minutes") == end
    assert found.start.tzinfo is found.end.tzinfo is BERLIN


@every(
    "said",
    ["february thirtieth", "2026-13-01", "2026-03-05/2026-03-01", "the fortieth", "ago", "last",
     "morning", "last week morning", "nine hundred thousand years ago", "since"],
)  # fmt: skip
def test_there_is_no_such_day(said: str) -> None:
    assert span(said) is None


@every(
    ("said", "day"),
    [
        ("on monday", "2026-03-09"),
        ("march third", "2027-03-03"),
        ("the first of may", "2026-05-01"),
        ("the fifth", "2026-03-05"),
        ("february twenty ninth", "2028-02-29"),
    ],
)
def test_coming_days(said: str, day: str) -> None:
    assert days(said, COMING_DATE_SPAN) == (day, day)


def test_a_month_leans_to_what_is_near() -> None:
    assert days("in january", COMING_DATE_SPAN) == ("2027-01-01", "2027-01-31")
    assert days("in january", DATE_SPAN) == ("2026-01-01", "2026-01-31")


def test_a_day_of_the_clock_change_is_a_whole_day() -> None:
    context = FakeContext(now=datetime(2026, 3, 30, 9, tzinfo=BERLIN))
    found = span("yesterday", context=context)
    assert found is not None
    assert found.is_day
    hours = (found.end.astimezone(UTC) - found.start.astimezone(UTC)) / timedelta(hours=1)
    assert hours == 23
    assert datetime(2026, 3, 29, 23, 59, tzinfo=BERLIN) in found
    assert datetime(2026, 3, 30, tzinfo=BERLIN) not in found


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_every_day_can_be_said_and_sent(day: date) -> None:
    context = FakeContext(now=datetime(2040, 6, 15, 12, tzinfo=UTC))
    sent = span(day.isoformat(), context=context)
    assert sent is not None
    assert sent.is_day
    assert sent.start.date() == day
    assert span(DATE_SPAN.resolve(day.isoformat(), context)[0].spoken, context=context) == sent


@every(
    ("said", "minutes"),
    [("ten minutes", 10), ("an hour and a half", 90), ("half an hour", 30), ("2.5 hours", 150),
     ("two and a half hours", 150), ("a quarter of an hour", 15), ("ninety seconds", 1.5),
     ("three quarters of an hour", 45), ("one hour and twenty minutes", 80), ("PT1H30M", 90),
     ("P1DT1M", 1441), ("two weeks", 20160), ("fife minutes", 5), ("10 min", None),
     ("zero minutes", None), ("PT", None), ("ten", None), ("minutes", None)],
)  # fmt: skip
def test_duration(said: str, minutes: float | None) -> None:
    found = [each.value for each in DURATION.resolve(said, WEDNESDAY)]
    assert found == ([] if minutes is None else [timedelta(minutes=minutes)])


def test_choice_takes_what_sounds_like_one_of_its_words() -> None:
    (exact,) = SIDE.resolve("Left", WEDNESDAY)
    assert (exact.value, exact.spoken, exact.score) == (-1, "left", 1.0)
    (heard,) = SIDE.resolve("rite", WEDNESDAY)
    assert heard.value == 1
    (near,) = SIDE.resolve("lift", WEDNESDAY)
    assert near.value == -1
    assert near.score < 1
    assert SIDE.resolve("up", WEDNESDAY) == []


def test_choice_offers_two_that_sound_alike() -> None:
    names = choice("person", {"Mayer": "a", "Meier": "b", "Smith": "c"})
    found = names.resolve("maier", WEDNESDAY)
    assert {each.value for each in found[:2]} == {"a", "b"}


@pytest.mark.parametrize("words", [{}, {"?": 1}])
def test_choice_without_words_is_refused(words) -> None:
    with pytest.raises(ValueError, match="cannot be said"):
        choice("side", words)
