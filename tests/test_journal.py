import json
import resource
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voiced.errors import JournalError
from voiced.journal import Journal, Said
from voiced.journal.store import Store

DAY_S = 86400.0


class Clock:
    def __init__(self) -> None:
        self.at_s = datetime(2026, 3, 3, 19, 30, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def journal(tmp_path, clock):
    journal = Journal.open(tmp_path / "state", transcripts=True, clock=clock)
    yield journal
    journal.close()


def begin(journal, name="a"):
    return journal.begin("files.rename", 1, f"renamed {name} to b", "files.move", {"from": name})


def bytes_of(folder):
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_files_are_private(tmp_path, journal):
    begin(journal)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()}
    assert modes["journal.db"] == 0o600
    assert set(modes.values()) == {0o600}


def test_change_goes_from_begun_to_done_to_undone(journal):
    change = begin(journal)
    assert journal.change(change).state == "begun"
    assert journal.last_changes(5) == ()
    journal.done(change)
    (done,) = journal.last_changes(5)
    assert (done.id, done.summary, dict(done.data)) == (change, "renamed a to b", {"from": "a"})
    journal.undone(change)
    assert journal.last_changes(5) == ()
    assert journal.change(change).state == "undone"


def test_last_changes_are_newest_first_by_sequence_not_by_clock(journal, clock):
    first = begin(journal, "a")
    clock.at_s -= 10 * DAY_S
    second = begin(journal, "b")
    journal.done(first)
    journal.done(second)
    assert [change.id for change in journal.last_changes(2)] == [second, first]
    assert [change.id for change in journal.last_changes(1)] == [second]


@pytest.mark.parametrize("change", ["99", "", "x", "-1", "9" * 30, "1; DROP TABLE entries"])
def test_unknown_change(journal, change):
    with pytest.raises(JournalError, match="no change"):
        journal.done(change)


def test_a_change_ends_once(journal):
    change = begin(journal)
    journal.failed(change)
    with pytest.raises(JournalError, match="is failed"):
        journal.done(change)
    with pytest.raises(JournalError, match="is failed"):
        journal.undone(change)


def test_way_back_that_is_not_json_is_refused_before_the_change(journal):
    with pytest.raises(JournalError, match="not JSON"):
        journal.begin("x.y", 1, "did it", "x.back", {"path": Path("/")})
    assert journal.last(5) == ()


def test_names_that_are_not_utf8(journal):
    change = journal.begin("x.y", 1, "renamed a\udcff", "x.back", {"path": "a\udcff"})
    assert journal.change(change).data == {"path": "a\udcff"}
    assert journal.change(change).summary == "renamed a?"


def test_interrupted_is_what_a_process_that_is_gone_began(tmp_path, journal):
    begin(journal, "mine")
    code = (
        "import os, sys; from pathlib import Path; from voiced.journal import Journal\n"
        "journal = Journal.open(Path(sys.argv[1]))\n"
        "print(journal.begin('x.y', 1, 'theirs', 'x.back', {}), flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "state")], capture_output=True, check=False
    )
    assert ended.returncode == -9
    (found,) = journal.interrupted()
    assert (found.id, found.summary) == (ended.stdout.decode().strip(), "theirs")
    journal.failed(found.id)
    assert journal.interrupted() == ()


def test_begun_in_an_earlier_journal_of_this_process_is_interrupted(tmp_path):
    first = Journal.open(tmp_path)
    change = begin(first)
    first.close()
    second = Journal.open(tmp_path)
    assert [found.id for found in second.interrupted()] == [change]
    second.close()


def test_nothing_said_is_kept_unless_wanted(tmp_path):
    journal = Journal.open(tmp_path)
    journal.say(1, "user", "secret")
    assert journal.last(5) == ()
    journal.close()
    assert b"secret" not in bytes_of(tmp_path)


def test_said_is_kept_and_found(journal):
    journal.say(1, "user", "Find the budget, please")
    journal.say(1, "assistant", "Here it is")
    begin(journal, "budget draft")
    assert [type(record).__name__ for record in journal.search("budg")] == ["Change", "Said"]
    (said,) = journal.search("please find")
    assert isinstance(said, Said)
    assert (said.role, said.text, said.turn) == ("user", "Find the budget, please", 1)
    assert journal.search("invoice") == ()


