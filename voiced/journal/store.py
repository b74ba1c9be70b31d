"""The journal's SQLite file: opened safely, migrated, set aside when damaged. No meaning of rows.

Every commit is on the disk when the call returns (WAL, synchronous=FULL). A damaged file is
renamed, never deleted. SQLite's errors leave as JournalError.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from voiced.errors import JournalError

__all__ = ["MIGRATIONS", "Store", "fault_of"]

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE entries(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('change', 'user', 'assistant')),
        at_s REAL NOT NULL,
        turn INTEGER NOT NULL,
        text TEXT NOT NULL,
        intent TEXT,
        operation TEXT,
        data TEXT,
        state TEXT CHECK (state IN ('begun', 'done', 'failed', 'undone')),
        ended_s REAL,
        process TEXT
    );
    CREATE INDEX entries_by_state ON entries(state, id);
    CREATE VIRTUAL TABLE words USING fts5(text, content='entries', content_rowid='id');
    CREATE TRIGGER entries_added AFTER INSERT ON entries BEGIN
        INSERT INTO words(rowid, text) VALUES (new.id, new.text);
    END;
    CREATE TRIGGER entries_removed AFTER DELETE ON entries BEGIN
        INSERT INTO words(words, rowid, text) VALUES ('delete', old.id, old.text);
    END;
    """,
    """
    CREATE VIRTUAL TABLE misses USING fts5(text, at_s UNINDEXED, turn UNINDEXED, intent UNINDEXED);
    """,
)
"""Step n brings a file from version n to n + 1; steps are added, never changed."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REASONS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space"),
    sqlite3.SQLITE_IOERR: ("the disk is full or failing", "free some space"),
    sqlite3.SQLITE_READONLY: ("it may not be written", "mend its owner and permissions"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "mend its owner and permissions"),
    sqlite3.SQLITE_BUSY: ("another program holds it", "try again"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "start voiced again: it is set aside"),
    sqlite3.SQLITE_NOTADB: ("it is damaged", "start voiced again: it is set aside"),
}
_BUSY_S = 5.0


class Store:
    """One open file. ``notice`` says what had to be done about a damaged one, or is empty."""

    def __init__(self, path: Path, connection: sqlite3.Connection, notice: str) -> None:
        self.path = path
        self.notice = notice
        self._connection = connection

    @classmethod
    def open(cls, folder: Path, *, busy_s: float = _BUSY_S) -> Store:
        """Open ``journal.db`` in ``folder``, which is made (0700) if need be.

        A statement waits ``busy_s`` for another program.

        Raises:
            JournalError: It cannot be opened or written, or a newer voiced made it.
        """
        path = folder / "journal.db"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            path.chmod(0o600)
        except OSError as error:
            raise JournalError(
                f"the journal {path} cannot be opened: {error.strerror}",
                mend="set [journal] folder to a folder that you may write",
            ) from error
        with _translated(path):
            try:
                return cls(path, _connect(path, busy_s), "")
            except sqlite3.DatabaseError as error:
                if _code(error) not in _DAMAGED:
                    raise
            aside = _set_aside(path)
            notice = f"the journal was damaged: it is now {aside.name}, and a new one was begun"
            return cls(path, _connect(path, busy_s), notice)

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """One statement, committed on return; its rows.

        Raises:
            JournalError: It failed, and nothing was changed.
        """
        with _translated(self.path), closing(self._connection.execute(statement, values)) as rows:
            return rows.fetchall()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Several statements, all or none."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def scrub(self) -> None:
        """Leave nothing of erased rows in the file or its log.

        Raises:
            JournalError: Another program is reading; the rows are gone, their bytes not yet.
        """
        self.run("INSERT INTO words(words) VALUES ('rebuild')")
        self.run("INSERT INTO misses(misses) VALUES ('rebuild')")
        self.run("VACUUM")
        (result,) = self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        if result[0]:
            raise JournalError(
                f"the journal {self.path} is being read: erased rows may still lie on the disk",
                mend="stop the other program and run voiced forget again",
            )

    def close(self) -> None:
        """Close the file; the log is folded into it."""
        self._connection.close()


def fault_of(folder: Path) -> str:
    """What is wrong with the journal in ``folder``, or an empty string. Changes nothing."""
    path = folder / "journal.db"
    if not os.access(path, os.R_OK | os.W_OK):
        return f"{path} may not be read and written"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return f"{path}: {error}"
    return "" if answer == "ok" else f"{path} is damaged"


def _connect(path: Path, busy_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=busy_s, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        with closing(connection.execute("PRAGMA quick_check(1)")) as rows:
            if rows.fetchone()[0] != "ok":
                raise _damaged()
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    with closing(connection.execute("PRAGMA user_version")) as rows:
        version = int(rows.fetchone()[0])
    if version > len(MIGRATIONS):
        raise JournalError(
            f"the journal {path} was made by a newer voiced (version {version})",
            mend="install that voiced again, or move the file away",
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        step = f"BEGIN EXCLUSIVE; {script}; PRAGMA user_version={number}; COMMIT;"
        connection.executescript(step).close()


def _damaged() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("quick_check failed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"journal-damaged-{number}.db")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    return aside


@contextmanager
def _translated(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason, mend = _REASONS.get(_code(error), (str(error), ""))
        raise JournalError(f"the journal {path}: {reason}", mend=mend) from error
    except OSError as error:
        raise JournalError(f"the journal {path}: {error.strerror}") from error
