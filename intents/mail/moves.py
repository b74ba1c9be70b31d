"""Moves and marks of mails that can be taken back: planned, made, and undone from their record.

What is planned was looked at on the server: the index may be old, and its numbers may mean other
mails by now. It blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiced.plugin import IntentError, JsonValue

from .changing import mark, move, remove, still_there
from .identity import Identity, came_since, find_identical, identities, next_uid
from .imap import Session
from .refusals import Dropped, failed

__all__ = [
    "Made",
    "Marking",
    "Moving",
    "mark_all",
    "marks_back",
    "move_all",
    "moves_back",
    "planned_mark",
    "planned_move",
]

_DAMAGED = "My note on how to undo that is damaged."


@dataclass(frozen=True, slots=True)
class Moving:
    """Mails of one folder that go to another of the same account.

    Attributes:
        account: Its name.
        source: The folder that they lie in.
        target: The folder that they go to.
        since: What comes to the target from now on has no lesser UID.
        mails: What they are, by their UIDs in the source.
    """

    account: str
    source: str
    target: str
    since: int
    mails: Mapping[int, Identity]

    def data(self) -> JsonValue:
        """As it is kept in the journal."""
        return {
            "account": self.account,
            "source": self.source,
            "target": self.target,
            "since": self.since,
            "mails": _rows(self.mails),
        }

    @classmethod
    def of(cls, data: JsonValue) -> Moving:
        """From the journal.

        Raises:
            IntentFailed: The record is damaged.
        """
        try:
            account, source, target = _texts(data, "account", "source", "target")
            since: Any = _mapping(data)["since"]
            return cls(account, source, target, int(since), _mails(data))
        except (LookupError, TypeError, ValueError) as error:
            raise failed("the undo record is damaged", _DAMAGED) from error


@dataclass(frozen=True, slots=True)
class Marking:
    """Mails of one folder that get a flag, or lose it; those that have it already are left out."""

    account: str
    folder: str
    flag: str
    is_set: bool
    mails: Mapping[int, Identity]

    def data(self) -> JsonValue:
        """As it is kept in the journal."""
        return {
            "account": self.account,
            "folder": self.folder,
            "flag": self.flag,
            "is_set": self.is_set,
            "mails": _rows(self.mails),
        }

    @classmethod
    def of(cls, data: JsonValue) -> Marking:
        """From the journal.

        Raises:
            IntentFailed: The record is damaged.
        """
        try:
            account, folder, flag = _texts(data, "account", "folder", "flag")
            return cls(account, folder, flag, _mapping(data)["is_set"] is True, _mails(data))
        except (LookupError, TypeError, ValueError) as error:
            raise failed("the undo record is damaged", _DAMAGED) from error


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it. ``trouble``: why the rest was not done, or may not be, in a sentence."""

    count: int
    trouble: str = ""


def _rows(mails: Mapping[int, Identity]) -> JsonValue:
    return [[uid, each.message_id, each.digest] for uid, each in mails.items()]


def _mapping(data: JsonValue) -> Mapping[str, JsonValue]:
    if not isinstance(data, Mapping):
        raise TypeError("no object")
    return data


def _texts(data: JsonValue, *names: str) -> Sequence[str]:
    return [str(_mapping(data)[name]) for name in names]


def _mails(data: JsonValue) -> Mapping[int, Identity]:
    rows: Any = _mapping(data)["mails"]
    return {int(uid): Identity(str(name), str(digest)) for uid, name, digest in rows}


def planned_move(session: Session, source: str, target: str, uids: Iterable[int]) -> Moving:
    """What moving these comes to; those that are gone are left out.

    Raises:
        IntentError: The server cannot be reached, or a folder is not there.
    """
    mails = identities(session, source, uids)
    return Moving(session.name, source, target, next_uid(session, target), mails)


