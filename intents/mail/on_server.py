"""Mail looked for on its servers, where no index is kept. It takes seconds, and blocks.

A server knows words as they are written, and nothing by sound: names are compared with those of
the newest mails, and with what the server itself finds for them.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from voiced.plugin import IntentError, normalise

from .composing import Person
from .folders import Folder, folders_of
from .imap import Session
from .index.lookup import Found, Query
from .index.store import Row
from .index.sync import ROW_ITEMS, row_of
from .mime import read_mail
from .refusals import Gone
from .settings import Settings
from .warm import session_of

__all__ = ["ServerMails", "found_before"]

_NOT_LOOKED_AT = ("junk", "trash", "drafts")
_MOST_FOLDERS, _NEWEST, _KEPT = 12, 200, 1000
_LEAST_LETTERS = 3
_MOST_WITH_FILES, _BEGIN_BYTES = 40, 32 * 1024
_SAFE = re.compile(r"[\w.+=~'-]+@[\w.-]+")

_known: OrderedDict[tuple[str, int], Found] = OrderedDict()
"""What was found last, by account and number: a cache, since the conversation goes on with it."""

_numbers = count(-1, -1)


def found_before(account: str, number: int) -> Found | None:
    """A mail that was found on a server, by the number that it was given then."""
    return _known.get((account, number))


class ServerMails:
    """The mails of all accounts, on their servers; a connection each until it is closed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = ExitStack()
        self._sessions: dict[str, Session] = {}
        self._folders: dict[str, tuple[Folder, ...]] = {}

    def __enter__(self) -> ServerMails:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def find(self, query: Query) -> list[Found]:
        """As the index finds them, as far as the servers can.

        Raises:
            IntentError: No server can be reached, or each says no.
        """
        names = query.accounts or tuple(self._settings.accounts)
        found, errors = list[Found](), list[IntentError]()
        for name in names:
            try:
                found += self._in_account(name, query)
            except IntentError as error:
                errors.append(error)
        if errors and len(errors) == len(names):
            raise errors[0]
        found.sort(key=lambda each: each.date, reverse=not query.is_oldest_first)
        once = {f"{each.account} {each.message_id or each.handle}": each for each in found}
        return [_kept(each) for each in list(once.values())[: query.limit]]

    def _in_account(self, name: str, query: Query) -> list[Found]:
        wants_files = query.has_files or bool(query.files)
        limit = _MOST_WITH_FILES if wants_files else query.limit
        found: list[Found] = []
        for folder in self._wanted_folders(name, query):
            mails = self._in_folder(name, folder, _criteria(query), limit)
            mails = self._with_files(name, folder, mails) if wants_files else mails
            found += [each for each in mails if _fits(each, query)]
        return found

    def _with_files(self, name: str, folder: Folder, mails: list[Found]) -> list[Found]:
        """With the names of files that a server does not tell of: they stand in the mail."""
        uids = [each.uid for each in mails if not each.files]
        if not uids:
            return mails
        item = f"BODY.PEEK[]<0.{_BEGIN_BYTES}>"
        rows = self._session(name).repeat(lambda client: client.fetch(uids, [item]), folder.name)
        names = {
            int(uid): tuple(each.name for value in _bodies(row) for each in read_mail(value).files)
            for uid, row in rows.items()
        }
        return [replace(each, files=each.files or names.get(each.uid, ())) for each in mails]

    def people(self, said: str) -> list[Person]:
        """Those who wrote the newest mails, and whom the servers find by the words.

        Raises:
            IntentError: A server cannot be reached, or says no.
        """
        words = [word for word in _plain(*normalise(said)) if len(word) >= _LEAST_LETTERS]
        searches = [["ALL"], *(["FROM", word] for word in words)]
        found: dict[str, Person] = {}
        for name in self._settings.accounts:
            for inbox in (each for each in self._all_folders(name) if each.role == "inbox"):
                for criteria in searches:
                    for mail in self._in_folder(name, inbox, criteria, _NEWEST):
                        found.setdefault(mail.sender.address, mail.sender)
        return list(found.values())

    def _session(self, name: str) -> Session:
        if name not in self._sessions:
            self._sessions[name] = self._stack.enter_context(session_of(self._settings, name))
        return self._sessions[name]

    def _all_folders(self, name: str) -> tuple[Folder, ...]:
        if name not in self._folders:
            self._folders[name] = folders_of(self._session(name))
        return self._folders[name]

    def _wanted_folders(self, name: str, query: Query) -> list[Folder]:
        folders = self._all_folders(name)
        if query.role:
            return [each for each in folders if each.role == query.role]
        everything = [each for each in folders if each.role == "all"]
        usual = [each for each in folders if each.role not in _NOT_LOOKED_AT]
        return (everything or usual)[:_MOST_FOLDERS]

    def _in_folder(self, name: str, folder: Folder, criteria: list[Any], limit: int) -> list[Found]:
        session = self._session(name)
        try:
            session.opened(folder.name)  # one that stays open may not show what has come since
            uids = session.repeat(lambda client: _searched(client, criteria), folder.name)
            newest = sorted(map(int, uids))[-max(limit, 1) :]
            if not newest:
                return []
            rows = session.repeat(lambda client: client.fetch(newest, ROW_ITEMS), folder.name)
        except Gone:
            return []
        return [
            _found(name, folder, row_of(int(uid), row))
            for uid, row in rows.items()
            if b"RFC822.SIZE" in row
        ]


