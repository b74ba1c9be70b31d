"""Keeps the index of one account in step with its server: compared, fetched, in small steps.

Whatever was done is on the disk: a sync that was cut off goes on where it was. Folders for what
nobody asks about (junk, trash) are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from voiced_intents.mail.composing import Person
from voiced_intents.mail.folders import folders_of
from voiced_intents.mail.headers import Headers
from voiced_intents.mail.imap import Session
from voiced_intents.mail.mime import read_headers, read_mail
from voiced_intents.mail.refusals import Gone

from .store import Row, Store, body_words

__all__ = ["ROW_ITEMS", "Sync", "row_of"]

_HEADERS = (
    "BODY.PEEK[HEADER.FIELDS (FROM SENDER TO CC SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES"
    " LIST-ID LIST-UNSUBSCRIBE PRECEDENCE AUTO-SUBMITTED)]"
)
ROW_ITEMS = ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODYSTRUCTURE", _HEADERS)
"""What ``row_of`` is made of."""

_MOST_HEADERS = 200
_MOST_TEXTS = 20
_TEXT_BYTES = 32 * 1024
_NOT_KEPT = ("junk", "trash")
_MOST_PEOPLE = 50
_MOST_FILES = 30
_STATUS = ("UIDNEXT", "MESSAGES", "UNSEEN")


@dataclass(slots=True)
class Sync:
    """One account, its index, and what is still to be fetched."""

    session: Session
    store: Store
    texts: bool
    folders: tuple[str, ...] = field(default=(), init=False)
    inbox: str = field(default="INBOX", init=False)
    _missing: dict[str, list[int]] = field(default_factory=dict, init=False)

    def begin(self) -> None:
        """See which folders there are, and what in each of them is new, changed or gone.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        found = [each for each in folders_of(self.session) if each.role not in _NOT_KEPT]
        self.inbox = next((each.name for each in found if each.role == "inbox"), "INBOX")
        self.folders = tuple(each.name for each in found)
        with self.store.batch():
            self.store.put_folders([(each.name, each.role or "") for each in found])
        for name in self.folders:
            self.look(name)

    def look(self, folder: str) -> bool:
        """Compare a folder with the index; False where it cannot be opened.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        try:
            state = self._state(folder)
            opened = self.session.opened(folder)
            everything, unseen, flagged = self.session.repeat(_searched, folder)
        except Gone:
            return False
        validity = int(opened.get(b"UIDVALIDITY", 0))
        number, known_validity, _ = self.store.folder(folder)
        with self.store.batch():
            known = self.store.uids(number)
            if validity != known_validity:
                self.store.forget(number, known)
                known = set()
            self.store.forget(number, known - everything)
            self.store.set_flags(number, unseen, flagged)
            self.store.look_at(number, validity, len(everything), state)
        self._missing[folder] = sorted(everything - known)
        return True

    def look_for_new(self, folder: str) -> None:
        """See what has come into a folder, which is quick; all of it where there is more to see.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        number, _, _ = self.store.folder(folder)
        last = self.store.last_uid(number)
        found = self.session.repeat(lambda client: client.search(["UID", f"{last + 1}:*"]), folder)
        waiting = set(self._missing.get(folder, ()))
        self._missing[folder] = sorted(waiting | {int(uid) for uid in found if uid > last})
        self._read_headers(folder)
        state = self._state(folder)
        held = self.store.number(number) + len(self._missing[folder])
        if str(held) == state.split(" ")[1]:
            with self.store.batch():
                self.store.stands(number, held, state)
        else:
            self.look(folder)

    def has_changed(self, folder: str) -> bool:
        """Whether a folder is not as it was when it was looked at.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        try:
            return self._state(folder) != self.store.folder(folder)[2]
        except Gone:
            return False

    def _state(self, folder: str) -> str:
        status = self.session.repeat(lambda client: client.folder_status(folder, _STATUS))
        return " ".join(str(status.get(name.encode(), "")) for name in _STATUS)

    def step(self) -> bool:
        """Fetch a little of what is missing; False where nothing is.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        folder = next((name for name in self.folders if self._missing.get(name)), "")
        return self._read_headers(folder) or (self.texts and self._read_texts())

    @property
    def is_whole(self) -> bool:
        """Whether the headers of all mails are known."""
        return not any(self._missing.values())

    def _read_headers(self, folder: str) -> bool:
        missing = self._missing.get(folder)
        if not missing:
            return False
        wanted = missing[-_MOST_HEADERS:]
        found = self.session.repeat(lambda client: client.fetch(wanted, ROW_ITEMS), folder)
        rows = [row_of(int(uid), row) for uid, row in found.items() if b"RFC822.SIZE" in row]
        number, _, _ = self.store.folder(folder)
        with self.store.batch():
            self.store.put(number, rows, wants_text=self.texts)
        del missing[-_MOST_HEADERS:]
        return True

    def _read_texts(self) -> bool:
        folder, uids = self.store.wanting_text(_MOST_TEXTS)
        if not uids:
            return False
        item = f"BODY.PEEK[]<0.{_TEXT_BYTES}>"
        try:
            found = self.session.repeat(lambda client: client.fetch(uids, [item]), folder)
        except Gone:
            found = {}
        texts = dict.fromkeys(uids, ("", ""))
        for uid, row in found.items():
            raw = next((value for name, value in row.items() if name.startswith(b"BODY[")), b"")
            mail = read_mail(bytes(raw or b""))
            files = "\n".join(each.name for each in mail.files[:_MOST_FILES])
            texts[int(uid)] = (body_words(f"{mail.text} {mail.invitation}"), files)
        number, _, _ = self.store.folder(folder)
        with self.store.batch():
            self.store.put_texts(number, ((uid, *found) for uid, found in texts.items()))
        return True


