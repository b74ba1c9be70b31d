"""What pictures say of themselves, and how they look, kept on disk beside the index of files.

A row counts only while its picture has the same time and size. A store that is broken, full or
switched off costs no more than the time to read the pictures again.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from .facts import Facts

__all__ = ["Kept", "Stamp"]

_VERSION = 1
_MODE = 0o600
_AT_ONCE = 500
_LOOK_BYTES = 8
_SPARE_ROWS = 1000
_WAIT_S = 0.2
_TABLES = ("facts", "looks")
_SCHEMA = "".join(
    f"CREATE TABLE {table}(path BLOB PRIMARY KEY, changed INTEGER NOT NULL, "
    "size INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
    for table in _TABLES
)

Stamp = tuple[int, int]
"""When a picture was changed, in nanoseconds, and its size."""


class Kept:
    """The store, opened for each use; it raises nothing.

    Args:
        path: Its file; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def facts(self, paths: Sequence[Path]) -> dict[Path, tuple[Stamp, Facts]]:
        """What is known of these."""
        found = self._rows("facts", paths)
        return {path: (stamp, facts) for path, stamp, value in found if (facts := _facts(value))}

    def looks(self, paths: Sequence[Path]) -> dict[Path, tuple[Stamp, int | None]]:
        """How these look, as far as it is known."""
        found = self._rows("looks", paths)
        return {path: (stamp, int.from_bytes(value, "big")) for path, stamp, value in found}

    def keep_facts(self, found: Mapping[Path, tuple[Stamp, Facts]], every: Iterable[Path]) -> None:
        """Keep what was read; what is known of others than ``every`` is forgotten in time."""
        rows = [(path, stamp, _text(facts)) for path, (stamp, facts) in found.items()]
        self._keep("facts", rows, every)

    def keep_looks(
        self, found: Mapping[Path, tuple[Stamp, int | None]], every: Iterable[Path]
    ) -> None:
        """As ``keep_facts``; of what cannot be read nothing is kept."""
        rows = [
            (path, stamp, look.to_bytes(_LOOK_BYTES, "big"))
            for path, (stamp, look) in found.items()
            if look is not None
        ]
        self._keep("looks", rows, every)

    def _rows(self, table: str, paths: Sequence[Path]) -> Iterator[tuple[Path, Stamp, bytes]]:
        if self._path is None or not self._path.exists():
            return
        with suppress(sqlite3.Error, OSError), self._opened(self._path) as db:
            for start in range(0, len(paths), _AT_ONCE):
                some = [os.fsencode(path) for path in paths[start : start + _AT_ONCE]]
                marks = ", ".join("?" * len(some))
                query = f"SELECT path, changed, size, value FROM {table} WHERE path IN ({marks})"  # noqa: S608
                for path, changed, size, value in db.execute(query, some).fetchall():
                    yield Path(os.fsdecode(path)), (changed, size), value

    def _keep(
        self, table: str, rows: Sequence[tuple[Path, Stamp, bytes]], every: Iterable[Path]
    ) -> None:
        if self._path is None or not rows:
            return
        values = [(os.fsencode(path), *stamp, value) for path, stamp, value in rows]
        there = {os.fsencode(path) for path in every}
        with suppress(sqlite3.Error, OSError), self._opened(self._path) as db, db:
            db.executemany(f"REPLACE INTO {table} VALUES (?, ?, ?, ?)", values)  # noqa: S608
            known = [row[0] for row in db.execute(f"SELECT path FROM {table}")]  # noqa: S608
            if len(known) > len(there) + _SPARE_ROWS:
                gone = [(path,) for path in known if path not in there]
                db.executemany(f"DELETE FROM {table} WHERE path = ?", gone)  # noqa: S608

    @contextmanager
    def _opened(self, path: Path) -> Iterator[sqlite3.Connection]:
        """The database, for this user alone; one that is damaged or another's is begun anew."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE))
        try:
            with closing(sqlite3.connect(path, timeout=_WAIT_S)) as db:
                _prepare(db)
                yield db
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                path.unlink(missing_ok=True)
            raise


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA secure_delete=ON")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == _VERSION:
        return
    old = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    drops = "".join(f"DROP TABLE {name};" for (name,) in old if name in _TABLES)
    db.executescript(f"BEGIN;{drops}{_SCHEMA}PRAGMA user_version={_VERSION};COMMIT;")


def _text(facts: Facts) -> bytes:
    taken = facts.taken.isoformat() if facts.taken else ""
    return json.dumps([taken, facts.camera, facts.position, facts.size]).encode()


def _facts(value: bytes) -> Facts | None:
    """What was kept, or None where it is nothing that was ever kept."""
    try:
        row: list[Any] = json.loads(value)
        taken, camera, position, size = row
        return Facts(
            datetime.fromisoformat(taken) if taken else None,
            str(camera),
            (float(position[0]), float(position[1])) if position else None,
            (int(size[0]), int(size[1])),
        )
    except (ValueError, TypeError, IndexError):
        return None
