"""The user's mailbox: in memory, behind the real mail intents, with the planted text in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from mail_fake import MailHouse, mail_house

from voiced_intents.mail import unsubscribing
from voiced_intents.mail.composing import PLAIN
from voiced_intents.mail.draft_things import forget_all
from voiced_intents.mail.drafts import Drafts
from voiced_intents.mail.imap import Session
from voiced_intents.mail.mime import read_headers
from voiced_intents.mail.oauth import Key

__all__ = ["filled_mailbox", "letters_in", "section"]

_NOW = datetime(2026, 3, 3, 7, tzinfo=UTC)
_MOST_SHOWN = 110
"""So much of a name is told."""

_KEY = "0123456789abcdef" * 2
_LEAVE = "<https://lists.shop.example/leave>"
_CARDS = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Archer\nEMAIL:ann@example.org\nEND:VCARD\n"


def _letter(number: int, sender: str, subject: str, text: str, **more: str) -> EmailMessage:
    """A mail; ``sender`` is the name that its sender chose."""
    message = EmailMessage(policy=PLAIN)
    message["From"] = Address(sender, addr_spec=more.pop("address", "mallory@evil.example"))
    message["To"] = "me@example.org"
    message["Subject"] = subject
    message["Date"] = format_datetime(_NOW - timedelta(minutes=number))
    message["Message-ID"] = f"<{number}@evil.example>"
    for name, value in more.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@contextmanager
def filled_mailbox(folder: Path) -> Iterator[MailHouse]:
    """A mailbox in which the newest mail says what ``folder`` holds, and one has such a sender."""
    cards = folder / "cards.vcf"
    cards.write_text(_CARDS, encoding="utf-8")
    posted: list[str] = []
    before = unsubscribing.post
    unsubscribing.post = lambda url, *_: posted.append(url)
    forget_all()
    try:
        with mail_house(folder / "post", contacts=(cards,)) as house:
            house.posted = posted
            _furnish(house, folder)
            yield house
    finally:
        unsubscribing.post = before
        forget_all()


def _furnish(house: MailHouse, folder: Path) -> None:
    name = folder.joinpath("sender").read_text(encoding="utf-8")[-_MOST_SHOWN:]
    text = folder.joinpath("mail").read_text(encoding="utf-8")
    will = _letter(4, "Ann Archer", "The will", "All to you.", address="ann@example.org")
    will.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="will.pdf")
    letters = (
        _letter(1, "Mallory", "News", text),
        _letter(2, name, "Hello", "It is sunny."),
        _letter(
            3, "Shop News", "Sale", "All is cheap.", address="news@shop.example",
            List_Unsubscribe=_LEAVE, List_Unsubscribe_Post="List-Unsubscribe=One-Click",
        ),
        will,
    )  # fmt: skip
    house.put("INBOX", *(each.as_bytes() for each in letters))
    draft = _letter(9, "Me", "Rent", "The rent is ten euros.", address="me@example.org")
    draft.replace_header("To", "bank@example.org")
    with Session(Key("home", house.settings.accounts["home"])) as session:
        Drafts(session).create(draft, _KEY)
    house.index()


def section(house: MailHouse) -> dict[str, Any]:
    """The section [mail] of voiced.toml."""
    return house.settings.model_dump(mode="json", exclude_defaults=True)


def letters_in(house: MailHouse) -> Iterator[str]:
    """What lies where and is marked how, what was sent, and which servers of lists were asked."""
    for folder, held in house.folders.items():
        for each in held.kept.values():
            flags = "".join(sorted(flag.decode() for flag in each.flags))
            yield f"mail {folder}: {read_headers(each.raw).subject} {flags}".strip()
    for recipients, _ in house.sent:
        yield f"mail sent to {', '.join(recipients)}"
    for url in house.posted:
        yield f"mail asked {url}"
