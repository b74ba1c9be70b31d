"""The journal as pages to look at. Reads only: nothing is made, mended or set aside. It blocks.

Each call opens the file anew and lets it go, so that it keeps nobody from erasing in between, and
sees a new file where the old one was set aside. Long texts are cut; ``whole`` gives all of one.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from voiced.errors import JournalError
from voiced.journal.file import code_of, is_damage
from voiced.journal.records import Record, record_of

__all__ = ["Day", "JournalReader", "Page", "Shown"]

_SHOWN_LETTERS = 600
_BUSY_S = 2.0
_LAST = (1 << 63) - 1
_COLUMNS = (
    "id, kind, at_s, turn, substr(text, 1, :most) AS text, length(text) AS letters, intent,"
    " operation, data, state, ended_s, process"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the user's own clock, and how many records are of it."""

    day: date
    records: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A record with at most the first part of its text; ``letters`` is how long that is in all."""

    record: Record
    letters: int

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it."""
        return self.letters > _SHOWN_LETTERS


@dataclass(frozen=True, slots=True)
class Page:
    """Records, newest first; ``older`` continues after the last one, None where there is none."""

    records: tuple[Shown, ...] = ()
    older: int | None = None


class JournalReader:
    """Reads the journal in ``folder``, whoever else writes it meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.db"

    @property
    def is_there(self) -> bool:
        """Whether there is a journal at all."""
        return self.path.exists()

    def days(self, before: date | None = None, count: int = 31) -> tuple[Day, ...]:
        """The days that have records, newest first, from the one before ``before`` on.

        Raises:
            JournalError: It cannot be read.
        """
        if not self.is_there:
            return ()
        with self._open() as connection:
            return tuple(_days(connection, before, count))

    def of_day(self, day: date, before: int | None = None, count: int = 50) -> Page:
        """The records of a day; ``before`` is the ``older`` of the page before.

        Raises:
            JournalError: It cannot be read.
        """
        return self._of_time(_begin_s(day), _begin_s(day + timedelta(days=1)), before, count)

    def between(self, since: datetime, until: datetime, count: int = 50) -> Page:
        """The newest records of a span of time.

        Raises:
            JournalError: It cannot be read.
        """
        return self._of_time(since.timestamp(), until.timestamp(), None, count)

    def _of_time(self, since_s: float, until_s: float, before: int | None, count: int) -> Page:
        values = {"since": since_s, "until": until_s}
        chosen = (
            "SELECT id FROM entries WHERE at_s >= :since AND at_s < :until AND +id < :before"
            " ORDER BY +id DESC LIMIT :count"
        )
        return self._page(chosen, values, before, count)

    def search(self, words: str, before: int | None = None, count: int = 50) -> Page:
        """The records that hold all of the words, or words that begin with them.

        Raises:
            JournalError: It cannot be read.
        """
        query = " ".join(f'"{word}"*' for word in re.findall(r"\w+", _storable(words)))
        if not query:
            return Page()
        chosen = (
            "SELECT rowid FROM words WHERE words MATCH :query AND rowid < :before"
            " ORDER BY rowid DESC LIMIT :count"
        )
        return self._page(chosen, {"query": query}, before, count)

    def whole(self, number: int) -> Record | None:
        """One record with all of its text; None where it is not there any more.

        Raises:
            JournalError: It cannot be read.
        """
        if number > _LAST:
            return None
        rows = self._run("SELECT * FROM entries WHERE id = :id", {"id": number})
        return record_of(dict(rows[0])) if rows else None

    def misses(self, since: datetime, until: datetime) -> tuple[float, ...]:
        """When requests were missed in a span of time: seconds since 1970.

        Raises:
            JournalError: It cannot be read.
        """
        statement = "SELECT at_s FROM misses WHERE at_s >= :since AND at_s < :until"
        values = {"since": since.timestamp(), "until": until.timestamp()}
        return tuple(float(row["at_s"]) for row in self._run(statement, values))

    def _page(self, chosen: str, values: Mapping[str, Any], before: int | None, count: int) -> Page:
        statement = f"SELECT {_COLUMNS} FROM entries WHERE id IN ({chosen}) ORDER BY id DESC"  # noqa: S608 - our own words
        last = _LAST if before is None else before
        known = {**values, "before": last, "count": count + 1, "most": _SHOWN_LETTERS}
        rows = self._run(statement, known)
        shown = tuple(Shown(record_of(dict(row)), int(row["letters"])) for row in rows[:count])
        return Page(shown, rows[count - 1]["id"] if len(rows) > count else None)

    def _run(self, statement: str, values: Mapping[str, Any]) -> Sequence[sqlite3.Row]:
        if not self.is_there:
            return ()
        with self._open() as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S
            )
            try:
                connection.row_factory = sqlite3.Row
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: sqlite3.Error) -> JournalError:
        if is_damage(error):
            reason, mend = "it is damaged", "start voiced again: it sets the file aside"
        elif code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            reason, mend = "it is being written or erased", "look again in a moment"
        elif code_of(error) == sqlite3.SQLITE_CANTOPEN:
            reason, mend = "it cannot be opened", "mend its owner and permissions"
        else:
            reason, mend = str(error), "voiced doctor looks at it"
        return JournalError(f"the journal {self.path}: {reason}", mend=mend)


def _days(connection: sqlite3.Connection, before: date | None, count: int) -> Iterator[Day]:
    """From day to day by the index of times: what lies between is not looked at."""
    until_s = math.inf if before is None else _begin_s(before)
    for _ in range(count):
        latest = "SELECT max(at_s) FROM entries WHERE at_s < ?"
        (last_s,) = connection.execute(latest, (until_s,)).fetchone()
        if last_s is None:
            return
        day = datetime.fromtimestamp(last_s).astimezone().date()
        since_s = min(_begin_s(day), last_s)
        counting = "SELECT count(*) FROM entries WHERE at_s >= ? AND at_s < ?"
        (records,) = connection.execute(counting, (since_s, until_s)).fetchone()
        yield Day(day, records)
        until_s = since_s


def _begin_s(day: date) -> float:
    return datetime.combine(day, time.min).astimezone().timestamp()


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
