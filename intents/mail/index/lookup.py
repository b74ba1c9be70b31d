"""Reads the index of all accounts: finds mails, tells how far it is. Only reads, and blocks.

Subjects and names in a ``Found`` are anybody's words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voiced_intents.mail.composing import Person
from voiced_intents.mail.settings import Role, Settings

from .place import database, folder_of, is_kept

__all__ = ["Found", "Index", "Progress", "Query"]

_PATIENCE_S = 2.0
_COLUMNS = (
    "mails.id, name, role, uid, message_id, thread, subject, sender, sender_name, files, date_s,"
    " size, is_bulk, is_seen, is_flagged, is_answered"
)
_MORE = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in the index: where it lies, and what stands above it."""

    account: str
    number: int
    folder: str
    role: str
    uid: int
    message_id: str
    thread: str
    subject: str
    sender: Person
    files: tuple[str, ...]
    date: datetime
    size_bytes: int
    is_bulk: bool
    is_seen: bool
    is_flagged: bool
    is_answered: bool

    @property
    def handle(self) -> str:
        """What names it in a conversation: nothing of it is anybody's words."""
        return f"{self.account}:{self.number}"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. Everything that is given must fit.

    Attributes:
        words: In subject, text or names of files; by their stem.
        people: Words of names or addresses of sender and recipients.
        senders: Addresses, one of which sent it.
        files: Words of the names of files with it.
        since: Not before this time.
        until: Before this time.
        has_files: There is a file with it.
        is_unseen: It was not read yet.
        is_flagged: It is marked.
        is_bulk: Whether a list or a machine sent it; None: either.
        role: The folder that it lies in is for this.
        accounts: Only these; empty: all.
        limit: At most so many, the newest first.
        is_oldest_first: The oldest first.
    """

    words: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    has_files: bool = False
    is_unseen: bool = False
    is_flagged: bool = False
    is_bulk: bool | None = None
    role: Role | None = None
    accounts: tuple[str, ...] = ()
    limit: int = 20
    is_oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index of an account is. ``trouble``: why it does not go on, in a sentence."""

    account: str
    known: int
    held: int
    waiting: int
    """How many texts are still to be read."""
    is_whole: bool
    is_kept: bool
    trouble: str


