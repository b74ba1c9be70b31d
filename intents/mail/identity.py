"""How a message is known again wherever it was moved: by its Message-ID and a hash of its headers.

A Message-ID alone proves nothing: whoever sends a mail chooses it, and may take that of another.
It blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from imaplib import IMAP4
from typing import Any

from .imap import Session

__all__ = ["Identity", "came_since", "find_identical", "identities", "next_uid"]

_ITEM = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM TO SUBJECT RECEIVED)]"
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^\s<>]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_DELETED = b"\\Deleted"
_DIGITS = 32
_LOOK_AT = 100
_MOST_LATER = 2000


@dataclass(frozen=True, slots=True)
class Identity:
    """A message. ``message_id`` may be empty; ``digest`` is of its headers."""

    message_id: str
    digest: str


def identities(session: Session, folder: str, uids: Iterable[int]) -> dict[int, Identity]:
    """What these messages are; those that are not there, or deleted, are left out.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """
    numbers = sorted(uids)
    if not numbers:
        return {}
    return session.repeat(lambda client: _looked_at(client, numbers), folder, writes=True)


def _looked_at(client: Any, uids: Sequence[int]) -> dict[int, Identity]:
    if not uids:
        return {}
    client.noop()  # what was removed since the folder was selected is told now
    found: dict[int, Identity] = {}
    for uid, row in client.fetch(list(uids), [_ITEM, "FLAGS"]).items():
        raw = next((value for name, value in row.items() if name.startswith(b"BODY[")), None)
        if raw is not None and _DELETED not in row.get(b"FLAGS", ()):
            found[int(uid)] = _identity(bytes(raw))
    return found


def _identity(raw: bytes) -> Identity:
    named = _MESSAGE_ID.search(raw)
    digest = sha256(b" ".join(raw.split())).hexdigest()[:_DIGITS]
    return Identity(named.group(1).decode("ascii", "replace") if named else "", digest)


def next_uid(session: Session, folder: str) -> int:
    """The least UID that a message can get that comes from now on; 0 where nobody says.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """

    def look(client: Any) -> int:
        try:
            status = client.folder_status(folder, ["UIDNEXT"])
        except (LookupError, ValueError, TypeError):  # a server that tells nothing
            return 0
        return int(status.get(b"UIDNEXT", 0))

    return session.repeat(look)


def find_identical(session: Session, folder: str, wanted: Identity, since: int = 0) -> list[int]:
    """The UIDs of that message in a folder, from ``since`` on, the oldest first.

    The server's search is not believed: what it finds is looked at; where it finds nothing, the
    newest messages are.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """

    def look(client: Any) -> list[int]:
        found: list[int] = []
        if wanted.message_id:
            try:
                found = client.search(["HEADER", "Message-ID", wanted.message_id])
            except IMAP4.abort:
                raise
            except IMAP4.error:
                found = []
        return same(client, found) or same(client, _newest(client))

    def same(client: Any, uids: Iterable[int]) -> list[int]:
        seen = _looked_at(client, [int(uid) for uid in uids if int(uid) >= since])
        return sorted(uid for uid, identity in seen.items() if identity == wanted)

    return session.repeat(look, folder, writes=True)


def _newest(client: Any) -> list[int]:
    client.noop()
    return sorted(client.search(["ALL"]))[-_LOOK_AT:]


def came_since(session: Session, folder: str, since: int) -> dict[Identity, int]:
    """What has come into a folder from ``since`` on, at most the newest two thousand.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """

    def look(client: Any) -> dict[Identity, int]:
        client.noop()
        uids = [int(uid) for uid in client.search(["UID", f"{max(since, 1)}:*"])]
        uids = sorted(uid for uid in uids if uid >= since)[-_MOST_LATER:]
        return {identity: uid for uid, identity in _looked_at(client, uids).items()}

    return session.repeat(look, folder, writes=True)
