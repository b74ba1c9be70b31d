"""The journal's methods. A change is on the disk, with the way back, before it is made.

Order is by sequence, never by the clock. Nothing here knows what a change is: the way back is an
operation's name and JSON data. All methods block; callers use a worker. Any thread may call.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from voiced.errors import JournalError
from voiced.journal.erasing import Which, count, erase
from voiced.journal.processes import is_running, this_process
from voiced.journal.records import (
    Change,
    ChangeState,
    Erased,
    Missed,
    Record,
    Speaker,
    missed_of,
    record_of,
)
from voiced.journal.store import Store
from voiced.private_files import wiping
from voiced.workers import Exclusive

__all__ = ["Journal"]

T = TypeVar("T")

_PAGE_ROWS = 500
_MOST_MISSES = 2000
_DAY_S = 86400.0


class Journal:
    """The journal of one user.

    Args:
        store: The open file.
        transcripts: Whether ``say`` keeps anything.
        clock: Seconds since 1970, UTC.
    """

    def __init__(
        self, store: Store, *, transcripts: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._transcripts = transcripts
        self._clock = clock
        self._alone = Exclusive()
        self._process = this_process()
        self._under_way: set[str] = set()

    @classmethod
    def open(
        cls, folder: Path, *, transcripts: bool = False, clock: Callable[[], float] = time.time
    ) -> Journal:
        """Open the journal in ``folder``, which is made if need be.

        A damaged one is set aside under another name and ``notice`` says so.

        Raises:
            JournalError: It cannot be opened or written, or a newer voiced made it.
        """
        return cls(Store.open(folder), transcripts=transcripts, clock=clock)

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    @property
    def notice(self) -> str:
        """What the user must be told about the file, or an empty string."""
        return self._store.notice

    def close(self) -> None:
        """Close the file; nothing else may be called after it."""
        self._alone.hold(self._store.close)

    def begin(
        self, intent: str, turn: int, summary: str, operation: str, data: Mapping[str, Any]
    ) -> str:
        """Write down a change that is about to be made; it is on the disk on return.

        Returns:
            The change's id.

        Raises:
            JournalError: It could not be written: the change must not be made.
        """
        try:
            packed = json.dumps(dict(data))
        except (TypeError, ValueError) as error:
            message = f"the way back of {intent} ({operation}) is not JSON: {error}"
            raise JournalError(message) from error
        statement = (
            "INSERT INTO entries(kind, at_s, turn, text, intent, operation, data, state, process)"
            " VALUES ('change', ?, ?, ?, ?, ?, ?, 'begun', ?) RETURNING id"
        )
        values = (self._clock(), turn, _storable(summary), intent, operation, packed, self._process)
        (row,) = self._run(statement, *values)
        change = str(row["id"])
        self._under_way.add(change)
        return change

    def done(self, change: str) -> None:
        """The change was made.

        Raises:
            JournalError: It was not begun, has ended already, or cannot be written.
        """
        self._end(change, "done", ("begun",))

    def failed(self, change: str) -> None:
        """The change was not made, and nothing of it is left."""
        self._end(change, "failed", ("begun",))

    def undone(self, change: str) -> None:
        """The change was taken back."""
        self._end(change, "undone", ("begun", "done"))

    def refused(self, intent: str, turn: int) -> None:
        """Something that text from outside asked for was not done; its wording is not kept.

        Raises:
            JournalError: It could not be written.
        """
        change = self.begin(intent, turn, f"did not do {intent}, asked for from outside", "", {})
        self.failed(change)

    def change(self, change: str) -> Change:
        """The change of that id.

        Raises:
            JournalError: There is none.
        """
        rows = self._run("SELECT * FROM entries WHERE id = ? AND kind = 'change'", _number(change))
        if not rows:
            raise _no_change(change)
        return _changes(rows)[0]

    def last_changes(self, count: int) -> tuple[Change, ...]:
        """The last changes that were made and not taken back, newest first."""
        statement = "SELECT * FROM entries WHERE state = 'done' ORDER BY id DESC LIMIT ?"
        return _changes(self._run(statement, count))

    def interrupted(self) -> tuple[Change, ...]:
        """Changes that were begun by a process that is gone, oldest first.

        Whether they were made is not known: look, then call ``done``, ``failed`` or ``undone``.
        """
        begun = _changes(self._run("SELECT * FROM entries WHERE state = 'begun' ORDER BY id"))
        return tuple(change for change in begun if not self._is_under_way(change))

    def keep_transcripts(self, *, wanted: bool) -> None:
        """Whether ``say`` keeps anything from now on; what is kept stays."""
        self._transcripts = wanted

    def say(self, turn: int, role: Speaker, text: str) -> None:
        """Keep what was said, if transcripts are on.

        Raises:
            JournalError: It could not be written.
        """
        if self._transcripts and text:
            statement = "INSERT INTO entries(kind, at_s, turn, text) VALUES (?, ?, ?, ?)"
            self._run(statement, role, self._clock(), turn, _storable(text))

    def miss(self, turn: int, text: str, intent: str = "") -> None:
        """Count a request that no template fits; its words are kept only if transcripts are on.

        Raises:
            JournalError: It could not be written.
        """
        kept = _storable(text) if self._transcripts else ""
        statement = "INSERT INTO misses(text, at_s, turn, intent) VALUES (?, ?, ?, ?)"
        self._run(statement, kept, self._clock(), turn, intent)
        self._run(
            "DELETE FROM misses WHERE rowid <= (SELECT max(rowid) FROM misses) - ?", _MOST_MISSES
        )

    def misses(self) -> tuple[Missed, ...]:
        """The requests that no template fits, oldest first; the last two thousand at most."""
        return tuple(
            missed_of(dict(row)) for row in self._run("SELECT * FROM misses ORDER BY rowid")
        )

    def last(self, count: int) -> tuple[Record, ...]:
        """The last records of both kinds, newest first."""
        return _records(self._run("SELECT * FROM entries ORDER BY id DESC LIMIT ?", count))

    def search(self, words: str, count: int = 50) -> tuple[Record, ...]:
        """Records that hold all of the words, or words that begin with them; newest first."""
        return self.find(words, count=count) if _query(words) else ()

    def find(
        self,
        words: str = "",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        count: int = 50,
    ) -> tuple[Record, ...]:
        """As ``search``; without words, and of a span of time, too."""
        which = Which(_query(words), _seconds(since), _seconds(until))
        statement = f"SELECT * FROM entries WHERE {which.entries()} ORDER BY id DESC LIMIT :count"  # noqa: S608
        values = {**which.values(), "count": count}
        return _records(self._alone.hold(self._store.run, statement, values))

    def export(self) -> Iterator[dict[str, Any]]:
        """Every record as JSON types, oldest first, and then the requests that were missed."""
        last = 0
        statement = f"SELECT * FROM entries WHERE id > ? ORDER BY id LIMIT {_PAGE_ROWS}"  # noqa: S608
        while rows := self._run(statement, last):
            yield from (record.as_row() for record in _records(rows))
            last = rows[-1]["id"]
        yield from (missed.as_row() for missed in self.misses())

    def erase_all(self) -> Erased:
        """Erase everything but changes that are under way or were interrupted.

        A change that is erased cannot be taken back any more. No byte of an erased record is left
        in the file or its log: that is looked for. The damaged files that were set aside go, too.

        Raises:
            JournalError: It failed; see the message for what is left.
        """
        erased = self._alone.hold(erase, self._store, Which())
        for path in self._store.set_aside():
            with wiping(path):
                path.unlink()
        return erased

    def erase_since(self, at: datetime) -> Erased:
        """Erase what was said or done at or after ``at``; otherwise as ``erase_all``."""
        return self.erase(since=at)

    def erase_matching(self, words: str) -> Erased:
        """Erase what ``search`` would find, all of it; otherwise as ``erase_all``."""
        return self.erase(words)

    def erase(
        self, words: str = "", *, since: datetime | None = None, until: datetime | None = None
    ) -> Erased:
        """Erase what holds the words, of a span of time; otherwise as ``erase_all``."""
        query = _query(words)
        if not query and (words or (since is None and until is None)):
            raise _no_word()
        which = Which(query, _seconds(since), _seconds(until), now_s=self._clock())
        return self._alone.hold(erase, self._store, which)

    def would_erase(
        self, words: str = "", *, since: datetime | None = None, until: datetime | None = None
    ) -> Erased:
        """What ``erase`` would erase; of nothing named, what ``erase_all`` would."""
        query = _query(words)
        if words and not query:
            raise _no_word()
        which = Which(query, _seconds(since), _seconds(until), now_s=self._clock())
        return self._alone.hold(count, self._store, which)

    def purge(self, keep_days: int) -> int:
        """Erase what was said more than ``keep_days`` ago; changes stay. How many it was.

        Raises:
            JournalError: It failed.
        """
        which = Which(until_s=self._clock() - keep_days * _DAY_S, only_said=True)
        return self._alone.hold(erase, self._store, which).said

    @property
    def set_aside(self) -> tuple[Path, ...]:
        """Damaged files that were set aside: what is in them cannot be searched."""
        return self._store.set_aside()

    @property
    def transcripts(self) -> bool:
        """Whether what is said is kept."""
        return self._transcripts

    def _run(self, statement: str, *values: Any) -> list[Any]:
        return self._alone.hold(self._store.run, statement, values)

    def _end(self, change: str, state: ChangeState, allowed: tuple[ChangeState, ...]) -> None:
        marks = ", ".join("?" for _ in allowed)
        statement = (
            "UPDATE entries SET state = ?, ended_s = ?"  # noqa: S608 - marks only
            f" WHERE id = ? AND state IN ({marks}) RETURNING id"
        )
        if not self._run(statement, state, self._clock(), _number(change), *allowed):
            found = self.change(change)
            raise JournalError(f"change {change} is {found.state}, so it cannot become {state}")
        self._under_way.discard(change)

    def _is_under_way(self, change: Change) -> bool:
        if change.process == self._process:
            return change.id in self._under_way
        return is_running(change.process)


def _records(rows: Sequence[Any]) -> tuple[Record, ...]:
    return tuple(record_of(dict(row)) for row in rows)


def _changes(rows: Sequence[Any]) -> tuple[Change, ...]:
    return tuple(record for record in _records(rows) if isinstance(record, Change))


def _storable(text: str) -> str:
    """File names may hold bytes that are not UTF-8; SQLite's text may not."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _query(words: str) -> str:
    """The words as an FTS5 query: each quoted, so that none is an operator, and a prefix."""
    return " ".join(f'"{word}"*' for word in re.findall(r"\w+", _storable(words)))


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _number(change: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", change):
        raise _no_change(change)
    return int(change)


def _no_word() -> JournalError:
    return JournalError("there is no word to look for", mend="give a word")


def _no_change(change: str) -> JournalError:
    return JournalError(
        f"there is no change {change[:20]!r}",
        spoken="I don't know that change.",
        mend="voiced undo --list shows the changes",
    )
