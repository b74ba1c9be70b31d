"""The index of one account as a SQLite database, and the only statements that change it.

The full-text table keeps no text, only which words there are in which part of a mail.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BrokenIndex", "Row", "Store", "body_words"]

_VERSION = 1
_MODE = 0o600
_MOST_WORDS = 3000
_LONGEST_WORD = 40

_SCHEMA = """
CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folders(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    validity INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT -1,
    state TEXT NOT NULL DEFAULT ''
);
CREATE TABLE mails(
    id INTEGER PRIMARY KEY AUTOINCREMENT, folder INTEGER NOT NULL, uid INTEGER NOT NULL,
    message_id TEXT NOT NULL, thread TEXT NOT NULL, subject TEXT NOT NULL,
    sender TEXT NOT NULL, sender_name TEXT NOT NULL, people TEXT NOT NULL, files TEXT NOT NULL,
    date_s REAL NOT NULL, size INTEGER NOT NULL, is_bulk INTEGER NOT NULL,
    is_seen INTEGER NOT NULL, is_flagged INTEGER NOT NULL, is_answered INTEGER NOT NULL,
    text INTEGER NOT NULL,
    UNIQUE(folder, uid)
);
CREATE INDEX mails_date ON mails(date_s);
CREATE INDEX mails_sender ON mails(sender, sender_name);
CREATE INDEX mails_message_id ON mails(message_id);
CREATE INDEX mails_thread ON mails(thread);
CREATE INDEX mails_unseen ON mails(date_s) WHERE is_seen = 0;
CREATE INDEX mails_text ON mails(folder, uid) WHERE text = 1;
CREATE TABLE texts(id INTEGER PRIMARY KEY, words BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(
    subject, people, files, body,
    content='', detail=column, tokenize='porter unicode61 remove_diacritics 2'
);
"""
_COLUMNS = (
    "folder, uid, message_id, thread, subject, sender, sender_name, people, files, date_s, size,"
    " is_bulk, is_seen, is_flagged, is_answered, text"
)


class BrokenIndex(Exception):
    """The database is damaged or of another version: it is thrown away and built anew."""


@dataclass(frozen=True, slots=True)
class Row:
    """A mail as the index keeps it. ``people``: all names and addresses; ``files``: their names."""

    uid: int
    message_id: str
    thread: str
    subject: str
    sender: str
    sender_name: str
    people: str
    files: str
    date_s: float
    size_bytes: int
    is_bulk: bool
    is_seen: bool
    is_flagged: bool
    is_answered: bool


def body_words(text: str) -> str:
    """Which words a text has, each once, sorted: what it says cannot be read from them."""
    letters = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    words = sorted({word for word in letters.split() if len(word) <= _LONGEST_WORD})
    return " ".join(words[:_MOST_WORDS])


class Store:
    """The index, open for writing. One process alone writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open or make the database, for this user alone; one that is broken is made anew.

        Raises:
            OSError: The folder cannot be written.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return cls(_opened(path))
        except BrokenIndex:
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            return cls(_opened(path))

    def close(self) -> None:
        """Close it."""
        self._db.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Several changes at once: all of them, or none.

        Raises:
            BrokenIndex: The database is damaged.
            OSError: The disk is full, or the file cannot be written.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise OSError(str(error)) from error
        except sqlite3.DatabaseError as error:
            raise BrokenIndex(str(error)) from error

    def fact(self, name: str) -> str:
        """What was noted under that name, or an empty string."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def note(self, name: str, value: str) -> None:
        """Note something about the index itself."""
        self._db.execute("REPLACE INTO facts VALUES (?, ?)", (name, value))

    def put_folders(self, folders: Sequence[tuple[str, str]]) -> None:
        """Know exactly these folders, by name and role; what was in others is forgotten."""
        for name, role in folders:
            self._db.execute(
                "INSERT INTO folders(name, role) VALUES (?, ?) "
                "ON CONFLICT(name) DO UPDATE SET role = excluded.role",
                (name, role),
            )
        kept = {name for name, _ in folders}
        known = self._db.execute("SELECT id, name FROM folders").fetchall()
        for number, name in known:
            if name not in kept:
                self.forget(number, self.uids(number))
                self._db.execute("DELETE FROM folders WHERE id = ?", (number,))

    def folder(self, name: str) -> tuple[int, int, str]:
        """The number, UIDVALIDITY and last state of a folder that is known."""
        query = "SELECT id, validity, state FROM folders WHERE name = ?"
        number, validity, state = self._db.execute(query, (name,)).fetchone()
        return int(number), int(validity), str(state)

    def look_at(self, folder: int, validity: int, held: int, state: str) -> None:
        """Note how a folder was found: its UIDVALIDITY, how many it holds, and its state."""
        self._db.execute(
            "UPDATE folders SET validity = ?, held = ?, state = ? WHERE id = ?",
            (validity, held, state, folder),
        )

    def stands(self, folder: int, held: int, state: str) -> None:
        """Note that a folder is as it is known: how many it holds, and its state."""
        query = "UPDATE folders SET held = ?, state = ? WHERE id = ?"
        self._db.execute(query, (held, state, folder))

    def last_uid(self, folder: int) -> int:
        """The highest UID that is known of a folder; 0 where there is none."""
        query = "SELECT coalesce(max(uid), 0) FROM mails WHERE folder = ?"
        return int(self._db.execute(query, (folder,)).fetchone()[0])

    def number(self, folder: int) -> int:
        """How many mails of a folder are known."""
        query = "SELECT count(*) FROM mails WHERE folder = ?"
        return int(self._db.execute(query, (folder,)).fetchone()[0])

    def uids(self, folder: int) -> set[int]:
        """The UIDs that are known of a folder."""
        rows = self._db.execute("SELECT uid FROM mails WHERE folder = ?", (folder,))
        return {int(row[0]) for row in rows}

    def put(self, folder: int, rows: Iterable[Row], *, wants_text: bool) -> None:
        """Add mails of a folder; those that are known already stay."""
        marks = ", ".join("?" * 16)
        insert = f"INSERT OR IGNORE INTO mails({_COLUMNS}) VALUES ({marks})"  # noqa: S608 - our words
        for row in rows:
            cursor = self._db.execute(
                insert,
                (
                    folder, row.uid, row.message_id, row.thread, row.subject, row.sender,
                    row.sender_name, row.people, row.files, row.date_s, row.size_bytes,
                    row.is_bulk, row.is_seen, row.is_flagged, row.is_answered, wants_text,
                ),
            )  # fmt: skip
            if cursor.rowcount == 1:
                self._db.execute(
                    "INSERT INTO words(rowid, subject, people, files, body) "
                    "VALUES (?, ?, ?, ?, '')",
                    (cursor.lastrowid, row.subject, row.people, row.files),
                )

    def set_flags(self, folder: int, unseen: Collection[int], flagged: Collection[int]) -> None:
        """Have exactly these unseen and flagged."""
        rows = self._db.execute(
            "SELECT id, uid, is_seen, is_flagged FROM mails WHERE folder = ?", (folder,)
        ).fetchall()
        changed = [
            (uid not in unseen, uid in flagged, number)
            for number, uid, was_seen, was_flagged in rows
            if (bool(was_seen), bool(was_flagged)) != (uid not in unseen, uid in flagged)
        ]
        self._db.executemany("UPDATE mails SET is_seen = ?, is_flagged = ? WHERE id = ?", changed)

    def forget(self, folder: int, uids: Iterable[int]) -> None:
        """These are not in the folder any more."""
        for uid in uids:
            row = self._db.execute(
                "SELECT id, subject, people, files FROM mails WHERE folder = ? AND uid = ?",
                (folder, uid),
            ).fetchone()
            if row is not None:
                self._forget_words(row[0], *row[1:])
                self._db.execute("DELETE FROM texts WHERE id = ?", (row[0],))
                self._db.execute("DELETE FROM mails WHERE id = ?", (row[0],))

    def _forget_words(self, number: int, subject: str, people: str, files: str) -> None:
        found = self._db.execute("SELECT words FROM texts WHERE id = ?", (number,)).fetchone()
        body = zlib.decompress(found[0]).decode() if found else ""
        self._db.execute(
            "INSERT INTO words(words, rowid, subject, people, files, body) "
            "VALUES ('delete', ?, ?, ?, ?, ?)",
            (number, subject, people, files, body),
        )

    def wanting_text(self, most: int) -> tuple[str, list[int]]:
        """A folder and mails in it whose words are not known yet, the newest first."""
        row = self._db.execute(
            "SELECT folder, name FROM mails JOIN folders ON folders.id = folder WHERE text = 1 "
            "ORDER BY folder, uid LIMIT 1"
        ).fetchone()
        if row is None:
            return "", []
        uids = self._db.execute(
            "SELECT uid FROM mails WHERE folder = ? AND text = 1 ORDER BY uid DESC LIMIT ?",
            (row[0], most),
        )
        return str(row[1]), [int(uid) for (uid,) in uids]

    def put_texts(self, folder: int, texts: Iterable[tuple[int, str, str]]) -> None:
        """Keep which words these mails have, and files where none are known: UID, words, names."""
        for uid, words, files in texts:
            row = self._db.execute(
                "SELECT id, subject, people, files FROM mails WHERE folder = ? AND uid = ?",
                (folder, uid),
            ).fetchone()
            if row is None:
                continue
            self._forget_words(*row)
            number, subject, people, known = row
            self._db.execute(
                "INSERT INTO words(rowid, subject, people, files, body) VALUES (?, ?, ?, ?, ?)",
                (number, subject, people, known or files, words),
            )
            if words:
                packed = zlib.compress(words.encode(), 6)
                self._db.execute("REPLACE INTO texts VALUES (?, ?)", (number, packed))
            query = "UPDATE mails SET text = 2, files = ? WHERE id = ?"
            self._db.execute(query, (known or files, number))


def _opened(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE))
    path.chmod(_MODE)
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        for name, value in (
            ("journal_mode", "WAL"), ("synchronous", "NORMAL"), ("cache_size", "-8000"),
            ("secure_delete", "ON"),
        ):  # fmt: skip
            db.execute(f"PRAGMA {name}={value}")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            db.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={_VERSION};COMMIT;")
        elif version != _VERSION:
            raise BrokenIndex(f"version {version}")
        (sound,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise BrokenIndex(sound)
    except sqlite3.DatabaseError as error:
        raise BrokenIndex(str(error)) from error
    return db
