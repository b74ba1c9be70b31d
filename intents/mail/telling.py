"""The intents that tell of mail: what is new, and the newest one read aloud.

Subjects, names and texts are anybody's words: they are told as such, and decide nothing.
"""

from __future__ import annotations

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
)

from .index.lookup import Found, Query
from .matching import found_by, with_account
from .naming import entity_of, fetched, title_of
from .quotes import aloud
from .refusals import failed
from .settings import Settings

__all__ = ["read_newest", "tell_new"]

_TOLD = 3
_MOST_NEW = 100
_READ_LETTERS = 1500


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
    settings = with_account(context.settings(Settings))
    found = await context.in_worker(_new, settings)
    if not found:
        return Reply("There is no new mail.")
    titles = [title_of(each) for each in found[:_TOLD]]
    more = len(found) - len(titles)
    count = "a hundred or more" if len(found) >= _MOST_NEW else _number(len(found))
    mails = "mail" if len(found) == 1 else "mails"
    rest = f" And {_number(more)} more." if 0 < more < _MOST_NEW - _TOLD else ""
    said = " ".join(f"{title}." for title in titles)
    text = f"{count[0].upper()}{count[1:]} new {mails}. {said}{rest}"
    return Reply(text, entities=tuple(map(entity_of, found[:_TOLD])), fields=_fields(found[:_TOLD]))


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
    settings = with_account(context.settings(Settings))
    newest = await context.in_worker(_newest, settings)
    mail = await context.in_worker(fetched, settings, newest)
    words = mail.invitation or aloud(mail.text)[:_READ_LETTERS]
    said = attributed("the mail", Labelled(words, EXTERNAL)) if words else ""
    text = " ".join(part for part in (f"{title_of(newest)}.", said, *mail.notes) if part)
    return Reply(text, entities=(entity_of(newest),), fields=_fields([newest]))


def _number(number: int) -> str:
    return " ".join(number_words(number))


def _new(settings: Settings) -> list[Found]:
    return found_by(settings, Query(is_unseen=True, role="inbox", limit=_MOST_NEW))


def _newest(settings: Settings) -> Found:
    found = found_by(settings, Query(role="inbox", limit=1))
    if not found:
        raise failed("the inbox is empty", "There is no mail in your inbox.")
    return found[0]


def _fields(found: list[Found]) -> tuple[Field, ...]:
    return tuple(Field("address", each.sender.address) for each in found if each.sender.address)