def move_all(session: Session, moving: Moving) -> Made:
    """Move them. Where it breaks, what can still be known is looked at.

    Raises:
        IntentError: Nothing was moved.
    """
    uids = sorted(moving.mails)
    try:
        move(session, moving.source, uids, moving.target)
    except IntentError as error:
        left = _settled(session, moving)
        if left is None:
            doubt = "I can't see whether that was done. Say undo, and I put back what was."
            return Made(0, f"{error.spoken} {doubt}")
        if left == len(uids):
            raise
        return Made(len(uids) - left, error.spoken if left else "")
    return Made(len(uids))


def _settled(session: Session, moving: Moving) -> int | None:
    """How many of them are still in the source, and not in the target, too; None: who knows."""
    uids = sorted(moving.mails)
    try:
        left = session.repeat(lambda client: still_there(client, uids), moving.source, writes=True)
        there = _found_there(session, moving) if left else {}
        twice = [there[moving.mails[uid]] for uid in left if moving.mails[uid] in there]
        remove(session, moving.target, twice)
    except IntentError:
        return None
    return len(left)


def moves_back(session: Session, moving: Moving) -> int:
    """Move them back; how many of them are where they were.

    One that is in both folders was being copied when it was cut off: its copy is removed.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """
    there = _found_there(session, moving)
    here = _found_here(session, moving, there)
    remove(session, moving.target, [there[each] for each in there if each in here])
    back = [uid for each, uid in there.items() if each not in here]
    if back:
        move(session, moving.target, back, moving.source)
    return len({*here, *there})


def _found_there(session: Session, moving: Moving) -> dict[Identity, int]:
    came = came_since(session, moving.target, moving.since)
    wanted = set(moving.mails.values())
    found = {each: uid for each, uid in came.items() if each in wanted}
    for each in wanted - set(found):
        later = find_identical(session, moving.target, each, moving.since)
        if later:
            found[each] = later[-1]
    return found


def _found_here(session: Session, moving: Moving, there: Mapping[Identity, int]) -> set[Identity]:
    """Those that are still in the source, or there again."""
    now = identities(session, moving.source, moving.mails)
    here = {each for uid, each in moving.mails.items() if now.get(uid) == each}
    unknown = set(moving.mails.values()) - here
    if session.has("MOVE"):  # it does not leave a message in both
        unknown -= set(there)
    return here | {each for each in unknown if find_identical(session, moving.source, each)}


def planned_mark(
    session: Session, folder: str, flag: str, uids: Iterable[int], *, is_set: bool
) -> Marking:
    """What marking these comes to: those that are gone, or marked so, are left out.

    Raises:
        IntentError: The server cannot be reached, or the folder is not there.
    """
    mails = identities(session, folder, uids)
    numbers = sorted(mails)

    def look(client: Any) -> list[int]:
        rows = client.fetch(numbers, ["FLAGS"])
        return [u for u in numbers if (flag.encode() in rows[u].get(b"FLAGS", ())) != is_set]

    changing = session.repeat(look, folder, writes=True) if numbers else []
    return Marking(session.name, folder, flag, is_set, {uid: mails[uid] for uid in changing})


def mark_all(session: Session, marking: Marking) -> Made:
    """Mark them.

    Raises:
        IntentError: Nothing was marked.
    """
    try:
        _mark(session, marking, list(marking.mails), is_set=marking.is_set)
    except Dropped as error:
        doubt = "I can't see whether that was done. Say undo, and I take back what was."
        return Made(0, f"{error.spoken} {doubt}")
    return Made(len(marking.mails))


def _mark(session: Session, marking: Marking, uids: list[int], *, is_set: bool) -> None:
    mark(session, marking.folder, uids, marking.flag.encode(), is_set=is_set)


def marks_back(session: Session, marking: Marking) -> int:
    """Take the marks back; of how many.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """
    now = identities(session, marking.folder, marking.mails)
    uids = [uid for uid, each in marking.mails.items() if now.get(uid) == each]
    for uid, each in marking.mails.items():
        if now.get(uid) != each:
            uids += find_identical(session, marking.folder, each)[-1:]
    _mark(session, marking, uids, is_set=not marking.is_set)
    return len(uids)
