"""A mail as it is written: people, a subject, a text; and the message that is made of it. Pure.

Whatever came from outside is checked here: nothing gets a second header or a second recipient in.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from voiced.plugin import one_line

from .refusals import denied, failed
from .smtp import Envelope

__all__ = [
    "PLAIN",
    "WITH_UTF8",
    "Letter",
    "Person",
    "address_of",
    "enveloped",
    "message_of",
    "new_message_id",
]

_IDENTITY = re.compile(r"<[^\s<>]{1,900}>")
_MOST_REFERENCES = 20
_LONGEST_SUBJECT = 400
_LONGEST_NAME = 200
_LINE = 998
_MOST_RECIPIENTS = 50

PLAIN, WITH_UTF8 = SMTP.clone(max_line_length=_LINE), SMTPUTF8.clone(max_line_length=_LINE)
"""How messages are written: the library loses the quotes of a name that it has to break into lines,
and a comma in it then begins another recipient."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address, and the name that goes with it: anybody's words."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent. ``answers`` is the Message-ID of what it is a reply to."""

    sender: Person
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()
    subject: str = ""
    text: str = ""
    answers: str = ""
    references: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[Person, ...]:
        """Everybody who gets it, each once."""
        everybody = (*self.to, *self.cc, *self.bcc)
        return tuple({person.address.lower(): person for person in everybody}.values())

    def with_text(self, text: str) -> Letter:
        """The same with another text."""
        return replace(self, text=text)


def new_message_id(address: str) -> str:
    """A Message-ID that no other message has."""
    domain = address.rpartition("@")[2]
    domain = domain if re.fullmatch(r"[A-Za-z0-9.-]+", domain) else "localhost"
    return f"<{uuid.uuid4().hex}@{domain}>"


def message_of(
    letter: Letter, message_id: str, now: datetime, *, most: int = _MOST_RECIPIENTS
) -> EmailMessage:
    """The message, whole.

    Raises:
        IntentFailed: An address is none.
        IntentDenied: There are more than ``most`` recipients.
    """
    _check_number(letter, most)
    message = EmailMessage(policy=WITH_UTF8 if _needs_utf8(letter) else PLAIN)
    message["From"] = address_of(letter.sender)
    for header, people in (("To", letter.to), ("Cc", letter.cc)):
        if people:
            message[header] = tuple(address_of(person) for person in people)
    message["Subject"] = one_line(letter.subject)[:_LONGEST_SUBJECT]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    thread = [each for each in (*letter.references, letter.answers) if _IDENTITY.fullmatch(each)]
    if _IDENTITY.fullmatch(letter.answers):
        message["In-Reply-To"] = letter.answers
    if thread:
        message["References"] = " ".join(dict.fromkeys(thread[-_MOST_REFERENCES:]))
    message.set_content(letter.text.replace("\0", ""))
    return message


def enveloped(letter: Letter, message: EmailMessage, most: int) -> Envelope:
    """What goes to the server.

    Raises:
        IntentFailed: There is nobody to send it to.
        IntentDenied: There are more than ``most`` recipients.
    """
    people = letter.recipients
    if not people:
        raise failed("the mail has no recipient", "That mail goes to nobody yet.")
    _check_number(letter, most)
    for person in (*people, letter.sender):
        address_of(person)
    addresses = tuple(person.address for person in people)
    return Envelope(letter.sender.address, addresses, message.as_bytes())


def _check_number(letter: Letter, most: int) -> None:
    number = len(letter.recipients)
    if number > most:
        raise denied(
            f"the mail has {number} recipients, and {most} are allowed",
            f"That mail has {number} recipients. I send to {most} at most.",
            "raise max_recipients in [mail], or send it with your mail program",
        )


def _needs_utf8(letter: Letter) -> bool:
    return not all(each.address.isascii() for each in (*letter.recipients, letter.sender))


def address_of(person: Person) -> Address:
    """With the name as one name, whatever it holds.

    Raises:
        IntentFailed: The address is none.
    """
    try:
        if any(map(str.isspace, person.address)) or not person.address.isprintable():
            raise ValueError("blanks in an address")
        user, at, domain = person.address.rpartition("@")
        if not (user and at and domain):
            raise ValueError("no @")
        return Address(one_line(person.name)[:_LONGEST_NAME], addr_spec=person.address)
    except (ValueError, LookupError, MessageError) as error:
        raise failed(
            "a mail address is not valid", f"{one_line(person.address)} is no mail address."
        ) from error
