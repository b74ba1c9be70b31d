"""The journal damaged, edited by hand, on a full or a read-only disk: nothing falls over."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cases import every

from voiced.errors import JournalError
from voiced.events import Timing, TurnEnded, TurnId
from voiced.journal import Journal, Said
from voiced.memory import retention
from voiced.rates import RATE_HZ
from voiced.workers import in_flight

NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now.timestamp()


def begin(journal: Journal, name: str = "a") -> str:
    return journal.begin("files.rename", 1, f"renamed {name} to b", "files.move", {"from": name})


def filled(folder: Path, count: int = 60) -> None:
    journal = Journal.open(folder, transcripts=True)
    for number in range(count):
        journal.say(number, "user", f"line {number} of boats")
        journal.done(begin(journal, f"boat {number}"))
    journal.miss(1, "sail the boat")
    journal.close()


def used(journal: Journal) -> None:
    """Everything that is done with a journal in a day."""
    journal.interrupted()
    journal.last_changes(5)
    journal.search("boat")
    journal.find(since=NOW - timedelta(days=9000))
    list(journal.export())
    journal.say(1, "user", "on and on")
    journal.done(begin(journal))


@contextmanager
def edited(folder: Path):
    with closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as file:
        yield file


# Flipped bytes


@pytest.fixture(scope="module")
def a_journal(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("journal")
    filled(folder)
    return folder


def test_no_flipped_byte_brings_it_down_and_nothing_is_deleted(a_journal, tmp_path) -> None:
    chance = random.Random(7)
    content = (a_journal / "journal.db").read_bytes()
    aside = 0
    spoken: set[str] = set()
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 4, 60])):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        (folder / "journal.db").write_bytes(damaged)
        journal = Journal.open(folder)
        for _ in range(3):  # what is found out while it runs is mended for the next call
            try:
                used(journal)
                break
            except JournalError as error:
                spoken.add(error.spoken)
        else:
            pytest.fail(f"journal {number} is of no use any more: {journal.notice}")
        journal.close()
        kept = [path.read_bytes() for path in folder.glob("journal-damaged-*.db")]
        aside += bool(kept)
        assert all(len(each) >= len(content) for each in kept)
        shutil.rmtree(folder)
    assert aside > 5
    assert "" not in spoken


def test_a_log_of_garbage_loses_only_the_log(a_journal, tmp_path) -> None:
    folder = tmp_path / "j"
    shutil.copytree(a_journal, folder)
    (folder / "journal.db-wal").write_bytes(random.Random(3).randbytes(9000))
    journal = Journal.open(folder)
    assert journal.notice == ""
    assert len(journal.last_changes(99)) == 60
    used(journal)
    journal.close()


def test_damage_that_shows_while_it_runs_is_set_aside_at_once(a_journal, tmp_path) -> None:
    folder = tmp_path / "j"
    shutil.copytree(a_journal, folder)
    journal = Journal.open(folder)
    path = folder / "journal.db"
    journal._store.run("PRAGMA shrink_memory")
    path.write_bytes(path.read_bytes()[:4096] + b"\xa5" * (path.stat().st_size - 4096))
    with pytest.raises(JournalError) as refused:
        begin(journal)
    assert refused.value.spoken == "My journal is damaged, so I won't change anything now."
    assert (folder / "journal-damaged-1.db").exists()
    assert "journal-damaged-1.db" in journal.notice
    used(journal)
    journal.close()


def test_an_index_that_is_damaged_is_made_anew_and_no_record_is_lost(a_journal, tmp_path) -> None:
    folder = tmp_path / "j"
    shutil.copytree(a_journal, folder)
    with edited(folder) as file:
        file.execute("UPDATE words_data SET block = x'0011' WHERE id > 10")
    journal = Journal.open(folder)
    assert len(journal.search("boat 7")) > 0
    used(journal)
    assert journal.notice == ""
    journal.close()


# Edited by hand


@every(
    "edit",
    [
        "UPDATE entries SET data = 'not json'",
        "UPDATE entries SET data = '[1, 2]'",
        "UPDATE entries SET data = NULL, operation = NULL, intent = NULL",
        "UPDATE entries SET at_s = 'tomorrow', turn = 'one'",
        "UPDATE entries SET at_s = 1e300",
        "UPDATE entries SET text = x'ff00ff', ended_s = 'never'",
        "UPDATE entries SET process = NULL, state = 'begun' WHERE kind = 'change'",
        "DELETE FROM entries",
        "DROP TABLE misses",
        "DROP TABLE entries",
        "ALTER TABLE entries DROP COLUMN process",
        "PRAGMA user_version = 0",
    ],
)
def test_what_somebody_wrote_into_it_is_borne_or_set_aside(edit: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder, 3)
        with edited(folder) as file:
            file.execute(edit)
        journal = Journal.open(folder)
        used(journal)
        journal.erase_matching("boat")
        journal.close()


# A disk that takes nothing


@contextmanager
def no_room(size: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_it_is_read_and_changes_are_refused_until_there_is_room(
    a_journal, tmp_path
) -> None:
    folder = tmp_path / "j"
    shutil.copytree(a_journal, folder)
    with no_room(1):
        journal = Journal.open(folder)
        assert "cannot be written (the disk is full" in journal.notice
        assert len(journal.search("boat 7")) > 0
        assert len(journal.last_changes(99)) == 60
        with pytest.raises(JournalError) as refused:
            begin(journal)
        assert "so I won't change anything" in refused.value.spoken
        retention.purge(journal, 1)
    journal.done(begin(journal))
    assert journal.notice == ""
    assert len(journal.last_changes(99)) == 61
    journal.close()


def test_a_first_start_on_a_full_disk_answers_and_keeps_nothing(tmp_path) -> None:
    with no_room(1):
        journal = Journal.open(tmp_path / "j")
        assert journal.last(9) == ()
        with pytest.raises(JournalError):
            begin(journal)
    journal.done(begin(journal))
    journal.close()
    again = Journal.open(tmp_path / "j")
    assert len(again.last_changes(9)) == 1
    again.close()


def test_a_read_only_home_is_read_and_changes_are_refused(a_journal, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "j"
    shutil.copytree(a_journal, folder)
    opened = os.open

    def refusing(path, flags, *more, **named):
        if flags & os.O_ACCMODE != os.O_RDONLY:
            raise OSError(errno.EROFS, "Read-only file system")
        return opened(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", refusing)
    journal = Journal.open(folder)
    assert "read-only file system" in journal.notice
    assert len(journal.search("boat 7")) > 0
    with pytest.raises(JournalError) as refused:
        begin(journal)
    assert refused.value.spoken == "I can't write to the disk, so I won't change anything."
    monkeypatch.undo()
    journal.done(begin(journal))
    journal.close()


# Clocks that jump


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path, clock):
    journal = Journal.open(tmp_path / "j", transcripts=True, clock=clock)
    yield journal
    journal.close()


def texts(journal: Journal) -> list[str]:
    return [each.text for each in journal.last(99) if isinstance(each, Said)][::-1]


@every("days", [3, -3])
def test_a_clock_that_was_wrong_for_a_while_hides_nothing_from_forgetting(days: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        clock = Clock()
        journal = Journal.open(Path(name), transcripts=True, clock=clock)
        journal.say(1, "user", "long ago")
        clock.now += timedelta(hours=5)
        journal.say(2, "user", "just now")
        clock.now += timedelta(days=days)
        journal.say(3, "user", "in the meantime")
        clock.now -= timedelta(days=days)
        journal.say(4, "user", "and now")
        assert texts(journal) == ["long ago", "just now", "in the meantime", "and now"]
        journal.erase_since(clock.now - timedelta(minutes=10))
        assert texts(journal) == ["long ago"]
        journal.close()


def test_a_span_of_time_is_found_and_erased(journal, clock) -> None:
    for hours in (0, 24, 48):
        clock.now = NOW + timedelta(hours=hours)
        journal.say(1, "user", f"boat {hours}")
    day = {"since": NOW + timedelta(hours=20), "until": NOW + timedelta(hours=30)}
    assert [each.text for each in journal.find("boat", **day)] == ["boat 24"]
    assert [each.text for each in journal.find(**day)] == ["boat 24"]
    assert journal.erase(**day).said == 1
    assert texts(journal) == ["boat 0", "boat 48"]
    assert journal.erase("48", **day).said == 0


def test_what_is_too_old_goes_once_a_day_while_it_runs(journal, clock) -> None:
    keep = retention.keeper(journal, 30)
    journal.say(1, "user", "the old boat")
    clock.now += timedelta(days=31)

    def ended(at_s: float) -> TurnEnded:
        return TurnEnded(int(at_s * RATE_HZ), TurnId(1), "completed", "", Timing())

    keep(ended(3600.0))
    assert texts(journal) == ["the old boat"]
    keep(ended(86401.0))
    while in_flight():
        time.sleep(0.001)
    assert texts(journal) == []


# The proof


def test_what_was_erased_is_looked_for_in_every_byte(journal, tmp_path) -> None:
    journal.say(1, "user", "the zanzibar file")
    journal.say(1, "user", "the zanzibar")
    journal.say(2, "user", "stop")
    assert journal.erase_matching("file").proved == 1
    assert journal.erase_matching("stop").proved == 0  # too short to tell
    content = b"".join(path.read_bytes() for path in (tmp_path / "j").iterdir())
    assert b"zanzibar file" not in content


def test_what_is_left_of_it_is_told(journal, monkeypatch) -> None:
    journal.say(1, "user", "the zanzibar file")
    monkeypatch.setattr(type(journal._store), "scrub", lambda self: None)
    with pytest.raises(JournalError, match="1 erased records still lie"):
        journal.erase_matching("file")


def test_everything_means_the_damaged_files_too(tmp_path) -> None:
    folder = tmp_path / "j"
    filled(folder, 3)
    path = folder / "journal.db"
    path.write_bytes(b"the zanzibar file " * 999)
    journal = Journal.open(folder)
    assert len(journal.set_aside) == 1
    journal.erase_since(NOW)
    assert len(journal.set_aside) == 1
    journal.erase_all()
    assert journal.set_aside == ()
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"zanzibar" not in content
    journal.close()
