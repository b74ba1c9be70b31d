"""The record of what is sent: written before the server is spoken to, kept over a kill. It blocks.

A mail goes READY -> SENDING -> SENT, FAILED or UNKNOWN. What was SENDING when its process ended is
UNKNOWN from then on. Nothing goes back: an UNKNOWN mail is never sent again by itself.
"""

from __future__ import annotations

import enum
import fcntl
import os
import sqlite3
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .refusals import failed
from .smtp import Envelope

__all__ = ["Outgoing", "Record", "State"]

_PATIENCE_S = 5.0
_KEPT = 1000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS mails(
    message_id TEXT PRIMARY KEY, account TEXT NOT NULL, sender TEXT NOT NULL,
    recipients TEXT NOT NULL, raw BLOB NOT NULL, state TEXT NOT NULL, made_s REAL NOT NULL,
    is_copied INTEGER NOT NULL DEFAULT 0, is_told INTEGER NOT NULL DEFAULT 0
) STRICT
"""


class State(enum.StrEnum):
    """What became of a mail."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Record:
    """A mail that was to be sent. ``raw`` is empty once it is no longer needed."""

    message_id: str
    account: str
    envelope: Envelope
    state: State
    is_copied: bool
    """Whether it lies in the folder Sent."""


class Outgoing:
    """The record, as a file. Each call opens it and closes it again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, message_id: str, account: str, envelope: Envelope) -> None:
        """Write down that this is to be sent; it is on the disk when this returns.

        What was not sent before may be tried again under the same Message-ID, and nothing else.

        Raises:
            IntentFailed: It cannot be written, or is there already: send nothing.
        """
        row = (
            message_id, account, envelope.sender, "\n".join(envelope.recipients), envelope.raw,
            State.READY, time.time(),
        )  # fmt: skip
        with self._opened() as db:
            db.execute(
                "DELETE FROM mails WHERE message_id = ? AND state = ?", (message_id, State.FAILED)
            )
            db.execute("INSERT INTO mails VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)", row)

    def begin(self, message_id: str) -> bool:
        """From now on nobody knows whether it was sent; False where that was so already."""
        with self._opened() as db:
            changed = db.execute(
                "UPDATE mails SET state = ? WHERE message_id = ? AND state = ?",
                (State.SENDING, message_id, State.READY),
            )
            return changed.rowcount == 1

    def settle(self, message_id: str, state: State) -> None:
        """What became of it."""
        keeps_text = state in (State.SENT, State.UNKNOWN)
        with self._opened() as db:
            db.execute(
                "UPDATE mails SET state = ?, raw = iif(?, raw, x'') WHERE message_id = ?",
                (state, keeps_text, message_id),
            )
            db.execute(
                "DELETE FROM mails WHERE state IN ('sent', 'failed') AND rowid NOT IN "
                "(SELECT rowid FROM mails ORDER BY rowid DESC LIMIT ?)",
                (_KEPT,),
            )

    def copied(self, message_id: str) -> None:
        """It lies in the folder Sent; its text is not needed here any more."""
        query = "UPDATE mails SET is_copied = 1, raw = x'' WHERE message_id = ?"
        with self._opened() as db:
            db.execute(query, (message_id,))

    def find(self, message_id: str) -> Record | None:
        """The one with this Message-ID."""
        found = self._read("WHERE message_id = ?", message_id)
        return found[0] if found else None

    def to_copy(self) -> list[Record]:
        """What was sent and does not lie in the folder Sent yet."""
        return self._read("WHERE state = ? AND is_copied = 0", State.SENT)

    def to_tell(self) -> list[Record]:
        """Mails of which the user has not heard yet that nobody knows whether they were sent."""
        return self._read("WHERE state = ? AND is_told = 0", State.UNKNOWN)

    def told(self, message_id: str) -> None:
        """The user has heard of it."""
        with self._opened() as db:
            db.execute("UPDATE mails SET is_told = 1 WHERE message_id = ?", (message_id,))

    def count(self) -> dict[State, int]:
        """How many there are, by what became of them."""
        with self._opened() as db:
            rows = db.execute("SELECT state, count(*) FROM mails GROUP BY state").fetchall()
        return {State(state): number for state, number in rows}

    def settle_interrupted(self) -> int:
        """After a kill: what was SENDING is UNKNOWN, what was READY was not sent. How many.

        Does nothing while somebody is sending.
        """
        with self.held(wait=False) as is_ours:
            if not is_ours or not self._path.exists():
                return 0
            with self._opened() as db:
                lost = db.execute(
                    "UPDATE mails SET state = ? WHERE state = ?", (State.UNKNOWN, State.SENDING)
                )
                db.execute(
                    "UPDATE mails SET state = ?, raw = x'' WHERE state = ?",
                    (State.FAILED, State.READY),
                )
                return lost.rowcount

    @contextmanager
    def held(self, *, wait: bool = True) -> Iterator[bool]:
        """Be the one who sends; the lock goes with its process, however that ends."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(
            self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(lock)

    def _read(self, where: str, value: str) -> list[Record]:
        if not self._path.exists():
            return []
        columns = "message_id, account, sender, recipients, raw, state, is_copied"
        query = f"SELECT {columns} FROM mails {where} ORDER BY rowid"  # noqa: S608 - our own words
        with self._opened() as db:
            rows = db.execute(query, (value,)).fetchall()
        return [
            Record(
                message_id, account, Envelope(sender, tuple(recipients.split("\n")), raw),
                State(state), bool(is_copied),
            )
            for message_id, account, sender, recipients, raw, state, is_copied in rows
        ]  # fmt: skip

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            os.close(os.open(self._path, flags, 0o600))
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S)) as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=FULL")
                db.execute("PRAGMA secure_delete=ON")
                db.execute(_SCHEMA)
                with db:
                    yield db
        except (sqlite3.Error, OSError) as error:
            raise failed(
                f"the record of what is sent cannot be used: {type(error).__name__}",
                "I can't write down what I send, so I send nothing.",
                f"is the disk full? Otherwise move {self._path} away",
            ) from error
