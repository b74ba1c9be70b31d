"""Breaks at every step of sending a mail and replacing a draft, and what is there afterwards.

A break is a drop of the connection at one exchange, before or after the server had it, or a kill -9
at a step of the code or at an exchange. ``tests/bench/mail_breaks.py`` plays them all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from chaos import Chaos
from mail_servers import HOST, MailServer

from voiced.plugin import IntentError
from voiced_intents.mail.composing import Letter, Person, enveloped, message_of, new_message_id
from voiced_intents.mail.drafts import Draft, Drafts
from voiced_intents.mail.imap import Session
from voiced_intents.mail.moves import Moving, move_all, moves_back, planned_move
from voiced_intents.mail.outgoing import Outgoing, State
from voiced_intents.mail.sending import Sender

TIMEOUT_S = 5.0
_NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
_CHILD_S = 60.0

Act = Literal["send", "draft", "move", "back"]

SEND_STEPS = ("record", "connect", "announce", "begin", "content", "settle", "copy", "copied")
DRAFT_STEPS = ("look", "append", "look 2", "remove")


@dataclass(frozen=True)
class Outcome:
    """What one break left. ``held``: whether what was promised held."""

    act: Act
    where: str
    state: str
    count: int
    """How often the mail arrived; how many drafts there are after tidying."""
    held: bool


def letter(user: str, text: str, *others: str) -> Letter:
    people = tuple(Person(each, "Schmidt, Anna") for each in (f"{user}@{HOST}", *others))
    return Letter(Person(f"{user}@{HOST}", "Me, Myself"), people, subject="A boat", text=text)


@dataclass
class Ground:
    """A server with proxies before it, and one user of it."""

    server: MailServer
    user: str
    imap: Chaos
    smtp: Chaos
    folder: Path
    look: Session
    """Signed in beside the proxies, for looking at what is there."""

    @property
    def ports(self) -> dict[str, object]:
        return {"imap_port": self.imap.port, "imap_tls": "tls", "smtp_port": self.smtp.port}

    def session(self) -> Session:
        return Session(self.server.key(self.user, **self.ports), timeout_s=TIMEOUT_S)

    def outgoing(self) -> Outgoing:
        return Outgoing(self.folder / "outgoing.db")

    def sender(self, step: Callable[[str], None] = lambda _step: None) -> Sender:
        key = self.server.key(self.user, **self.ports)
        return Sender(key, self.outgoing(), TIMEOUT_S, step)


@contextmanager
def ground(server: MailServer) -> Iterator[Ground]:
    imap = Chaos(server.ca, server.imap_port, starttls=server.imap_tls == "starttls")
    smtp = Chaos(server.ca, server.smtp_port)
    try:
        user = server.user()
        with tempfile.TemporaryDirectory() as folder, Session(server.key(user)) as look:
            yield Ground(server, user, imap, smtp, Path(folder), look)
    finally:
        imap.close()
        smtp.close()


def send(place: Ground, *, copies: bool = True) -> str:
    """Send one mail, and copy it into Sent; its Message-ID."""
    written = letter(place.user, "the boat is green")
    identity = new_message_id(f"{place.user}@{HOST}")
    message = message_of(written, identity, _NOW)
    sender = place.sender()
    sender.send(identity, enveloped(written, message, 5))
    if copies:
        with place.session() as session:
            sender.copy_all(session)
    return identity


def begun(place: Ground, text: str) -> Draft:
    message = message_of(letter(place.user, text), new_message_id("a@b"), _NOW)
    return Drafts(place.look).create(message)


def replace(
    place: Ground, old: Draft, text: str, step: Callable[[str], None] = lambda _step: None
) -> Draft:
    with place.session() as session:
        message = message_of(letter(place.user, text), new_message_id("a@b"), _NOW)
        return Drafts(session, step).replace(old, message)


def after_sending(place: Ground, where: str, before: int) -> Outcome:
    """Look at what is there, as the next start does."""
    place.imap.reset()
    place.smtp.reset()
    outgoing = place.outgoing()
    outgoing.settle_interrupted()
    place.sender().copy_all(place.look)
    state = next((state for state, number in outgoing.count().items() if number), State.FAILED)
    arrived = len(place.server.arrived) - before
    copies = len(whole(place, "Sent"))
    promised = {State.SENT: (1,), State.FAILED: (0,), State.UNKNOWN: (0, 1)}[state]
    held = arrived in promised and copies == (state is State.SENT)
    place.look.repeat(emptied, "Sent", writes=True)  # it is not in the way of the next one
    (place.folder / "outgoing.db").unlink(missing_ok=True)
    for ending in ("-wal", "-shm"):
        (place.folder / f"outgoing.db{ending}").unlink(missing_ok=True)
    return Outcome("send", where, state, arrived, held)


def after_replacing(place: Ground, where: str, texts: tuple[str, str]) -> Outcome:
    place.imap.reset()
    there = whole(place, "Drafts")
    is_whole = bool(there) and all(any(text.encode() in each for text in texts) for each in there)
    Drafts(place.look).tidy()
    left = whole(place, "Drafts")
    had_new = any(texts[1].encode() in each for each in there)
    is_newest = not had_new or (len(left) == 1 and texts[1].encode() in left[0])
    place.look.repeat(emptied, "Drafts", writes=True)
    state = "new" if had_new else "old"
    return Outcome("draft", where, state, len(left), is_whole and is_newest and len(left) == 1)


def whole(place: Ground, folder: str) -> list[bytes]:
    """Every message of a folder but those marked as deleted."""

    def look(client: Any) -> list[bytes]:
        client.noop()
        rows = client.fetch(client.search("UNDELETED"), ["BODY.PEEK[]"])
        return [row[b"BODY[]"] for row in rows.values()]

    return place.look.repeat(look, folder, writes=True)


def emptied(client: Any) -> None:
    client.delete_messages(client.search())
    client.expunge()


def _cuts(proxy: Chaos, play: Callable[[int, bool], Outcome], every: int) -> Iterator[Outcome]:
    for after in (False, True):
        cut = 1
        while True:
            outcome = play(cut, after)
            yield outcome
            if outcome.where == "none":
                break
            cut += every


def send_drops(place: Ground, every: int = 1) -> Iterator[Outcome]:
    """Drops at the exchanges of sending; each ``every``-th."""

    def play(cut: int, after: bool) -> Outcome:
        before = len(place.server.arrived)
        place.smtp.reset(cut, after=after)
        with suppress(IntentError):
            send(place, copies=False)
        where = f"{'after' if after else 'before'} {cut}" if place.smtp.was_cut else "none"
        return after_sending(place, where, before)

    return _cuts(place.smtp, play, every)


def copy_drops(place: Ground, every: int = 1) -> Iterator[Outcome]:
    """Drops at the exchanges of putting what was sent into Sent."""

    def play(cut: int, after: bool) -> Outcome:
        before = len(place.server.arrived)
        place.imap.reset(cut, after=after)
        with suppress(IntentError):
            send(place)
        where = f"{'after' if after else 'before'} {cut}" if place.imap.was_cut else "none"
        return after_sending(place, where, before)

    return _cuts(place.imap, play, every)


def draft_drops(place: Ground, every: int = 1) -> Iterator[Outcome]:
    """Drops at the exchanges of replacing a draft."""

    def play(cut: int, after: bool) -> Outcome:
        place.imap.reset()
        old = begun(place, "the first text")
        place.imap.reset(cut, after=after)
        with suppress(IntentError):
            replace(place, old, "the second text")
        where = f"{'after' if after else 'before'} {cut}" if place.imap.was_cut else "none"
        return after_replacing(place, where, ("the first text", "the second text"))

    return _cuts(place.imap, play, every)


def send_kills(place: Ground, steps: tuple[str, ...] = SEND_STEPS) -> Iterator[Outcome]:
    """kill -9 at the steps of sending."""
    for step in steps:
        before = len(place.server.arrived)
        code = _child(place, "send", step, "")
        yield after_sending(place, f"kill at {step}" if code < 0 else "none", before)


def draft_kills(place: Ground, steps: tuple[str, ...] = DRAFT_STEPS) -> Iterator[Outcome]:
    """kill -9 at the steps of replacing a draft."""
    for step in steps:
        old = begun(place, "the first text")
        code = _child(place, "draft", step, json.dumps([old.key, old.version, old.uid]))
        where = f"kill at {step}" if code < 0 else "none"
        yield after_replacing(place, where, ("the first text", "the second text"))


def moving_of(place: Ground) -> Moving:
    """One mail in the inbox, on its way to the trash."""
    message = message_of(letter(place.user, "the boat is green"), new_message_id("a@b"), _NOW)
    uid = place.look.once(lambda client: client.append("INBOX", message.as_bytes()), "INBOX")
    found = place.look.repeat(lambda client: sorted(client.search("UNDELETED")), "INBOX")
    assert uid
    return planned_move(place.look, "INBOX", "Trash", found[-1:])


def after_moving(place: Ground, where: str, act: Act) -> Outcome:
    """The mail is in one of the folders, once; and after an undo it is in the inbox."""
    place.imap.reset()
    inbox, trash = len(whole(place, "INBOX")), len(whole(place, "Trash"))
    for folder in ("INBOX", "Trash"):
        place.look.repeat(emptied, folder, writes=True)
    held = inbox + trash == 1 and (act == "move" or inbox == 1)
    return Outcome(act, where, f"{inbox} and {trash}", inbox + trash, held)


def move_drops(place: Ground, every: int = 1, *, has_move: bool = True) -> Iterator[Outcome]:
    """Drops at the exchanges of moving a mail into the trash, and looking again."""

    def play(cut: int, after: bool) -> Outcome:
        moving = moving_of(place)
        place.imap.reset(cut, after=after)
        with place.session() as session, suppress(IntentError):
            if not has_move:
                session.lacks("MOVE")
            move_all(session, moving)
        where = f"{'after' if after else 'before'} {cut}" if place.imap.was_cut else "none"
        return after_moving(place, where, "move")

    return _cuts(place.imap, play, every)


def back_drops(place: Ground, every: int = 1, *, has_move: bool = True) -> Iterator[Outcome]:
    """Drops at the exchanges of taking that back; where it could not be, it is asked for again."""

    def play(cut: int, after: bool) -> Outcome:
        moving = moving_of(place)
        move_all(place.look, moving)
        place.imap.reset(cut, after=after)
        with place.session() as session, suppress(IntentError):
            if not has_move:
                session.lacks("MOVE")
            moves_back(session, moving)
        where = f"{'after' if after else 'before'} {cut}" if place.imap.was_cut else "none"
        moves_back(place.look, moving)
        return after_moving(place, where, "back")

    return _cuts(place.imap, play, every)


def move_kills(place: Ground, exchanges: Sequence[int]) -> Iterator[Outcome]:
    """kill -9 before an exchange of moving without MOVE; then it is taken back from its record."""
    for number in exchanges:
        moving = moving_of(place)
        code = _child(place, "move", str(number), json.dumps(moving.data()))
        moves_back(place.look, moving)
        yield after_moving(place, f"kill at {number}" if code < 0 else "none", "back")


def _child(place: Ground, act: Act, step: str, old: str) -> int:
    account = place.server.account(place.user, **place.ports).model_dump_json()
    order = {"act": act, "step": step, "old": old, "account": account, "folder": str(place.folder)}
    command = [sys.executable, "-P", str(Path(__file__).with_name("mail_act.py"))]
    done = subprocess.run(
        command, input=json.dumps(order), text=True, timeout=_CHILD_S, check=False,
        capture_output=True,
    )  # fmt: skip
    if done.returncode > 0:
        raise RuntimeError(done.stderr)
    return done.returncode