class Index:
    """The indexes of the accounts of these settings; those that are not there yet hold nothing."""

    def __init__(self, settings: Settings) -> None:
        folder = folder_of(settings)
        self._paths = {name: database(folder, name) for name in settings.accounts}

    def find(self, query: Query) -> list[Found]:
        """The mails that fit, the newest first; a mail that lies in two folders is there once."""
        order = "ASC" if query.is_oldest_first else "DESC"
        found: list[Found] = []
        for name, db in self._opened(query.accounts):
            where, values = _conditions(query)
            sql = (
                f"SELECT {_COLUMNS} FROM mails JOIN folders ON folders.id = folder "  # noqa: S608
                f"WHERE {' AND '.join(where)} ORDER BY date_s {order} LIMIT ?"
            )
            rows = db.execute(sql, (*values, query.limit * _MORE))
            found += [_found(name, row) for row in rows]
        found.sort(key=lambda each: each.date, reverse=not query.is_oldest_first)
        return _once(found)[: query.limit]

    def mail(self, account: str, number: int) -> Found | None:
        """The one with this number."""
        found = self._where(account, "mails.id = ?", number)
        return found[0] if found else None

    def arrived(self, after: Mapping[str, int], since: datetime) -> list[Found]:
        """What came into an inbox since then and is not read yet, the oldest first.

        Args:
            after: The last number of each account that is known already.
            since: Not before this time: what an index that is made anew reads is no news.
        """
        condition = "mails.id > ? AND date_s >= ? AND role = 'inbox' AND is_seen = 0"
        found = [
            each
            for account, number in after.items()
            for each in self._where(account, condition, number, since.timestamp())
        ]
        return _once(sorted(found, key=lambda each: (each.date, each.number)))

    def last_numbers(self) -> dict[str, int]:
        """The last number of each account: what has a greater one later has come since."""
        numbers = dict.fromkeys(self._paths, 0)
        for name, db in self._opened(()):
            numbers[name] = db.execute("SELECT coalesce(max(id), 0) FROM mails").fetchone()[0]
        return numbers

    def by_message_id(self, account: str, message_id: str) -> list[Found]:
        """Where a mail lies now, whatever folder it went to."""
        return self._where(account, "message_id = ?", message_id)

    def thread(self, mail: Found) -> list[Found]:
        """All mails of a thread, the oldest first."""
        if not mail.thread:
            return [mail]
        found = self._where(
            mail.account, "(thread = ? OR message_id = ?)", mail.thread, mail.thread
        )
        return _once(sorted(found, key=lambda each: each.date))

    def folders(self) -> list[tuple[str, str, str]]:
        """All folders that are kept: account, name, and what it is for, or an empty string."""
        query = "SELECT name, role FROM folders ORDER BY id"
        return [
            (account, str(name), str(role))
            for account, db in self._opened(())
            for name, role in db.execute(query)
        ]

    def people(self, said: str) -> list[Person]:  # noqa: ARG002 - all are known here
        """Those who wrote, among whom somebody called so may be."""
        return [person for person, _ in self.senders()]

    def senders(self) -> list[tuple[Person, int]]:
        """Who wrote, and how often: the most frequent first."""
        counts: dict[str, tuple[Person, int]] = {}
        query = "SELECT sender, max(sender_name), count(*) FROM mails GROUP BY sender"
        for _, db in self._opened(()):
            for address, name, number in db.execute(query):
                before = counts.get(address, (None, 0))[1]
                counts[address] = (Person(address, name), number + before)
        return sorted(counts.values(), key=lambda each: -each[1])

    def answered(self, limit: int = 500) -> list[Person]:
        """Who was answered before, the newest first."""
        found: dict[str, tuple[float, Person]] = {}
        query = (
            "SELECT sender, max(sender_name), max(date_s) FROM mails WHERE is_answered = 1"
            " GROUP BY sender"
        )
        for _, db in self._opened(()):
            for address, name, date_s in db.execute(query):
                found[address] = max(
                    (date_s, Person(address, name)),
                    found.get(address, (0.0, Person(address))),
                    key=lambda each: each[0],
                )
        newest = sorted(found.values(), key=lambda each: -each[0])
        return [person for _, person in newest][:limit]

    @property
    def knows_any(self) -> bool:
        """Whether any mail is known: quicker to tell than how far it is."""
        return any(
            db.execute("SELECT 1 FROM mails LIMIT 1").fetchone() for _, db in self._opened(())
        )

    def progress(self) -> list[Progress]:
        """How far each account is."""
        found = dict.fromkeys(self._paths, None) | {
            name: _progress(name, db, self._paths[name]) for name, db in self._opened(())
        }
        return [
            each or Progress(name, 0, 0, 0, is_whole=False, is_kept=False, trouble="")
            for name, each in found.items()
        ]

    def _where(self, account: str, condition: str, *values: object) -> list[Found]:
        sql = (
            f"SELECT {_COLUMNS} FROM mails JOIN folders ON folders.id = folder "  # noqa: S608
            f"WHERE {condition} ORDER BY date_s DESC LIMIT 200"
        )
        return [
            _found(name, row)
            for name, db in self._opened((account,))
            for row in db.execute(sql, values)
        ]

    def _opened(self, accounts: Sequence[str]) -> Iterator[tuple[str, sqlite3.Connection]]:
        for name, path in self._paths.items():
            if path.exists() and (not accounts or name in accounts):
                with _reading(path) as db:
                    if db is not None:
                        yield name, db


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        db = sqlite3.connect(uri, uri=True, timeout=_PATIENCE_S)
    except sqlite3.Error:
        yield None
        return
    with closing(db):
        try:
            is_ready = bool(db.execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.Error:
            is_ready = False
        yield db if is_ready else None


def _conditions(query: Query) -> tuple[list[str], list[Any]]:
    where, values = ["1"], list[Any]()
    match = _match(query)
    if match:
        where.append("mails.id IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(match)
    if query.senders:
        where.append(f"sender IN ({', '.join('?' * len(query.senders))})")
        values += [each.lower() for each in query.senders]
    for condition, value in (
        ("date_s >= ?", query.since and query.since.timestamp()),
        ("date_s < ?", query.until and query.until.timestamp()),
        ("is_bulk = ?", None if query.is_bulk is None else int(query.is_bulk)),
        ("role = ?", query.role),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    flags = (("files != ''", query.has_files), ("is_seen = 0", query.is_unseen))
    where += [text for text, is_set in (*flags, ("is_flagged = 1", query.is_flagged)) if is_set]
    return where, values


def _match(query: Query) -> str:
    """The words as an expression of FTS5, in which nothing said is an operator."""
    columns = (("{subject body files}", query.words), ("people", query.people))
    parts = [
        f'({column} : "{word}")'
        for column, words in (*columns, ("files", query.files))
        for said in words
        for word in "".join(each if each.isalnum() else " " for each in said).split()
    ]
    return " AND ".join(parts)


def _found(account: str, row: Sequence[Any]) -> Found:
    (
        number, folder, role, uid, message_id, thread, subject, sender, sender_name, files, date_s,
        size, is_bulk, is_seen, is_flagged, is_answered,
    ) = row  # fmt: skip
    return Found(
        account, number, folder, role, uid, message_id, thread, subject,
        Person(sender, sender_name), tuple(files.split("\n")) if files else (),
        datetime.fromtimestamp(date_s, UTC), size, bool(is_bulk), bool(is_seen), bool(is_flagged),
        bool(is_answered),
    )  # fmt: skip


def _once(found: Iterable[Found]) -> list[Found]:
    kept: dict[str, Found] = {}
    for each in found:
        key = f"{each.account} {each.message_id or each.handle}"
        known = kept.get(key)
        if known is None or (known.role == "all" and each.role != "all"):
            kept[key] = each
    return list(kept.values())


def _progress(name: str, db: sqlite3.Connection, path: Path) -> Progress:
    known, waiting = db.execute("SELECT count(*), coalesce(sum(text = 1), 0) FROM mails").fetchone()
    (held,) = db.execute("SELECT coalesce(sum(max(held, 0)), 0) FROM folders").fetchone()
    facts = dict(db.execute("SELECT name, value FROM facts").fetchall())
    return Progress(
        name, known, held, waiting,
        is_whole=bool(facts.get("whole")) and known >= held,
        is_kept=is_kept(path),
        trouble=facts.get("trouble", ""),
    )  # fmt: skip
