"""Changes of a mailbox that hold over a drop at any command: append, find, remove, move, mark.

Each of them looks at the server after a drop and does what is still to be done, and no more. What
is looked for is a header that we wrote, or what ``identity`` knows a message by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from functools import partial
from imaplib import IMAP4
from typing import Any, TypeVar

from .identity import find_identical, identities, next_uid
from .imap import Session
from .refusals import Dropped, Gone, failed

__all__ = ["Mark", "append_once", "find_marked", "mark", "move", "remove", "still_there"]

T = TypeVar("T")

_TRIES = 4
_LOOK_AT = 100
_APPENDUID = re.compile(rb"APPENDUID (\d+) (\d+)")
_DELETED = b"\\Deleted"


@dataclass(frozen=True, slots=True)
class Mark:
    """A header by which a message is known again; ``is_fresh``: no message has had it before."""

    header: str
    value: str
    is_fresh: bool = False


def append_once(
    session: Session, folder: str, raw: bytes, mark: Mark, flags: Sequence[bytes] = ()
) -> int:
    """Put a message into a folder, once: where it may be there already, that is looked at first.

    Args:
        session: The account.
        folder: Its folder.
        raw: The message, with the mark among its headers.
        mark: What it is known by; no other message has it. A fresh one was never there.
        flags: What it is marked as, such as seen.

    Returns:
        Its UID.

    Raises:
        Full: There is no room.
        IntentError: It could not be put there, and is not there.
    """
    for attempt in range(_TRIES):
        is_new = mark.is_fresh and not attempt
        there = [] if is_new else find_marked(session, folder, mark)
        if there:
            return there[-1]
        try:
            answer = session.once(lambda client: client.append(folder, raw, flags=flags), folder)
        except Dropped:
            if attempt == _TRIES - 1:
                raise
        else:
            return _appended(session, folder, mark, answer)
    raise AssertionError("a try either returns or raises")


def _appended(session: Session, folder: str, mark: Mark, answer: object) -> int:
    told = _APPENDUID.search(answer) if isinstance(answer, bytes) else None
    if told:
        return int(told.group(2))
    there = find_marked(session, folder, mark)
    if not there:
        raise failed(
            "the mail server said that it kept a message, and does not have it",
            f"The mail server of {session.name} said that it kept that, but it did not.",
        )
    return there[-1]


def find_marked(session: Session, folder: str, mark: Mark) -> list[int]:
    """The UIDs of the messages with that header, the oldest first.

    The server's search is not believed: what it finds is looked at; where it finds nothing, the
    newest messages are.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """

    def look(client: Any) -> list[int]:
        try:
            found = client.search(["HEADER", mark.header, mark.value])
        except IMAP4.abort:
            raise
        except IMAP4.error:
            found = []
        return _with_mark(client, found, mark) or _with_mark(client, _newest(client), mark)

    return session.repeat(look, folder, writes=True)


def _newest(client: Any) -> list[int]:
    client.noop()  # what has come since the folder was selected is told now
    return sorted(client.search(["ALL"]))[-_LOOK_AT:]


def _with_mark(client: Any, uids: Sequence[int], mark: Mark) -> list[int]:
    if not uids:
        return []
    item = f"BODY.PEEK[HEADER.FIELDS ({mark.header.upper()})]"
    found = []
    for uid, row in client.fetch(list(uids), [item, "FLAGS"]).items():
        raw = next((value for name, value in row.items() if name.startswith(b"BODY[")), b"")
        values = BytesHeaderParser().parsebytes(raw or b"").get_all(mark.header, [])
        is_gone = _DELETED in row.get(b"FLAGS", ())
        if not is_gone and any(str(value).strip() == mark.value for value in values):
            found.append(int(uid))
    return sorted(found)


def remove(session: Session, folder: str, uids: Iterable[int]) -> None:
    """Delete messages for good, and no others: those that somebody else marked stay.

    Where the server can remove single messages (UIDPLUS), it does. Elsewhere they are only marked
    as deleted while other messages are marked so, too.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """
    numbers = sorted(uids)
    if not numbers:
        return
    is_single = session.has("UIDPLUS")

    def act(client: Any) -> None:
        if is_single:
            client.uid_expunge(numbers)
        elif set(client.search(["DELETED"])) <= set(numbers):
            client.expunge()

    mark(session, folder, numbers, _DELETED, is_set=True)
    _trusting(session, "UIDPLUS", lambda: session.repeat(act, folder, writes=True), is_single)


def _trusting(session: Session, what: str, act: Callable[[], T], is_used: bool) -> T | None:  # noqa: FBT001
    """Do it; where the server fails at what it says it can, note that, and leave it at that."""
    try:
        return act()
    except (Dropped, Gone):
        raise
    except Exception as error:
        if not is_used or not isinstance(error.__cause__, IMAP4.error):
            raise
        session.lacks(what)
        return None


def mark(session: Session, folder: str, uids: Iterable[int], flag: bytes, *, is_set: bool) -> None:
    """Set or clear a flag.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """
    numbers = sorted(uids)

    def act(client: Any) -> None:
        change = client.add_flags if is_set else client.remove_flags
        change(numbers, [flag], silent=True)

    if numbers:
        session.repeat(act, folder, writes=True)


def move(session: Session, folder: str, uids: Iterable[int], target: str) -> None:
    """Move messages to another folder: each of them is there once, also after a drop.

    Raises:
        Gone: A folder is not there.
        IntentError: The server cannot be reached, or says no; nothing is lost then.
    """
    numbers = sorted(uids)
    since = next_uid(session, target)
    for attempt in range(_TRIES):
        left = session.repeat(lambda client: still_there(client, numbers), folder, writes=True)
        if not left:
            return
        try:
            _move(session, folder, left, (target, since))
        except Dropped:
            if attempt == _TRIES - 1:
                raise
        else:
            return


def still_there(client: Any, uids: Sequence[int]) -> list[int]:
    """Which of these are in the selected folder, and not deleted."""
    client.noop()
    rows = client.fetch(list(uids), ["FLAGS"]) if uids else {}
    return sorted(uid for uid, row in rows.items() if _DELETED not in row.get(b"FLAGS", ()))


def _move(session: Session, folder: str, uids: list[int], where: tuple[str, int]) -> None:
    if session.has("MOVE"):
        try:
            session.once(lambda client: client.move(uids, where[0]), folder)
        except (Dropped, Gone):
            raise
        except Exception as error:
            if not isinstance(error.__cause__, IMAP4.error):
                raise
            session.lacks("MOVE")
        else:
            return
    _copy_and_remove(session, folder, uids, where)


def _copy_and_remove(
    session: Session, folder: str, uids: list[int], where: tuple[str, int]
) -> None:
    """One after the other: a copy that a drop has hidden is among what has come there since."""
    target, since = where
    known = identities(session, folder, uids)
    for uid in uids:
        if uid not in known:
            continue
        if not find_identical(session, target, known[uid], since):
            session.once(partial(_copy, uid=uid, target=target), folder)
        remove(session, folder, [uid])


def _copy(client: Any, uid: int, target: str) -> None:
    client.copy([uid], target)
