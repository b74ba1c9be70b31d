"""Keeps timers, alarms and reminders in a small database of its own. All of it blocks.

Each call opens the file and closes it again: ``voiced ask`` may write while ``voiced run`` reads.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from pathlib import Path

from voiced.plugin import IntentFailed

from .entries import Entry, Kind

__all__ = ["erase", "every", "find", "last_rung", "put", "stamp", "stamped", "waiting"]

_COLUMNS = tuple(field.name for field in fields(Entry))
_MAKE = """
create table if not exists entries (
    id text primary key, kind text not null, label text not null, due_s real, wall text not null,
    repeat text not null, length_s real not null, rung integer not null, state text not null,
    room text not null default ''
) strict
"""
_ADD_ROOM = "alter table entries add column room text not null default ''"
_MAKE_CLOCK = """
create table if not exists clock (boot text primary key, began_s real not null) strict
"""
_PUT = f"insert or replace into entries values ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_PATIENCE_S = 5.0
_FORGET = """
delete from entries where state = 'done' and rowid not in
    (select rowid from entries where state = 'done' order by rowid desc limit 100)
"""


@contextmanager
def _opened(path: Path) -> Generator[sqlite3.Connection]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        with closing(sqlite3.connect(path, timeout=_PATIENCE_S)) as connection:
            connection.execute("pragma secure_delete = on")
            connection.execute(_MAKE)
            connection.execute(_MAKE_CLOCK)
            if len(connection.execute("pragma table_info(entries)").fetchall()) < len(_COLUMNS):
                connection.execute(_ADD_ROOM)
            with connection:
                yield connection
    except (sqlite3.Error, OSError) as error:
        raise IntentFailed(
            f"the timers' database cannot be used: {type(error).__name__}: {error}",
            spoken="I can't get at my timers: their file is broken, or the disk is full.",
            mend=f"move {path} away, or set file in [timers]",
        ) from error


def put(path: Path, *entries: Entry) -> None:
    """Keep these; all of them, or none.

    Raises:
        IntentFailed: They cannot be written.
    """
    with _opened(path) as connection:
        connection.executemany(_PUT, [astuple(entry) for entry in entries])
        connection.execute(_FORGET)


def find(path: Path, name: str) -> Entry | None:
    """The one with this id."""
    found = _read(path, "where id = ?", (name,))
    return found[0] if found else None


def waiting(path: Path, kind: Kind | None = None) -> list[Entry]:
    """Those that are not over, in the order in which they were made; of one kind, or all."""
    if not path.exists():
        return []
    found = _read(path, "where state = 'waiting' order by rowid", ())
    return [entry for entry in found if kind is None or entry.kind == kind]


def every(path: Path) -> list[Entry]:
    """All of them, also those that are over, in the order in which they were made."""
    return _read(path, "order by rowid", ()) if path.exists() else []


def erase(path: Path, entries: Sequence[Entry]) -> None:
    """Erase these, on the disk too."""
    with _opened(path) as connection:
        connection.executemany(
            "delete from entries where id = ?", [(entry.id,) for entry in entries]
        )


def stamped(path: Path, boot: str) -> float | None:
    """When the machine began by the clock on the wall, as it was known in this boot."""
    if not path.exists():
        return None
    with _opened(path) as connection:
        row = connection.execute("select began_s from clock where boot = ?", (boot,)).fetchone()
    return None if row is None else float(row[0])


def stamp(path: Path, boot: str, began_s: float, *entries: Entry) -> None:
    """Keep when the machine began, and with it these entries, all or nothing."""
    with _opened(path) as connection:
        connection.execute("delete from clock")
        connection.execute("insert into clock values (?, ?)", (boot, began_s))
        for entry in entries:
            place = connection.execute("select rowid from entries where id = ?", (entry.id,))
            (row,) = place.fetchone()
            marks = ", ".join(f"{name} = ?" for name in _COLUMNS)
            sql = f"update entries set {marks} where rowid = ?"  # noqa: S608 - our own words
            connection.execute(sql, (*astuple(entry), row))


def last_rung(path: Path) -> Entry | None:
    """The one that rang and is over, or rings still; the newest."""
    found = _read(path, "where rung > 0 and kind != 'timer' order by rowid desc limit 1", ())
    return found[0] if found else None


def _read(path: Path, where: str, values: Sequence[str]) -> list[Entry]:
    sql = f"select {', '.join(_COLUMNS)} from entries {where}"  # noqa: S608 - our own words
    with _opened(path) as connection:
        return [Entry(*row) for row in connection.execute(sql, tuple(values))]