def _bodies(row: Any) -> list[bytes]:
    return [bytes(value or b"") for name, value in row.items() if name.startswith(b"BODY[")]


def _searched(client: Any, criteria: list[Any]) -> list[int]:
    is_plain = all(each.isascii() for each in criteria if isinstance(each, str))
    found: list[int] = client.search(criteria, None if is_plain else "UTF-8")
    return found


def _criteria(query: Query) -> list[Any]:
    """What is asked of the server; days are taken wider, for servers in other zones."""
    found: list[Any] = []
    for word in _plain(*query.words, *query.files):
        found += ["TEXT", word]
    for word in _plain(*query.people):
        found += ["OR", "OR", "FROM", word, "TO", word, "CC", word]
    safe = [address for address in query.senders if _SAFE.fullmatch(address)]
    found += _any_of([["FROM", address] for address in safe])
    if query.since:
        found += ["SINCE", (query.since - timedelta(days=1)).date()]
    if query.until:
        found += ["BEFORE", (query.until + timedelta(days=2)).date()]
    flags = (("UNSEEN", query.is_unseen), ("FLAGGED", query.is_flagged))
    return [*found, *(name for name, is_wanted in flags if is_wanted)] or ["ALL"]


def _plain(*said: str) -> list[str]:
    """Letters and digits alone: nothing said is a command."""
    letters = "".join(each if each.isalnum() else " " for text in said for each in f"{text} ")
    return letters.split()


def _any_of(parts: list[list[Any]]) -> list[Any]:
    found: list[Any] = []
    for part in reversed(parts):
        found = ["OR", *part, *found] if found else part
    return found


def _fits(mail: Found, query: Query) -> bool:
    """Whether what the server found is what was asked for, as far as its headers tell."""
    return (
        (not query.since or mail.date >= query.since)
        and (not query.until or mail.date < query.until)
        and (not query.has_files or bool(mail.files))
        and (not query.files or bool(mail.files))
        and (query.is_bulk is None or mail.is_bulk == query.is_bulk)
        and (not query.senders or mail.sender.address in {each.lower() for each in query.senders})
    )


def _found(account: str, folder: Folder, row: Row) -> Found:
    return Found(
        account, 0, folder.name, folder.role or "", row.uid, row.message_id, row.thread,
        row.subject,
        Person(row.sender, row.sender_name), tuple(row.files.split("\n")) if row.files else (),
        datetime.fromtimestamp(row.date_s, UTC), row.size_bytes, row.is_bulk, row.is_seen,
        row.is_flagged, row.is_answered,
    )  # fmt: skip


def _kept(found: Found) -> Found:
    """With the number by which it can be found again."""
    place = (found.account, found.folder, found.uid)
    for (_, number), each in reversed(_known.items()):
        if (each.account, each.folder, each.uid) == place:
            return replace(found, number=number)
    numbered = replace(found, number=next(_numbers))
    _known[found.account, numbered.number] = numbered
    while len(_known) > _KEPT:
        _known.popitem(last=False)
    return numbered
