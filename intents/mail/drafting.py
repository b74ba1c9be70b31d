"""A draft on its server, from first to last: made, read, changed, thrown away, taken back. Blocks.

What is changed is read from the server first, so that what another program did to it stays.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Any

from .changing import Mark
from .composing import Person
from .draft_things import DraftEntity
from .drafts import KEY, VERSION, Draft, Drafts
from .folders import folder_for
from .imap import Session
from .letters import own_part, parsed, text_of
from .mime import read_headers
from .people import recipient_of
from .refusals import Gone, failed
from .settings import Account, Settings
from .warm import session_of

__all__ = [
    "Listed",
    "Written",
    "create",
    "entity_of",
    "listed",
    "me",
    "own_text",
    "put_back",
    "read",
    "recipients_of",
    "replace",
    "take_back",
    "throw_away",
]

_MOST_LISTED = 50
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as it lies there now. ``mark`` is what its version is known by."""

    account: str
    draft: Draft
    raw: bytes
    mark: str = ""

    @property
    def message(self) -> EmailMessage:
        """It, to be read or changed."""
        return parsed(self.raw)


def me(account: Account) -> Person:
    """The user, as others see him."""
    return Person(account.address, account.name)


def _key_of(text: str) -> str:
    """The key of a draft of ours; empty for anything else."""
    found = _KEY.fullmatch(text.strip())
    return found.group() if found else ""


def create(settings: Settings, account: str, key: str, message: EmailMessage) -> Written:
    """Put a new draft there.

    Raises:
        IntentError: It is not there.
    """
    with session_of(settings, account) as session:
        draft = Drafts(session).create(message, key)
    return Written(account, draft, message.as_bytes(), str(message[VERSION]))


def read(settings: Settings, account: str, key: str) -> Written:
    """The newest version.

    Raises:
        Gone: It was deleted or sent elsewhere.
        IntentError: The server cannot be reached, or says no.
    """
    with session_of(settings, account) as session:
        return _read(Drafts(session), account, key)


def _read(drafts: Drafts, account: str, key: str) -> Written:
    raw = drafts.read(Draft(key, 0, 0))
    message = parsed(raw)
    mark = str(message.get(VERSION, "")).strip()
    version = mark.split()[0] if mark else "0"
    return Written(account, Draft(key, int(version), 0), raw, mark)


def replace(
    settings: Settings, old: Written, message: EmailMessage, *, keeps_old: bool = True
) -> Written:
    """Put a changed version in place of the one that is there; that one goes to the trash.

    Args:
        settings: The accounts.
        old: What is there.
        message: What is to be there.
        keeps_old: False while much is changed in a row, of which only the beginning is kept.

    Raises:
        IntentError: The server cannot be reached, or says no; then it is as it was.
    """
    with session_of(settings, old.account) as session:
        trash = _trash(session) if keeps_old else ""
        draft = Drafts(session).replace(old.draft, message, trash)
    return Written(old.account, draft, message.as_bytes(), str(message[VERSION]))


def _trash(session: Session) -> str:
    try:
        return folder_for(session, "trash")
    except Gone:
        return ""


def throw_away(settings: Settings, account: str, key: str) -> None:
    """Put it into the trash.

    Raises:
        Gone: There is no folder for the trash.
        IntentError: The server cannot be reached, or says no.
    """
    with session_of(settings, account) as session:
        Drafts(session).throw_away(Draft(key, 0, 0), folder_for(session, "trash"))


def put_back(settings: Settings, account: str, key: str) -> None:
    """Take it out of the trash.

    Raises:
        Gone: It is not there any more.
        IntentError: The server cannot be reached, or says no.
    """
    with session_of(settings, account) as session:
        drafts = Drafts(session)
        if drafts.versions().get(key):
            raise failed("the draft is there already", "That draft is there already.")
        drafts.put_back(Mark(KEY, key), folder_for(session, "trash"))


def take_back(settings: Settings, account: str, key: str, mark: str) -> None:
    """Put the version with this mark in place of what is there; that goes to the trash.

    Raises:
        Gone: The draft, or the version, is not there any more.
        IntentError: The server cannot be reached, or says no.
    """
    with session_of(settings, account) as session:
        drafts, trash = Drafts(session), folder_for(session, "trash")
        now = _read(drafts, account, key)
        if now.mark == mark:
            raise failed("the draft was not changed", "That draft is as it was already.")
        old = parsed(drafts.kept(Mark(VERSION, mark), trash))
        drafts.replace(now.draft, old, trash)


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft as a list shows it: ``raw`` are its headers. One that others wrote has no key."""

    account: str
    key: str
    raw: bytes

    def date(self) -> datetime:
        """When it was written."""
        return read_headers(self.raw).date or datetime.min.replace(tzinfo=UTC)


def listed(settings: Settings) -> list[Listed]:
    """The drafts of all accounts, the newest first.

    Raises:
        IntentError: A server cannot be reached, or says no.
    """
    found: list[Listed] = []
    for account in settings.accounts:
        with session_of(settings, account) as session:
            rows = session.repeat(_heads, Drafts(session).folder, writes=True)
        keys = (_key_of(str(BytesHeaderParser().parsebytes(raw).get(KEY, ""))) for raw in rows)
        newest: dict[str, Listed] = {}
        for at, (key, raw) in enumerate(zip(keys, rows, strict=True)):
            newest.setdefault(key or str(at), Listed(account, key, raw))
        found += newest.values()
    return sorted(found, key=Listed.date, reverse=True)


def _heads(client: Any) -> list[bytes]:
    client.noop()
    uids: list[int] = sorted(client.search(["UNDELETED"]), reverse=True)[:_MOST_LISTED]
    rows: dict[int, dict[bytes, Any]] = client.fetch(uids, ["BODY.PEEK[HEADER]"]) if uids else {}
    return [
        bytes(value or b"")
        for uid in uids
        for name, value in rows.get(uid, {}).items()
        if name.startswith(b"BODY[")
    ]


def entity_of(settings: Settings, draft: Written | Listed) -> DraftEntity:
    """The draft as a thing to be pointed at, with exactly who would get it."""
    is_whole = isinstance(draft, Written)
    return DraftEntity(
        draft.account,
        draft.draft.key if isinstance(draft, Written) else draft.key,
        tuple(recipient_of(settings, each) for each in recipients_of(draft.raw)),
        read_headers(draft.raw).subject,
        hashlib.sha256(draft.raw).hexdigest() if is_whole else "",
    )


def recipients_of(raw: bytes) -> tuple[Person, ...]:
    """Everybody who would get it, each once."""
    headers = read_headers(raw)
    blind = getaddresses([str(each) for each in parsed(raw).get_all("Bcc", [])])
    everybody = (*headers.to, *headers.cc, *(Person(address) for _, address in blind))
    return tuple({each.address.lower(): each for each in everybody if each.address}.values())


def own_text(written: Written) -> str:
    """What the user wrote in it."""
    return own_part(text_of(written.message))[0]
