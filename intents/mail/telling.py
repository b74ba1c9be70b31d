"""The intents that tell of mail: what is new, and the newest one read aloud.

Subjects, names and texts are anybody's words: they are told as such, and decide nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from voiced.plugin import (
    EXTERNAL,
    Context,
    Effect,
    Field,
    Labelled,
    Reply,
    attributed,
    intent,
    number_words,
    one_line,
)

from .imap import Session
from .index.lookup import Found, Index, Query
from .mime import Mail, read_mail
from .oauth import Key
from .quotes import aloud
from .refusals import Gone, failed
from .settings import Settings

__all__ = ["MailEntity", "read_newest", "tell_new"]

_TOLD = 3
_MOST_NEW = 100
_MOST_BYTES = 2 * 2**20
_READ_LETTERS = 1500
_SHORT = 120


@dataclass(frozen=True, slots=True)
class MailEntity:
    """A mail that was named. ``account`` and ``number`` find it in the index."""

    account: str
    number: int
    title: str

    @property
    def kind(self) -> str:
        """What it is."""
        return "mail"

    @property
    def spoken(self) -> str:
        """Who wrote it, and about what: the sender's words."""
        return self.title


@intent(
    "mail.new",
    sentences=[
        "(do I have|have I got|is there|are there) [any] (new|unread) (mail|mails|email|emails)",
        "any [new|unread] (mail|mails|email|emails) [for me]",
        "(what's|what is) new in my (mail|inbox|mailbox)",
        "(check|tell me) my [new] (mail|mails|email|emails|inbox)",
    ],
    effect=Effect.R1,
    examples=["do I have new mail", "what's new in my inbox"],
)
async def tell_new(context: Context) -> Reply:
    """Tell what mail is new, and from whom."""
    settings = _with_account(context)
    found = await context.in_worker(_new, settings)
    if not found:
        return Reply("There is no new mail.")
    titles = [_title(each) for each in found[:_TOLD]]
    more = len(found) - len(titles)
    count = "a hundred or more" if len(found) >= _MOST_NEW else _number(len(found))
    mails = "mail" if len(found) == 1 else "mails"
    rest = f" And {_number(more)} more." if 0 < more < _MOST_NEW - _TOLD else ""
    said = " ".join(f"{title}." for title in titles)
    text = f"{count[0].upper()}{count[1:]} new {mails}. {said}{rest}"
    return Reply(text, entities=tuple(map(_entity, found[:_TOLD])), fields=_fields(found[:_TOLD]))


@intent(
    "mail.read_newest",
    sentences=[
        "read [me] (my|the) (newest|latest|last|new) (mail|email)",
        "(what does|what's in) (my|the) (newest|latest|last) (mail|email) [say]",
    ],
    effect=Effect.R1,
    deadline_s=30,
    examples=["read my newest mail", "read me the latest email"],
)
async def read_newest(context: Context) -> Reply:
    """Read the newest mail aloud."""
    settings = _with_account(context)
    newest = await context.in_worker(_newest, settings)
    mail = await context.in_worker(fetched, settings, newest)
    words = mail.invitation or aloud(mail.text)[:_READ_LETTERS]
    said = attributed("the mail", Labelled(words, EXTERNAL)) if words else ""
    text = " ".join(part for part in (f"{_title(newest)}.", said, *mail.notes) if part)
    return Reply(text, entities=(_entity(newest),), fields=_fields([newest]))


def fetched(settings: Settings, found: Found) -> Mail:
    """A mail of the index, read from its server; nothing is marked as read. It blocks.

    Raises:
        Gone: It is not there any more.
        IntentError: The server cannot be reached, or says no.
    """
    key = Key(found.account, settings.accounts[found.account], settings.timeout_s)

    def look(client: Any) -> bytes:
        row = client.fetch([found.uid], [f"BODY.PEEK[]<0.{_MOST_BYTES}>"]).get(found.uid, {})
        raw = next((value for name, value in row.items() if name.startswith(b"BODY[")), b"")
        return bytes(raw or b"")

    with Session(key, timeout_s=settings.timeout_s) as session:
        raw = session.repeat(look, found.folder)
    if not raw:
        raise Gone("the mail is not there", spoken="That mail is not there any more.")
    return read_mail(raw)


def _number(number: int) -> str:
    return " ".join(number_words(number))


def _with_account(context: Context) -> Settings:
    settings = context.settings(Settings)
    if not settings.accounts:
        raise failed(
            "there is no mail account",
            "You have no mail account here yet.",
            "run `voiced mail setup`",
        )
    return settings


def _new(settings: Settings) -> list[Found]:
    return _found(settings, Query(is_unseen=True, role="inbox", limit=_MOST_NEW))


def _newest(settings: Settings) -> Found:
    found = _found(settings, Query(role="inbox", limit=1))
    if not found:
        raise failed("the inbox is empty", "There is no mail in your inbox.")
    return found[0]


def _found(settings: Settings, query: Query) -> list[Found]:
    """What the index holds.

    Raises:
        IntentFailed: There is none yet, or it is damaged.
    """
    try:
        index = Index(settings)
        if not any(each.known for each in index.progress()):
            trouble = next((each.trouble for each in index.progress() if each.trouble), "")
            raise failed(
                "the index of the mail is not there yet",
                trouble or "I don't know your mail yet. I get to know it while I listen.",
                "run `voiced mail status`",
            )
        return index.find(query)
    except sqlite3.Error as error:
        raise failed(
            f"the index of the mail cannot be read: {type(error).__name__}",
            "My list of your mail is broken. I make a new one while I listen.",
        ) from error


def _title(found: Found) -> str:
    sender = one_line(found.sender.name)[:_SHORT] or found.sender.address or "somebody"
    subject = one_line(found.subject)[:_SHORT].rstrip(".")
    return f"From {sender}: {subject or 'without a subject'}"


def _entity(found: Found) -> MailEntity:
    return MailEntity(found.account, found.number, _title(found))


def _fields(found: list[Found]) -> tuple[Field, ...]:
    return tuple(Field("address", each.sender.address) for each in found if each.sender.address)
