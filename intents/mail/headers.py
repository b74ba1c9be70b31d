"""Who wrote a mail, to whom, when and about what; and what about it should make one wary. Pure.

Names and subjects are anybody's words. An address is what is between the angle brackets, and it is
what is read out where it matters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from rapidfuzz.distance import OSA

from .composing import Person
from .decoding import header_text, raw_headers

__all__ = ["NOBODY", "Headers", "headers_of", "suspicions"]

_ADDRESS = re.compile(r"[^\s@<>,;\"()]{1,100}@[^\s@<>,;\"()]{1,200}")
_IDENTITY = re.compile(r"<[^\s<>]{1,900}>")
_MOST_PEOPLE = 1000
_MOST_REFERENCES = 100
_LONGEST = 2000
_SHORTEST_DOMAIN = 5


NOBODY = Person("")


@dataclass(frozen=True, slots=True)
class Headers:
    """What stands above a mail. ``date`` is None where it is missing or none."""

    subject: str = ""
    sender: Person = NOBODY
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    reply_to: tuple[Person, ...] = ()
    date: datetime | None = None
    message_id: str = ""
    answers: str = ""
    references: tuple[str, ...] = ()
    unsubscribe: str = ""
    """List-Unsubscribe, as it is."""
    has_one_click: bool = False
    """Whether a POST to it is enough (RFC 8058)."""
    is_bulk: bool = False
    """Whether a list or a machine sent it."""


def headers_of(message: Message) -> Headers:
    """The headers, each of which may be missing, twice, or nonsense."""
    senders = _people(message, "From") or _people(message, "Sender")
    return Headers(
        subject=_text(message, "Subject")[:_LONGEST],
        sender=senders[0] if senders else NOBODY,
        to=_people(message, "To"),
        cc=_people(message, "Cc"),
        reply_to=_people(message, "Reply-To"),
        date=_date(_text(message, "Date")),
        message_id=next(iter(_identities(message, "Message-ID")), ""),
        answers=next(iter(_identities(message, "In-Reply-To")), ""),
        references=_identities(message, "References")[-_MOST_REFERENCES:],
        unsubscribe=_text(message, "List-Unsubscribe")[:_LONGEST],
        has_one_click="one-click" in _text(message, "List-Unsubscribe-Post").lower(),
        is_bulk=_is_bulk(message),
    )


def _text(message: Message, name: str) -> str:
    try:
        return header_text(next(iter(raw_headers(message, name)), ""))
    except (ValueError, LookupError, TypeError):
        return ""


def _is_bulk(message: Message) -> bool:
    if message.get("List-Id") or message.get("List-Unsubscribe"):
        return True
    precedence = _text(message, "Precedence").lower()
    automatic = _text(message, "Auto-Submitted").lower()
    return precedence in {"bulk", "list", "junk"} or automatic not in {"", "no"}


def _people(message: Message, name: str) -> tuple[Person, ...]:
    try:
        raw = [value[: _LONGEST * 100] for value in raw_headers(message, name)]
        pairs = getaddresses(raw)
        if not any(address for _, address in pairs):
            pairs = [("", found) for value in raw for found in _ADDRESS.findall(value)]
    except (ValueError, LookupError, TypeError):
        return ()
    people = (
        Person(header_text(address)[:_LONGEST], header_text(known)[:_LONGEST])
        for known, address in pairs[:_MOST_PEOPLE]
    )
    return tuple(person for person in people if person.address or person.name)


def _identities(message: Message, name: str) -> tuple[str, ...]:
    found = _IDENTITY.findall(" ".join(raw_headers(message, name)))
    return tuple(each for each in found if each.isascii() and each.isprintable())


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
        date.astimezone(UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return date


def shown_name(person: Person) -> str:
    """The name, unless it shows another address than the person has: then the address."""
    shown = _ADDRESS.search(person.name)
    is_other = shown is not None and shown.group().lower() != person.address.lower()
    return person.address if is_other else person.name or person.address


def suspicions(person: Person, known: Collection[str] = ()) -> tuple[str, ...]:
    """Why the address may not be what it seems, in sentences that may be spoken.

    Args:
        person: Who wrote, or is written to.
        known: Addresses that the user knows.
    """
    address, domain = person.address.lower(), person.address.rpartition("@")[2].lower()
    found = []
    shown = _ADDRESS.search(person.name)
    if shown and shown.group().lower() != address:
        found.append(f"The name says {shown.group()}, but the address is {person.address}.")
    if _is_mixed(domain):
        found.append("The address is written with letters of other alphabets that look alike.")
    elif address not in {each.lower() for each in known}:
        near = _near(domain, {each.rpartition("@")[2].lower() for each in known})
        if near:
            found.append(f"The address ends in {domain}, which is not {near}.")
    return tuple(found)


def _is_mixed(domain: str) -> bool:
    """Letters of several alphabets, or of another one behind a name that looks like Latin."""
    if "xn--" in domain:
        try:
            domain = domain.encode("ascii").decode("idna")
        except UnicodeError:
            return True
    scripts = {unicodedata.name(letter, "?").split(" ")[0] for letter in domain if letter.isalpha()}
    return len(scripts) > 1


def _near(domain: str, known: set[str]) -> str:
    if domain in known or len(domain) < _SHORTEST_DOMAIN:
        return ""
    return next((each for each in sorted(known) if _skeleton(each) == _skeleton(domain)), "") or (
        next(
            (each for each in sorted(known) if OSA.distance(each, domain, score_cutoff=1) <= 1), ""
        )
    )


def _skeleton(domain: str) -> str:
    """With what looks alike written alike."""
    for shape, letter in (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l")):
        domain = domain.replace(shape, letter)
    return domain
