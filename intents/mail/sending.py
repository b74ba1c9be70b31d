"""Sending at most once: the record first, then the server, then the copy in the folder Sent.

After a kill or a drop at any point, a mail was sent once or not at all; where that cannot be known,
it is said, and nothing is sent again by itself. It blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from voiced.plugin import IntentError

from .changing import Mark, append_once
from .folders import folder_for
from .imap import Session
from .oauth import Key
from .outgoing import Outgoing, Record, State
from .refusals import MaybeSent, failed
from .smtp import Envelope, NotSent, Unknown, deliver, sign_in

__all__ = ["Sender", "maybe_sent", "raised"]

raised: set[str] = set()
"""The Message-IDs of which this process has said that nobody knows: nobody else need tell it."""

_SEEN = (b"\\Seen",)


def _nothing(_step: str) -> None:
    """Where nobody looks at the steps."""


def maybe_sent(recipients: tuple[str, ...]) -> MaybeSent:
    """The sentence that tells that nobody knows."""
    others = len(recipients) - 1
    whom = recipients[0] + (f" and {others} more" if others else "")
    return MaybeSent(
        "the connection broke while the server had the mail in hand",
        spoken=f"I don't know whether the mail to {whom} was sent: the connection broke at the"
        " last moment. I won't send it again by myself.",
        mend="look in the folder Sent, or ask who should have got it",
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends for one account. ``step`` is told each step before it is done."""

    key: Key
    outgoing: Outgoing
    timeout_s: float = 20.0
    step: Callable[[str], None] = field(default=_nothing)

    def send(self, message_id: str, envelope: Envelope) -> None:
        """Send a mail, once.

        Raises:
            MaybeSent: Nobody knows whether it was sent.
            IntentError: It was not sent.
        """
        self.step("record")
        self.outgoing.record(message_id, self.key.name, envelope)
        with self.outgoing.held():
            try:
                self._deliver(message_id, envelope)
            except Unknown as error:
                self.outgoing.settle(message_id, State.UNKNOWN)
                raised.add(message_id)
                raise maybe_sent(envelope.recipients) from error
            except NotSent as error:
                self.outgoing.settle(message_id, State.FAILED)
                raise failed(f"the mail was not sent: {error}", error.spoken) from error
            except IntentError:
                self.outgoing.settle(message_id, State.FAILED)
                raise
            self.step("settle")
            self._sent(message_id)

    def _deliver(self, message_id: str, envelope: Envelope) -> None:
        self.step("connect")
        connection = sign_in(self.key, self.timeout_s)
        try:
            self.step("announce")
            deliver(connection, envelope, lambda: self._begin(message_id))
        finally:
            connection.close()

    def _sent(self, message_id: str) -> None:
        try:
            self.outgoing.settle(message_id, State.SENT)
        except IntentError as error:
            raise MaybeSent(
                f"the mail was sent, and that could not be written down: {error.message}",
                spoken="The mail was sent, but I could not write that down: is the disk full?",
                mend=error.mend,
            ) from error

    def _begin(self, message_id: str) -> None:
        self.step("begin")
        if not self.outgoing.begin(message_id):
            raise failed("the mail is being sent already", "That mail is being sent already.")
        self.step("content")

    def copy(self, session: Session, record: Record) -> None:
        """Put a mail that was sent into the folder Sent, where it is not yet.

        Raises:
            IntentError: That did not work; it is tried again with the next mail.
        """
        if not session.account.saves_sent:
            self.step("folder")
            folder = folder_for(session, "sent")
            self.step("copy")
            mark = Mark("Message-ID", record.message_id)
            append_once(session, folder, record.envelope.raw, mark, _SEEN)
        self.step("copied")
        self.outgoing.copied(record.message_id)

    def copy_all(self, session: Session) -> int:
        """Put all that was sent from this account into the folder Sent; how many mails.

        Raises:
            IntentError: As ``copy``.
        """
        mine = [each for each in self.outgoing.to_copy() if each.account == self.key.name]
        for record in mine:
            self.copy(session, record)
        return len(mine)
