"""The journal page by page, read by a program that does not keep it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from voiced.errors import JournalError
from voiced.journal import Journal, Said
from voiced.journal.reading import JournalReader, Page

NOON = datetime(2026, 3, 3, 12, 0).astimezone()


@pytest.fixture
def reader(tmp_path: Path) -> JournalReader:
    return JournalReader(tmp_path)


def fill(folder: Path, days: int, a_day: int) -> None:
    """So many things said on each of the days that end with ``NOON``'s, oldest first."""
    times: Iterator[float] = (
        (NOON - timedelta(days=days - 1 - day)).timestamp() + second
        for day in range(days)
        for second in range(a_day)
    )
    with closing(Journal.open(folder, transcripts=True, clock=lambda: next(times))) as journal:
        for number in range(days * a_day):
            journal.say(number, "user", f"number {number}")


def texts(page: Page) -> list[str]:
    return [each.record.text for each in page.records if isinstance(each.record, Said)]


def test_where_there_is_none_nothing_is_made(reader: JournalReader) -> None:
    assert not reader.is_there
    assert reader.days() == ()
    assert reader.of_day(NOON.date()) == Page()
    assert reader.search("x") == Page()
    assert reader.whole(1) is None
    assert not reader.path.exists()


def test_days_go_back_from_the_newest(tmp_path: Path, reader: JournalReader) -> None:
    fill(tmp_path, days=5, a_day=3)
    days = reader.days(count=3)
    assert [(each.day, each.records) for each in days] == [
        ((NOON - timedelta(days=back)).date(), 3) for back in range(3)
    ]
    rest = reader.days(before=days[-1].day)
    assert [each.day for each in rest] == [(NOON - timedelta(days=b)).date() for b in (3, 4)]


def test_a_day_is_the_users_own(tmp_path: Path, reader: JournalReader) -> None:
    midnight = NOON.replace(hour=0)
    times = iter((midnight.timestamp() - 0.5, midnight.timestamp()))
    with closing(Journal.open(tmp_path, transcripts=True, clock=lambda: next(times))) as journal:
        journal.say(1, "user", "late")
        journal.say(2, "user", "early")
    assert texts(reader.of_day(NOON.date())) == ["early"]
    assert texts(reader.of_day(NOON.date() - timedelta(days=1))) == ["late"]


def test_pages_follow_each_other_and_leave_nothing_out(
    tmp_path: Path, reader: JournalReader
) -> None:
    fill(tmp_path, days=2, a_day=25)
    first = reader.of_day(NOON.date(), count=10)
    second = reader.of_day(NOON.date(), first.older, count=10)
    third = reader.of_day(NOON.date(), second.older, count=10)
    assert third.older is None
    found = [*texts(first), *texts(second), *texts(third)]
    assert found == [f"number {number}" for number in range(49, 24, -1)]
    everything = reader.search("num", count=50)
    assert texts(everything) == [f"number {number}" for number in range(49, -1, -1)]
    assert everything.older is None
    assert texts(reader.search("num", reader.search("num", count=10).older, 2)) == [
        "number 39",
        "number 38",
    ]


def test_a_long_text_is_cut_and_is_there_whole(tmp_path: Path, reader: JournalReader) -> None:
    with closing(Journal.open(tmp_path, transcripts=True)) as journal:
        journal.say(1, "user", "a" * 100_000)
        journal.say(1, "assistant", "b" * 600)
    short, long = (
        reader.search("a b", count=9).records
        or reader.between(NOON - timedelta(days=9999), NOON + timedelta(days=9999)).records
    )
    assert (long.letters, long.is_cut, short.is_cut) == (100_000, True, False)
    assert isinstance(long.record, Said)
    assert len(long.record.text) == 600
    whole = reader.whole(int(long.record.id))
    assert isinstance(whole, Said)
    assert len(whole.text) == 100_000


def test_misses_of_a_span(tmp_path: Path, reader: JournalReader) -> None:
    times = iter((NOON - timedelta(hours=hour)).timestamp() for hour in (30, 2, 1))
    with closing(Journal.open(tmp_path, clock=lambda: next(times))) as journal:
        for _ in range(3):
            journal.miss(1, "x")
    assert len(reader.misses(NOON - timedelta(days=1), NOON)) == 2


def test_erasing_is_not_held_up_and_is_seen(tmp_path: Path, reader: JournalReader) -> None:
    fill(tmp_path, days=1, a_day=5)
    with closing(Journal.open(tmp_path)) as journal:
        assert len(texts(reader.of_day(NOON.date()))) == 5
        assert journal.erase_all().said == 5
        assert reader.days() == ()


def test_a_damaged_one_is_told_and_left_as_it_is(tmp_path: Path, reader: JournalReader) -> None:
    reader.path.write_bytes(b"no database at all" * 100)
    for look in (reader.days, lambda: reader.of_day(NOON.date()), lambda: reader.whole(1)):
        with pytest.raises(JournalError, match="it is damaged") as caught:
            look()
        assert caught.value.mend
    assert list(tmp_path.iterdir()) == [reader.path]


def test_what_would_be_erased_is_what_is_erased(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path, transcripts=True)) as journal:
        journal.say(1, "user", "my secret garden")
        journal.say(1, "user", "something else")
        journal.done(journal.begin("files.move", 1, "moved the secret", "files.move", {}))
        journal.begin("files.move", 1, "about to move the secret", "files.move", {})
        expected = journal.would_erase("secret")
        assert (expected.said, expected.changes, expected.kept) == (1, 1, 1)
        done = journal.erase("secret")
        assert (done.said, done.changes, done.kept) == (1, 1, 1)
        assert journal.would_erase().said == 1
        assert journal.would_erase("secret").said == 0
        with pytest.raises(JournalError, match="no word"):
            journal.would_erase(" *")
