"""The journal's SQLite file: opened safely, migrated, set aside when damaged. No meaning of rows.

Every commit is on the disk when the call returns (WAL, synchronous=FULL). A damaged file is
renamed, never deleted. One that cannot be written, because the disk is full or read-only, is read
as it is, and each write tries anew. SQLite's errors leave as JournalError.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from voiced.errors import JournalError
from voiced.journal.file import begin_anew, code_of, connect, connect_reading, is_damage

__all__ = ["Store", "Values", "fault_of"]

Values: TypeAlias = Sequence[Any] | Mapping[str, Any]
"""What stands for the marks of a statement."""

_UNWRITABLE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)
_NO_WRITING = (errno.EROFS, errno.ENOSPC, errno.EDQUOT)
_BAD_INDEX = 267  # SQLITE_CORRUPT_VTAB; Python 3.11 has a name for it, but not everywhere
_FULL = "The disk is full, so I won't change anything."
_LOCKED = "I can't write to the disk, so I won't change anything."
_BROKEN = "My journal is damaged, so I won't change anything now."
_REASONS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space", _FULL),
    sqlite3.SQLITE_IOERR: ("the disk is full or failing", "free some space", _FULL),
    sqlite3.SQLITE_READONLY: (
        "it may not be written",
        "mend its owner and permissions, or free some space",
        _LOCKED,
    ),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "mend its owner and permissions", _LOCKED),
    sqlite3.SQLITE_BUSY: ("another program holds it", "try again", ""),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "start voiced again: it is set aside", _BROKEN),
    sqlite3.SQLITE_NOTADB: ("it is damaged", "start voiced again: it is set aside", _BROKEN),
}
_BUSY_S = 5.0


class Store:
    """One open file. ``notice`` says what the user must know about it, or is empty."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, notice: str, *, only_reads: bool = False
    ) -> None:
        self.path = path
        self.notice = notice
        self._connection = connection
        self._only_reads = only_reads

    @classmethod
    def open(cls, folder: Path, *, busy_s: float = _BUSY_S) -> Store:
        """Open ``journal.db`` in ``folder``, which is made (0700) if need be.

        A statement waits ``busy_s`` for another program. Where the disk takes nothing, what is
        there is read, and every write is refused.

        Raises:
            JournalError: It cannot be opened, or a newer voiced made it.
        """
        path = folder / "journal.db"
        try:
            _make(path)
        except OSError as error:
            if error.errno in _NO_WRITING:
                return cls._reading(path, os.strerror(error.errno).lower())
            raise JournalError(
                f"the journal {path} cannot be opened: {error.strerror}",
                mend="set [journal] folder to a folder that you may write",
            ) from error
        with _translated(path):
            try:
                return cls(path, connect(path, busy_s), "")
            except sqlite3.DatabaseError as error:
                if code_of(error) in _UNWRITABLE:
                    return cls._reading(path, _REASONS[code_of(error)][0])
                if not is_damage(error):
                    raise
            return cls(path, *begin_anew(path, busy_s))

    @classmethod
    def _reading(cls, path: Path, reason: str) -> Store:
        notice = (
            f"the journal {path} cannot be written ({reason}): I answer, but change nothing until"
            " it can"
        )
        with _translated(path):
            return cls(path, connect_reading(path), notice, only_reads=True)

    def run(self, statement: str, values: Values = ()) -> list[sqlite3.Row]:
        """One statement, committed on return; its rows.

        An index that is damaged is made anew; a file that is damaged is set aside, and a new one
        begun, for the statements after this one.

        Raises:
            JournalError: It failed, and nothing was changed.
        """
        with _translated(self.path):
            try:
                return self._run(statement, values)
            except sqlite3.DatabaseError as error:
                if not self._mended(error):
                    raise
            return self._run(statement, values)

    def _run(self, statement: str, values: Values) -> list[sqlite3.Row]:
        with closing(self._connection.execute(statement, values)) as rows:
            return rows.fetchall()

    def _mended(self, error: sqlite3.Error) -> bool:
        """Do what can be done about the error; whether the statement is worth another try."""
        if self._connection.in_transaction:
            return False
        if self._only_reads and code_of(error) == sqlite3.SQLITE_READONLY:
            return self._write_again()
        if getattr(error, "sqlite_errorcode", 0) == _BAD_INDEX:
            self._rebuild()
            return True
        if is_damage(error):
            self._connection.close()
            self._connection, self.notice = begin_anew(self.path, _BUSY_S)
        return False

    def _write_again(self) -> bool:
        """Open a file that could only be read for writing, if that goes by now."""
        try:
            _make(self.path)
            fresh = connect(self.path, _BUSY_S)
        except (OSError, sqlite3.DatabaseError):
            return False
        self._connection.close()
        self._connection, self._only_reads, self.notice = fresh, False, ""
        return True

    def _rebuild(self) -> None:
        for table in ("words", "misses"):
            self._run(f"INSERT INTO {table}({table}) VALUES ('rebuild')", ())  # noqa: S608

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
        with _translated(self.path):
            self._rebuild()
        self.run("VACUUM")
        (result,) = self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        if result[0]:
            raise JournalError(
                f"the journal {self.path} is being read: erased rows may still lie on the disk",
                mend="stop the other program and run voiced forget again",
            )

    def files(self) -> tuple[Path, ...]:
        """Every file in which something of it may lie."""
        names = (self.path.name, f"{self.path.name}-wal", f"{self.path.name}-shm")
        return tuple(path for path in map(self.path.with_name, names) if path.exists())

    def set_aside(self) -> tuple[Path, ...]:
        """The damaged files that were set aside."""
        return tuple(sorted(self.path.parent.glob("journal-damaged-*.db*")))

    def close(self) -> None:
        """Close the file; the log is folded into it."""
        self._connection.close()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


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


@contextmanager
def _translated(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason, mend, spoken = _REASONS.get(code_of(error), (str(error), "", ""))
        raise JournalError(f"the journal {path}: {reason}", spoken=spoken, mend=mend) from error
    except OSError as error:
        raise JournalError(f"the journal {path}: {error.strerror}") from error
