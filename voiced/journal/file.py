"""The journal's file: opened, migrated, and set aside when it is damaged. It is never deleted."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from voiced.errors import JournalError

__all__ = ["MIGRATIONS", "begin_anew", "code_of", "connect", "connect_reading", "is_damage"]

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
    """
    CREATE INDEX entries_by_time ON entries(at_s);
    """,
)
"""Step n brings a file from version n to n + 1; steps are added, never changed."""

_COLUMNS = {
    "entries": "id, kind, at_s, turn, text, intent, operation, data, state, ended_s, process",
    "words": "text",
    "misses": "text, at_s, turn, intent",
}
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def connect(path: Path, busy_s: float) -> sqlite3.Connection:
    """Open the file, which is there, to read and write."""
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
        _look_at_tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """What is in the file, without a log beside it; nothing where there is no file."""
    uri = f"{path.as_uri()}?immutable=1" if path.exists() and path.stat().st_size else ":memory:"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        if uri == ":memory:":
            _migrate(connection, path)
        _look_at_tables(connection)
        connection.execute("PRAGMA query_only=ON").close()
    except BaseException:
        connection.close()
        raise
    return connection


def begin_anew(path: Path, busy_s: float) -> tuple[sqlite3.Connection, str]:
    """Set the file aside and begin a new one; what to tell the user of it."""
    aside = _set_aside(path)
    notice = f"the journal was damaged: it is now {aside.name}, and a new one was begun"
    return connect(path, busy_s), notice


def _look_at_tables(connection: sqlite3.Connection) -> None:
    """Raise if somebody has taken a table or a column away."""
    for table, columns in _COLUMNS.items():
        connection.execute(f"SELECT {columns} FROM {table} LIMIT 0").close()  # noqa: S608


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


def code_of(error: sqlite3.Error) -> int:
    """SQLite's own number for it, without the detail; 0 where it has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is broken, or somebody has changed its tables."""
    text = str(error)
    is_changed = text.startswith(("no such table", "no such column")) or text.endswith("exists")
    return code_of(error) in _DAMAGED or is_changed


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