def _searched(client: Any) -> tuple[set[int], set[int], set[int]]:
    return (
        set(client.search(["ALL"])),
        set(client.search(["UNSEEN"])),
        set(client.search(["FLAGGED"])),
    )


def row_of(uid: int, found: Any) -> Row:
    """What a server tells of a mail, as the index keeps it."""
    raw = next((value for name, value in found.items() if name.startswith(b"BODY[")), b"")
    headers = read_headers(bytes(raw or b""))
    flags = {bytes(flag).lower() for flag in found.get(b"FLAGS", ()) if isinstance(flag, bytes)}
    return Row(
        uid=uid,
        message_id=headers.message_id,
        thread=next(iter((*headers.references, headers.answers)), "") or headers.message_id,
        subject=headers.subject,
        sender=headers.sender.address.lower(),
        sender_name=headers.sender.name,
        people=_names((headers.sender, *headers.to, *headers.cc)),
        files="\n".join(_file_names(found.get(b"BODYSTRUCTURE"))),
        date_s=_date_s(headers, found.get(b"INTERNALDATE")),
        size_bytes=int(found.get(b"RFC822.SIZE", 0)),
        is_bulk=headers.is_bulk,
        is_seen=b"\\seen" in flags,
        is_flagged=b"\\flagged" in flags,
        is_answered=b"\\answered" in flags,
    )


def _names(people: Sequence[Person]) -> str:
    return " ".join(f"{each.name} {each.address}".strip() for each in people[:_MOST_PEOPLE])


def _date_s(headers: Headers, arrived: object) -> float:
    """When it arrived: a sender may write any date; where that is unknown, what he wrote."""
    if isinstance(arrived, datetime):
        return arrived.astimezone(UTC).timestamp()
    return headers.date.timestamp() if headers.date else 0.0


def _file_names(structure: object) -> list[str]:
    """The names of files in a BODYSTRUCTURE, whatever it is made of."""
    names: list[str] = []
    waiting = [structure]
    while waiting and len(names) < _MOST_FILES:
        part = waiting.pop()
        if not isinstance(part, tuple | list):
            continue
        names += _named(part)
        waiting += [each for each in part if isinstance(each, tuple | list)]
    return list(dict.fromkeys(names))


def _named(part: Sequence[object]) -> Iterable[str]:
    for key, value in pairwise(part):
        is_name = isinstance(key, bytes) and key.lower() in {b"name", b"filename"}
        if is_name and isinstance(value, bytes):
            headers = read_headers(b"Subject: " + value.replace(b"\n", b" ") + b"\n\n")
            if headers.subject:
                yield headers.subject
