"""The index as a SQLite database: what it holds, and the only statements that change it.

A file's words are in one full-text row: its name, its place, the first words of its text, and the
rest of them. The full-text table keeps no text, only which words there are, and not in which order.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .words import name_words, place_words

__all__ = ["BrokenIndex", "OtherIndex", "Row", "Store", "place_of"]

_VERSION = 2
_HEAD_WORDS = 60
_MODE = 0o600

_SCHEMA = """
CREATE TABLE facts(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folders(
    id INTEGER PRIMARY KEY, root BLOB NOT NULL, path BLOB NOT NULL, scan INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    UNIQUE(root, path)
);
CREATE TABLE files(
    id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, name BLOB NOT NULL, kind TEXT NOT NULL,
    size INTEGER NOT NULL, changed INTEGER NOT NULL, created INTEGER NOT NULL,
    added INTEGER NOT NULL, inode INTEGER NOT NULL, text INTEGER NOT NULL DEFAULT 0,
    UNIQUE(folder, name)
);
CREATE INDEX files_changed ON files(changed);
CREATE INDEX files_added ON files(added);
CREATE INDEX files_kind ON files(kind, changed);
CREATE INDEX files_size ON files(size);
CREATE INDEX files_text ON files(changed) WHERE text = 1;
CREATE TABLE tags(
    tag TEXT NOT NULL, file INTEGER NOT NULL, PRIMARY KEY(tag, file)
) WITHOUT ROWID;
CREATE INDEX tags_file ON tags(file);
CREATE TABLE texts(id INTEGER PRIMARY KEY, words BLOB NOT NULL);
CREATE TABLE lexicon(id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE words USING fts5(
    name, place, head, body,
    content='', detail=column, tokenize='porter unicode61 remove_diacritics 2'
);
"""
_KNOWN_WORDS = 300_000
_OF_THE_DISK = frozenset(
    (
        sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
    )
)  # fmt: skip
"""Codes of SQLite that say nothing of what is in the file."""

WANTS_TEXT, HAS_TEXT = 1, 2
"""Values of ``files.text``: it is to be read; it has been read (0: it is none)."""


class BrokenIndex(Exception):
    """The database is damaged: it is thrown away and built anew."""


class OtherIndex(BrokenIndex):
    """The database is of another version of voiced: the same, and no fault."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file or folder as the index keeps it. Times are in nanoseconds since 1970."""

    name: bytes
    kind: str
    size_bytes: int
    changed_ns: int
    created_ns: int
    added_ns: int
    inode: int
    wants_text: bool = False
    tags: tuple[str, ...] = ()


def place_of(root: bytes, path: bytes) -> list[str]:
    """The words of a folder: the root's name and those below it."""
    parts = [os.path.basename(root), *(part for part in path.split(b"/") if part)]  # noqa: PTH119
    return place_words(os.fsdecode(part) for part in parts)


class Store:
    """The index, open for writing. One process alone writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._known: set[str] = set()

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open or make the database, for this user alone.

        Raises:
            BrokenIndex: It is damaged, or was made by another version.
            OSError: The folder cannot be written.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE))
        path.chmod(_MODE)
        db = sqlite3.connect(path, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA cache_size=-8000")
            db.execute("PRAGMA secure_delete=ON")
            cls._prepare(db)
        except BrokenIndex:
            db.close()
            raise
        except sqlite3.DatabaseError as error:
            db.close()
            raise _told(error) from error
        return cls(db)

    @staticmethod
    def _prepare(db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            db.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={_VERSION};COMMIT;")
        elif version != _VERSION:
            raise OtherIndex(f"version {version}")
        (sound,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise BrokenIndex(sound)

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
                self._known.clear()
                raise
            self._db.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise _told(error) from error

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def fact(self, name: str) -> str:
        """What was noted under that name, or an empty string."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def note(self, name: str, value: str) -> None:
        """Note something about the index itself."""
        self._db.execute("REPLACE INTO facts VALUES (?, ?)", (name, value))

    def count(self) -> int:
        """How many files and folders are in it."""
        return int(self._db.execute("SELECT count(*) FROM files").fetchone()[0])

    def folder(self, root: bytes, path: bytes) -> int:
        """The number of a folder; a new one has not been read yet (``scan`` 0)."""
        self._db.execute("INSERT OR IGNORE INTO folders VALUES (NULL, ?, ?, 0, 0)", (root, path))
        found = self._db.execute("SELECT id FROM folders WHERE root = ? AND path = ?", (root, path))
        return int(found.fetchone()[0])

    def was_read(self, root: bytes, path: bytes, changed_ns: int, scan: int) -> None:
        """Note that a folder was read, in that pass over everything (0: in none)."""
        self._db.execute(
            "UPDATE folders SET listed = ?, scan = max(scan, ?) WHERE root = ? AND path = ?",
            (changed_ns, scan, root, path),
        )

    def changed_ns(self, root: bytes, path: bytes) -> int:
        """When something came or went in a folder that was read; 0 where it was not."""
        query = "SELECT listed FROM folders WHERE root = ? AND path = ?"
        row = self._db.execute(query, (root, path)).fetchone()
        return int(row[0]) if row else 0

    def was_scanned(self, root: bytes, path: bytes, scan: int) -> bool:
        """Whether a folder was read in that pass already: how a walk goes on where it was."""
        found = self._db.execute(
            "SELECT scan FROM folders WHERE root = ? AND path = ?", (root, path)
        ).fetchone()
        return bool(found) and found[0] == scan

    def knows(self, root: bytes, path: bytes) -> bool:
        """Whether a folder was ever read."""
        query = "SELECT 1 FROM folders WHERE root = ? AND path = ?"
        return self._db.execute(query, (root, path)).fetchone() is not None

    def folders(self) -> list[tuple[bytes, bytes]]:
        """Every folder that was read: root and path in it."""
        return self._db.execute("SELECT root, path FROM folders").fetchall()

    def subfolders(self, path: bytes, folder: int) -> list[bytes]:
        """The folders in a folder, as the index knows them."""
        rows = self._db.execute(
            "SELECT name FROM files WHERE folder = ? AND kind = 'folder'", (folder,)
        )
        return [path + b"/" + row[0] if path else row[0] for row in rows]

    def put(self, root: bytes, path: bytes, rows: Sequence[Row]) -> tuple[list[bytes], int]:
        """Make a folder hold exactly these rows.

        Returns:
            The paths of the folders that are not there any more, and how much has changed.
        """
        folder = self.folder(root, path)
        kept = {
            row[1]: row
            for row in self._db.execute(
                "SELECT id, name, kind, size, changed, inode, text, added FROM files "
                "WHERE folder = ?",
                (folder,),
            )
        }
        place = place_of(root, path)
        tagged = self._tags(folder)
        changes = 0
        for row in rows:
            old = kept.pop(row.name, None)
            changes += self._put_one(folder, place, row, old)
            if row.tags != tagged.get(row.name, ()):
                self._tag(folder, row)
                changes += 1
        gone = []
        for identity, name, kind, *_ in kept.values():
            self._remove(identity, name, place)
            changes += 1
            if kind == "folder":
                gone.append(path + b"/" + name if path else name)
        return gone, changes

    def _put_one(
        self, folder: int, place: list[str], row: Row, old: tuple[Any, ...] | None
    ) -> bool:
        state = (row.kind, row.size_bytes, row.changed_ns, row.inode)
        if old is not None:
            if tuple(old[2:6]) == state or (row.kind == "folder" and old[5] == row.inode):
                return False
            wants = WANTS_TEXT if row.wants_text else 0
            self._db.execute(
                "UPDATE files SET kind=?, size=?, changed=?, inode=?, created=?, text=? WHERE id=?",
                (*state, row.created_ns, wants or min(old[6], HAS_TEXT), old[0]),
            )
            return True
        cursor = self._db.execute(
            "INSERT INTO files VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                folder, row.name, row.kind, row.size_bytes, row.changed_ns, row.created_ns,
                row.added_ns, row.inode, WANTS_TEXT if row.wants_text else 0,
            ),
        )  # fmt: skip
        named = name_words(os.fsdecode(row.name))
        self._db.execute(
            "INSERT INTO words(rowid, name, place, head, body) VALUES (?, ?, ?, '', '')",
            (cursor.lastrowid, " ".join(named), " ".join(place)),
        )
        self._learn(named)
        return True

    def _tags(self, folder: int) -> dict[bytes, tuple[str, ...]]:
        """The tags that are known in a folder, by name."""
        found: dict[bytes, tuple[str, ...]] = {}
        query = (
            "SELECT name, tag FROM files JOIN tags ON tags.file = files.id WHERE folder = ? "
            "ORDER BY name, tag"
        )
        for name, tag in self._db.execute(query, (folder,)):
            found[name] = (*found.get(name, ()), tag)
        return found

    def _tag(self, folder: int, row: Row) -> None:
        query = "SELECT id FROM files WHERE folder = ? AND name = ?"
        (identity,) = self._db.execute(query, (folder, row.name)).fetchone()
        self._db.execute("DELETE FROM tags WHERE file = ?", (identity,))
        self._db.executemany(
            "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(tag, identity) for tag in row.tags]
        )

    def _learn(self, words: Iterable[str]) -> None:
        fresh = [word for word in words if word not in self._known and not word.isdigit()]
        if len(self._known) > _KNOWN_WORDS:
            self._known.clear()
        self._known.update(fresh)
        self._db.executemany(
            "INSERT OR IGNORE INTO lexicon(word) VALUES (?)", [(word,) for word in fresh]
        )

    def _remove(self, identity: int, name: bytes, place: list[str]) -> None:
        self._forget_words(identity, name, place)
        self._db.execute("DELETE FROM texts WHERE id = ?", (identity,))
        self._db.execute("DELETE FROM tags WHERE file = ?", (identity,))
        self._db.execute("DELETE FROM files WHERE id = ?", (identity,))

    def _forget_words(self, identity: int, name: bytes, place: list[str]) -> None:
        head, body = self._text(identity)
        named = " ".join(name_words(os.fsdecode(name)))
        self._db.execute(
            "INSERT INTO words(words, rowid, name, place, head, body) "
            "VALUES ('delete', ?, ?, ?, ?, ?)",
            (identity, named, " ".join(place), head, body),
        )

    def _text(self, identity: int) -> tuple[str, str]:
        row = self._db.execute("SELECT words FROM texts WHERE id = ?", (identity,)).fetchone()
        return _parted(zlib.decompress(row[0]).decode().split(" ")) if row else ("", "")

    def remove_tree(self, root: bytes, path: bytes) -> int:
        """Remove a folder's contents and those of all folders in it; how much that was."""
        below = path + b"/" if path else b""
        rows = self._db.execute(
            "SELECT id, path FROM folders WHERE root = ? AND (path = ? OR substr(path, 1, ?) = ?)",
            (root, path, len(below), below),
        ).fetchall()
        changes = 0
        for folder, inner in rows:
            place = place_of(root, inner)
            held = self._db.execute("SELECT id, name FROM files WHERE folder = ?", (folder,))
            for identity, name in held.fetchall():
                self._remove(identity, name, place)
                changes += 1
            self._db.execute("DELETE FROM folders WHERE id = ?", (folder,))
        return changes

    def wanting_text(self, most: int) -> list[tuple[int, bytes, bytes, bytes]]:
        """Documents that were not read yet, the newest first: number, root, folder, name."""
        return self._db.execute(
            "SELECT files.id, root, path, name FROM files JOIN folders ON folders.id = folder "
            "WHERE text = 1 ORDER BY changed DESC LIMIT ?",
            (most,),
        ).fetchall()

    def waiting(self) -> int:
        """How many documents were not read yet."""
        return int(self._db.execute("SELECT count(*) FROM files WHERE text = 1").fetchone()[0])

    def read(self, identity: int, words: Sequence[str]) -> None:
        """Keep the words of a document, in place of those from before."""
        row = self._db.execute(
            "SELECT root, path, name FROM files JOIN folders ON folders.id = folder "
            "WHERE files.id = ?",
            (identity,),
        ).fetchone()
        if row is None:
            return
        root, path, name = row
        place = place_of(root, path)
        self._forget_words(identity, name, place)
        self._db.execute("DELETE FROM texts WHERE id = ?", (identity,))
        if words:
            packed = zlib.compress(" ".join(words).encode(), 6)
            self._db.execute("INSERT INTO texts VALUES (?, ?)", (identity, packed))
        head, body = _parted(list(words))
        self._db.execute(
            "INSERT INTO words(rowid, name, place, head, body) VALUES (?, ?, ?, ?, ?)",
            (identity, " ".join(name_words(os.fsdecode(name))), " ".join(place), head, body),
        )
        self._learn(word for word in words if word.isalpha())
        self._db.execute("UPDATE files SET text = ? WHERE id = ?", (HAS_TEXT, identity))


def _told(error: sqlite3.DatabaseError) -> Exception:
    """What befell the database: a full or failing disk is no reason to throw it away."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return OSError(str(error)) if code in _OF_THE_DISK else BrokenIndex(str(error))


def _parted(words: list[str]) -> tuple[str, str]:
    return " ".join(words[:_HEAD_WORDS]), " ".join(words[_HEAD_WORDS:])
