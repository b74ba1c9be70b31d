"""A mail server that is not there: folders in memory behind the client that intents talk to.

    with mail_house(folder) as house:
        house.put("INBOX", simple(1))
        house.index()
        ...
        assert house.subjects("Trash") == ["A boat"]

The index is the real one, kept by the real code. ``lacks`` names what the server cannot do,
``breaks`` makes the next so many commands fail as a drop does. What is sent lies in ``sent``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from imaplib import IMAP4
from pathlib import Path
from typing import Any

from voiced_intents.mail import imap, sending
from voiced_intents.mail.index.place import database, folder_of
from voiced_intents.mail.index.store import Store
from voiced_intents.mail.index.sync import Sync
from voiced_intents.mail.mime import read_headers
from voiced_intents.mail.oauth import Key
from voiced_intents.mail.settings import Account, Settings
from voiced_intents.mail.warm import hang_up

__all__ = ["MailHouse", "mail_house"]

_SPECIAL = {"Drafts": b"\\Drafts", "Sent": b"\\Sent", "Trash": b"\\Trash", "Archive": b"\\Archive"}
_FIELDS = re.compile(r"BODY\.PEEK\[HEADER\.FIELDS \(([^)]*)\)\]")
_DELETED, _SEEN, _FLAGGED = b"\\Deleted", b"\\Seen", b"\\Flagged"


@dataclass
class Kept:
    """A message in a folder."""

    raw: bytes
    flags: set[bytes]
    arrived: datetime


@dataclass
class Folder:
    """A folder: messages by UID."""

    kept: dict[int, Kept] = field(default_factory=dict)
    next_uid: int = 1

    def add(self, raw: bytes, flags: Sequence[bytes], arrived: datetime) -> int:
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.kept[uid] = Kept(raw, set(flags), arrived)
        return uid


class FakeClient:
    """What IMAPClient offers, as far as it is used."""

    def __init__(self, house: MailHouse) -> None:
        self._house = house
        self._at = ""

    def _said(self, command: str) -> None:
        self._house.commands.append(command)
        if self._house.breaks:
            self._house.breaks -= 1
            raise IMAP4.abort("the connection broke")

    @property
    def _open(self) -> Folder:
        return self._house.folders[self._at]

    def _folder(self, name: str) -> Folder:
        if name not in self._house.folders:
            raise IMAP4.error("[NONEXISTENT] no such folder")
        return self._house.folders[name]

    def has_capability(self, name: str) -> bool:
        return name not in self._house.lacks

    def list_folders(self) -> list[tuple[tuple[bytes, ...], bytes, str]]:
        self._said("LIST")
        names = self._house.folders
        return [((_SPECIAL[n],) if n in _SPECIAL else (), b"/", n) for n in names]

    def select_folder(self, name: str, readonly: bool = False) -> dict[bytes, Any]:
        self._said(f"SELECT {name}")
        self._folder(name)
        self._at = name
        return {b"UIDVALIDITY": 1, b"READ-ONLY": readonly}

    def folder_status(self, name: str, what: Sequence[str]) -> dict[bytes, int]:
        self._said(f"STATUS {name}")
        folder = self._folder(name)
        unseen = sum(_SEEN not in each.flags for each in folder.kept.values())
        known = {"UIDNEXT": folder.next_uid, "MESSAGES": len(folder.kept), "UNSEEN": unseen}
        return {each.encode(): known[each] for each in what}

    def noop(self) -> None:
        self._said("NOOP")

    def search(self, criteria: Any = "ALL") -> list[int]:
        self._said(f"SEARCH {criteria}")
        words = [criteria] if isinstance(criteria, str) else list(criteria)
        return [uid for uid, each in self._open.kept.items() if self._fits(uid, each, words)]

    def _fits(self, uid: int, kept: Kept, words: list[str]) -> bool:
        flags = {"UNSEEN": _SEEN, "UNDELETED": _DELETED}, {"FLAGGED": _FLAGGED, "DELETED": _DELETED}
        match words:
            case ["ALL"]:
                return True
            case [name] if name in flags[0]:
                return flags[0][name] not in kept.flags
            case [name] if name in flags[1]:
                return flags[1][name] in kept.flags
            case ["UID", span]:
                least = int(span.partition(":")[0])
                return uid >= least or uid == max(self._open.kept)
            case ["HEADER", name, value]:
                return value in str(message_from_bytes(kept.raw).get(name, ""))
        raise IMAP4.error("BAD I know no such search")

    def fetch(self, uids: Sequence[int], items: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        self._said(f"FETCH {uids} {items}")
        kept = self._open.kept
        return {uid: self._row(kept[uid], items) for uid in uids if uid in kept}

    def _row(self, kept: Kept, items: Sequence[str]) -> dict[bytes, Any]:
        row: dict[bytes, Any] = {
            b"FLAGS": tuple(kept.flags), b"INTERNALDATE": kept.arrived,
            b"RFC822.SIZE": len(kept.raw), b"BODYSTRUCTURE": (),
        }  # fmt: skip
        for item in items:
            fields = _FIELDS.match(item)
            if fields:
                row[b"BODY[HEADER.FIELDS]"] = _only(kept.raw, fields.group(1).split())
            elif item.startswith("BODY.PEEK[HEADER]"):
                row[b"BODY[HEADER]"] = kept.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            elif item.startswith("BODY.PEEK[]"):
                row[b"BODY[]"] = kept.raw
        return row

    def append(self, name: str, raw: bytes, flags: Sequence[bytes] = ()) -> bytes:
        self._said(f"APPEND {name}")
        uid = self._folder(name).add(raw, flags, datetime.now(UTC))
        return f"[APPENDUID 1 {uid}] done".encode()

    def copy(self, uids: Sequence[int], name: str) -> None:
        self._said(f"COPY {uids} {name}")
        for uid in uids:
            each = self._open.kept[uid]
            self._folder(name).add(each.raw, list(each.flags), each.arrived)

    def move(self, uids: Sequence[int], name: str) -> None:
        self._said(f"MOVE {uids} {name}")
        self._folder(name)
        for uid in uids:
            each = self._open.kept.pop(uid)
            self._folder(name).add(each.raw, list(each.flags), each.arrived)

    def add_flags(self, uids: Sequence[int], flags: Sequence[bytes], silent: bool = False) -> None:
        self._said(f"STORE {uids} +{flags}")
        if self._at in self._house.keeps:
            raise IMAP4.error("NO you may not")
        for uid in uids:
            self._open.kept[uid].flags |= set(flags)

    def remove_flags(
        self, uids: Sequence[int], flags: Sequence[bytes], silent: bool = False
    ) -> None:  # fmt: skip
        self._said(f"STORE {uids} -{flags}")
        for uid in uids:
            self._open.kept[uid].flags -= set(flags)

    def uid_expunge(self, uids: Sequence[int]) -> None:
        self._said(f"UID EXPUNGE {uids}")
        for uid in uids:
            self._open.kept.pop(uid, None)

    def expunge(self) -> None:
        self._said("EXPUNGE")
        for uid in [uid for uid, each in self._open.kept.items() if _DELETED in each.flags]:
            del self._open.kept[uid]

    def socket(self) -> Any:
        raise OSError("there is none")

    def shutdown(self) -> None:
        self._at = ""


def _only(raw: bytes, names: Sequence[str]) -> bytes:
    wanted = {name.lower() for name in names}
    lines, is_wanted = [], False
    for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        if not line.startswith((b" ", b"\t")):
            is_wanted = line.partition(b":")[0].decode("latin-1").lower() in wanted
        if is_wanted:
            lines.append(line)
    return b"\r\n".join([*lines, b"", b""])


class FakeSmtp:
    """What smtplib's connection offers, as far as it is used: it takes everything."""

    def __init__(self, house: MailHouse) -> None:
        self._house = house
        self._to: list[str] = []
        self.command_encoding = "ascii"

    def ehlo_or_helo_if_needed(self) -> None:
        """Hello."""

    def has_extn(self, name: str) -> bool:
        return name == "smtputf8"

    def mail(self, _sender: str, _options: Sequence[str] = ()) -> tuple[int, bytes]:
        return 250, b"ok"

    def rcpt(self, recipient: str, _options: Sequence[str] = ()) -> tuple[int, bytes]:
        self._to.append(recipient)
        return 250, b"ok"

    def docmd(self, _command: str, _arguments: str = "") -> tuple[int, bytes]:
        return 354, b"go on"

    def send(self, content: bytes) -> None:
        self._house.sent.append((tuple(self._to), content))

    def getreply(self) -> tuple[int, bytes]:
        return 250, b"taken"

    def quit(self) -> None:
        """Bye."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class MailHouse:
    """One account, "home", of me@example.org, and its settings."""

    settings: Settings
    folders: dict[str, Folder] = field(default_factory=dict)
    lacks: set[str] = field(default_factory=set)
    breaks: int = 0
    keeps: set[str] = field(default_factory=set)
    """Folders whose messages may not be marked, nor removed."""
    commands: list[str] = field(default_factory=list)
    sent: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    """The servers of lists that were asked, where a test notes that."""

    def put(self, folder: str, *messages: bytes, flags: Sequence[bytes] = ()) -> None:
        """Have messages arrive; each when it says that it was written."""
        for raw in messages:
            date = read_headers(raw).date or datetime.now(UTC)
            self.folders[folder].add(raw, flags, date)

    def index(self) -> None:
        """Bring the index in step, with all texts read."""
        key = Key("home", self.settings.accounts["home"])
        store = Store.open(database(folder_of(self.settings), "home"))
        with imap.Session(key) as session:
            sync = Sync(session, store, texts=True)
            sync.begin()
            while sync.step():
                pass
            with store.batch():
                store.note("whole", "1")
        store.close()
        self.commands.clear()

    def subjects(self, folder: str) -> list[str]:
        """What lies in a folder, by subject, the oldest first."""
        kept = self.folders[folder].kept.values()
        return [read_headers(each.raw).subject for each in kept if _DELETED not in each.flags]

    def flags(self, folder: str) -> dict[str, set[bytes]]:
        """What the mails of a folder are marked as, by subject."""
        kept = self.folders[folder].kept.values()
        return {read_headers(each.raw).subject: set(each.flags) for each in kept}


@contextmanager
def mail_house(folder: Path, **more: Any) -> Iterator[MailHouse]:
    """A house whose account the intents find in memory; ``more`` settings of [mail]."""
    account = Account(
        address="me@example.org", name="Me", imap_host="imap.example.org",
        smtp_host="smtp.example.org", secret_command=("echo", "secret"),
    )  # fmt: skip
    known: dict[str, Any] = {"accounts": {"home": account}, "folder": folder / "mail"}
    house = MailHouse(Settings.model_validate(known | more))
    for name in ("INBOX", *_SPECIAL, "Taxes"):
        house.folders[name] = Folder()
    hang_up()
    before = imap.sign_in, sending.sign_in
    imap.sign_in = lambda _key, _timeout_s: FakeClient(house)  # type: ignore[assignment]
    sending.sign_in = lambda _key, _timeout_s: FakeSmtp(house)  # type: ignore[assignment,return-value]
    try:
        yield house
    finally:
        hang_up()
        imap.sign_in, sending.sign_in = before