@pytest.mark.parametrize(
    "words", ['"', "*", "OR", "a AND NOT", "NEAR(x)", "(", "", "'; --", "\ud800"]
)
def test_search_takes_any_words(journal, words):
    journal.say(1, "user", "hello")
    assert journal.search(words) == ()


def test_export_is_json_of_everything_in_order(journal):
    journal.say(1, "user", "hello")
    begin(journal)
    for number in range(600):
        journal.say(2, "assistant", f"line {number}")
    rows = list(journal.export())
    assert len(rows) == 602
    assert [row["kind"] for row in rows[:3]] == ["said", "change", "said"]
    assert [int(row["id"]) for row in rows] == sorted(int(row["id"]) for row in rows)
    assert json.loads(json.dumps(rows)) == rows


def test_erase_since_keeps_what_was_before(journal, clock):
    journal.say(1, "user", "before")
    clock.at_s += 600
    journal.say(2, "user", "after")
    erased = journal.erase_since(datetime.fromtimestamp(clock.at_s - 60, UTC))
    assert (erased.said, erased.changes) == (1, 0)
    assert [record.text for record in journal.last(5) if isinstance(record, Said)] == ["before"]


def test_erased_words_are_in_no_byte_of_any_file(tmp_path, journal):
    journal.say(1, "user", "the zanzibar file")
    journal.done(begin(journal, "zanzibar"))
    journal.say(1, "user", "the uruguay file")
    assert b"zanzibar" in bytes_of(tmp_path / "state")
    erased = journal.erase_matching("zanzibar")
    assert (erased.said, erased.changes, erased.kept) == (1, 1, 0)
    assert b"zanzibar" not in bytes_of(tmp_path / "state")
    assert b"uruguay" in bytes_of(tmp_path / "state")
    assert journal.search("zanzibar") == ()
    assert len(journal.search("uruguay")) == 1


def test_erase_all_keeps_changes_under_way_and_never_reuses_an_id(journal):
    ended = begin(journal)
    journal.done(ended)
    under_way = begin(journal)
    erased = journal.erase_all()
    assert (erased.changes, erased.kept) == (1, 1)
    journal.done(under_way)
    journal.erase_all()
    assert int(begin(journal)) > int(under_way)


def test_erase_matching_nothing_is_refused(journal):
    journal.say(1, "user", "hello")
    with pytest.raises(JournalError, match="no word"):
        journal.erase_matching("*")
    assert len(journal.last(5)) == 1


def test_purge_erases_old_speech_and_keeps_changes(journal, clock):
    journal.say(1, "user", "old")
    journal.done(begin(journal))
    clock.at_s += 2 * DAY_S
    journal.say(1, "user", "younger")
    clock.at_s += 29 * DAY_S
    journal.say(2, "user", "new")
    assert journal.purge(30) == 1
    assert [record.as_row()["kind"] for record in journal.last(5)] == ["said", "said", "change"]
    clock.at_s += 60.0
    assert journal.purge(0) == 2


@pytest.mark.parametrize("damage", ["header", "middle", "text"])
def test_damaged_file_is_set_aside_and_never_deleted(tmp_path, damage):
    journal = Journal.open(tmp_path, transcripts=True)
    for number in range(300):
        journal.say(1, "user", f"line {number} " * 20)
    journal.close()
    path = tmp_path / "journal.db"
    content = bytearray(path.read_bytes())
    if damage == "header":
        content[:16] = b"not a database.."
    elif damage == "middle":
        content[4096 : len(content) - 4096] = b"\xa5" * (len(content) - 8192)
    else:
        content = bytearray(b"hello\n" * 1000)
    path.write_bytes(content)
    again = Journal.open(tmp_path)
    assert "journal-damaged-1.db" in again.notice
    assert (tmp_path / "journal-damaged-1.db").read_bytes() == bytes(content)
    change = begin(again)
    again.done(change)
    again.close()
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(content)
    third = Journal.open(tmp_path)
    assert "journal-damaged-2.db" in third.notice
    third.close()


