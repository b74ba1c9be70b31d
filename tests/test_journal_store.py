"""The journal's file in bad company: other programs, other owners, other processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cases import every

from voiced.errors import JournalError
from voiced.journal import Journal, fault_of, processes
from voiced.journal.processes import is_running, this_process
from voiced.journal.store import Store, _translated


def begin(journal: Journal) -> str:
    return journal.begin("files.rename", 1, "renamed a to b", "files.move", {})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# The file


def test_folders_on_the_way_are_made_and_a_readable_file_is_closed(tmp_path) -> None:
    folder = tmp_path / "a" / "b"
    Journal.open(folder).close()
    path = folder / "journal.db"
    path.chmod(0o644)
    journal = Journal.open(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert journal.path == path
    assert journal.notice == ""
    journal.close()


def test_a_locked_file_is_not_taken_for_a_damaged_one(tmp_path) -> None:
    Journal.open(tmp_path).close()
    other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(JournalError, match="another program holds it"):
            Store.open(tmp_path, busy_s=0.01)
    finally:
        other.close()
    assert not any("damaged" in name for name in names(tmp_path))
    Journal.open(tmp_path).close()


def test_a_transaction_is_all_or_nothing(tmp_path) -> None:
    journal = Journal.open(tmp_path)
    store = journal._store
    with pytest.raises(JournalError, match="no change"), store.transaction():
        journal.failed(str(int(begin(journal)) + 1))
    assert journal.last(9) == ()
    with store.transaction():
        begin(journal)
    assert len(journal.last(9)) == 1
    with pytest.raises(JournalError), store.transaction():
        store.run("COMMIT")  # the transaction's own commit finds nothing to end
    begin(journal)
    assert len(journal.last(9)) == 2
    journal.close()


def test_erased_rows_that_somebody_reads_are_told(tmp_path) -> None:
    journal = Journal.open(tmp_path)
    journal.done(begin(journal))
    journal._store.run("PRAGMA busy_timeout=10")
    reader = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM entries").fetchall()
    try:
        with pytest.raises(JournalError):
            journal.erase_all()
    finally:
        reader.close()
    journal.close()


def test_any_thread_may_use_it(tmp_path) -> None:
    journal = Journal.open(tmp_path)
    made: list[str] = []
    thread = threading.Thread(target=lambda: made.append(begin(journal)))
    thread.start()
    thread.join()
    assert journal.change(made[0]).state == "begun"
    journal.close()


def test_a_failure_of_the_disk_is_told_as_such(tmp_path) -> None:
    with pytest.raises(JournalError, match="No space left"), _translated(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(JournalError, match="odd"), _translated(tmp_path):
        raise sqlite3.OperationalError("odd")
    full = sqlite3.OperationalError("disk I/O error")
    full.sqlite_errorcode = sqlite3.SQLITE_IOERR | 7 << 8  # with more detail in the upper bits
    with pytest.raises(JournalError, match="full or failing"), _translated(tmp_path):
        raise full


# What is wrong with it


def test_a_good_journal_has_no_fault_and_stays_as_it_is(tmp_path) -> None:
    journal = Journal.open(tmp_path)
    begin(journal)
    journal.close()
    before = (tmp_path / "journal.db").read_bytes()
    assert fault_of(tmp_path) == ""
    assert (tmp_path / "journal.db").read_bytes() == before


def test_a_fault_is_named_and_nothing_is_made(tmp_path) -> None:
    assert "may not be read and written" in fault_of(tmp_path)
    assert names(tmp_path) == set()
    (tmp_path / "journal.db").write_bytes(b"no database at all" * 100)
    assert "not a database" in fault_of(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("mode", [0o400, 0o200])
def test_a_journal_that_may_only_be_read_or_written_has_a_fault(tmp_path, mode) -> None:
    Journal.open(tmp_path).close()
    (tmp_path / "journal.db").chmod(mode)
    assert "may not be read and written" in fault_of(tmp_path)


def test_a_damaged_page_is_a_fault(tmp_path) -> None:
    journal = Journal.open(tmp_path, transcripts=True)
    for number in range(300):
        journal.say(1, "user", f"line {number} " * 20)
    journal.close()
    path = tmp_path / "journal.db"
    content = bytearray(path.read_bytes())
    content[8192:16384] = bytes(8192)
    path.write_bytes(content)
    assert fault_of(tmp_path)
    assert fault_of(tmp_path) != ""


# Who made a change


def test_this_process_runs_and_has_a_name_of_its_own() -> None:
    name = this_process()
    pid, start, boot = name.split(":")
    assert pid == str(os.getpid())
    assert start.isdigit()
    assert len(boot) == 36
    assert is_running(name)
    assert this_process() == name


def test_a_process_that_ended_does_not_run_nor_does_one_that_took_its_number() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = processes._name(child.pid)
    assert is_running(name)
    assert name != this_process()
    child.communicate(b"\n")
    assert not is_running(name)
    pid, start, boot = this_process().split(":")
    assert not is_running(f"{pid}:{int(start) - 1}:{boot}")
    assert not is_running(f"{pid}:{start}:{boot[::-1]}")


@every("name", ["", ":", "x:1:2", "PID", "PID:", "PID:x"])
def test_what_names_no_process_does_not_run(name: str) -> None:
    assert not is_running(name.replace("PID", str(os.getpid())))


def test_a_command_may_be_called_anything(tmp_path, monkeypatch) -> None:
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    (tmp_path / "sys/kernel/random/boot_id").write_text("boot\n")
    (tmp_path / "7").mkdir()
    fields = " ".join(f"f{number}" for number in range(3, 30))
    (tmp_path / "7/stat").write_text(f"7 (a) b) 1 2) {fields}")
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    assert processes._name(7) == "7:f22:boot"
    assert processes._name(8) == "8"
    assert is_running("7:f22:boot")
    assert not is_running("8")


def test_what_another_process_does_now_is_not_interrupted(tmp_path) -> None:
    journal = Journal.open(tmp_path)
    change = begin(journal)
    for made_by, is_interrupted in ((processes._name(os.getppid()), False), ("1:2:3", True)):
        journal._store.run("UPDATE entries SET process = ? WHERE id = ?", (made_by, int(change)))
        assert bool(journal.interrupted()) is is_interrupted
    journal.close()


# Refusals


def test_a_refusal_is_a_change_that_was_not_made(tmp_path) -> None:
    journal = Journal.open(tmp_path)
    journal.refused("files.trash", 7)
    (record,) = journal.last(9)
    assert (record.intent, record.turn, record.state, record.operation, dict(record.data)) == (
        "files.trash",
        7,
        "failed",
        "",
        {},
    )
    assert record.summary == "did not do files.trash, asked for from outside"
    assert (journal.last_changes(9), journal.interrupted()) == ((), ())
    assert journal.search("trash") == (record,)
    journal.close()


def test_fifty_records_are_found_if_nobody_says_how_many(tmp_path) -> None:
    journal = Journal.open(tmp_path)
    for _ in range(51):
        journal.refused("files.trash", 1)
    assert len(journal.search("trash")) == 50
    journal.close()
    assert Journal.open(tmp_path)._transcripts is False