def test_newer_journal_is_refused_and_left_alone(tmp_path):
    Journal.open(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "journal.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(JournalError, match="newer voiced"):
        Journal.open(tmp_path)
    connection = sqlite3.connect(tmp_path / "journal.db")
    assert connection.execute("PRAGMA user_version").fetchone() == (99,)
    connection.close()


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be opened") as caught:
        Journal.open(tmp_path / "file" / "state")
    assert "folder" in caught.value.mend


def fill(journal):
    for _ in range(100):
        begin(journal, "x" * 5000)


def test_full_disk_refuses_the_change_and_loses_nothing(tmp_path):
    journal = Journal.open(tmp_path, transcripts=True)
    kept = begin(journal, "kept")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in tmp_path.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        with pytest.raises(JournalError, match="disk is full"):
            fill(journal)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.done(kept)
    assert journal.change(kept).state == "done"
    journal.close()
    again = Journal.open(tmp_path)
    assert again.notice == ""
    assert again.change(kept).state == "done"
    again.close()


def test_journal_that_another_program_holds(tmp_path):
    Journal.open(tmp_path).close()
    holder = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    journal = Journal(Store.open(tmp_path, busy_s=0.01))
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another program"):
        begin(journal)
    holder.close()
    journal.done(begin(journal))
    journal.close()


def test_every_commit_is_on_the_disk(journal):
    (synchronous,) = journal._store.run("PRAGMA synchronous")
    (mode,) = journal._store.run("PRAGMA journal_mode")
    assert (synchronous[0], mode[0]) == (2, "wal")


def test_times_are_utc(journal, clock):
    change = journal.change(begin(journal))
    assert change.at.utcoffset() == timedelta(0)
    assert change.at.timestamp() == clock.at_s


@pytest.mark.slow
def test_a_killed_process_never_loses_a_change_that_it_named(tmp_path):
    code = (
        "import sys; from pathlib import Path; from voiced.journal import Journal\n"
        "journal = Journal.open(Path(sys.argv[1]))\n"
        "while True: print(journal.begin('x.y', 1, 's', 'x.back', {}), flush=True)"
    )
    named: list[str] = []
    for round_ in range(10):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            named += [process.stdout.readline().decode().strip() for _ in range(5 + 7 * round_)]
            process.kill()
    journal = Journal.open(tmp_path)
    assert journal.notice == ""
    begun = {change.id for change in journal.interrupted()}
    assert begun.issuperset(named)
    journal.close()


def test_misses_are_kept_with_their_words_and_erased_like_what_was_said(tmp_path, journal, clock):
    journal.miss(1, "pop the zanzibar file away", "files.trash")
    clock.at_s += 600
    journal.miss(2, "sing me a song")
    assert [(each.turn, each.text, each.intent) for each in journal.misses()] == [
        (1, "pop the zanzibar file away", "files.trash"),
        (2, "sing me a song", ""),
    ]
    assert [row["kind"] for row in journal.export()] == ["missed", "missed"]
    assert journal.last(5) == ()
    journal.erase_matching("zanzi")
    assert b"zanzibar" not in bytes_of(tmp_path / "state")
    assert [each.turn for each in journal.misses()] == [2]
    journal.erase_since(datetime.fromtimestamp(clock.at_s - 60, UTC))
    assert journal.misses() == ()
    journal.miss(3, "the uruguay file")
    clock.at_s += 31 * DAY_S
    journal.purge(30)
    assert journal.misses() == ()
    assert b"uruguay" not in bytes_of(tmp_path / "state")
    journal.miss(4, "the paraguay file")
    journal.erase_all()
    assert b"paraguay" not in bytes_of(tmp_path / "state")


def test_without_transcripts_a_miss_is_only_counted(tmp_path):
    journal = Journal.open(tmp_path, transcripts=False)
    journal.miss(1, "the zanzibar file", "files.trash")
    assert [(each.text, each.intent) for each in journal.misses()] == [("", "files.trash")]
    journal.close()
    assert b"zanzibar" not in bytes_of(tmp_path)


def test_two_thousand_misses_are_the_most(tmp_path, monkeypatch):
    monkeypatch.setattr("voiced.journal.journal._MOST_MISSES", 3)
    journal = Journal.open(tmp_path, transcripts=True)
    for number in range(5):
        journal.miss(number, f"line {number}")
    assert [each.turn for each in journal.misses()] == [2, 3, 4]
    journal.close()
