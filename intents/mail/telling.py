"""The intents that tell what mail there is: what is new, who wrote, since when.

Subjects and names are anybody's words: they are told as such, and decide nothing.
"""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import DATE_SPAN, Context, DateSpan, Effect, Reply, intent

from .finding import list_of
from .index.lookup import Found, Query
from .matching import found_by, with_account
from .numbers import counted
from .settings import Settings

__all__ = ["tell_new"]

_MOST_NEW = 100
_KEPT = 20
_MAILS = "(mail|mails|email|emails)"


@intent(
    "mail.new",
    sentences=[
        f"(do I have|have I got|is there|are there) [any] (new|unread) {_MAILS}",
        f"any [new|unread] {_MAILS} [for me]",
        "(what's|what is) new in my (mail|inbox|mailbox) [{since}]",
        "(what's|what is) new {since}",
        f"(check|tell me|read [me]) my [new|unread] ({_MAILS}|inbox)",
        "who [has] (wrote|written|mailed|emailed) [to] [me] [{since}]",
    ],
    effect=Effect.R1,
    examples=["do I have new mail", "what's new since yesterday"],
)
async def tell_new(context: Context, since: Annotated[DateSpan | None, DATE_SPAN] = None) -> Reply:
    """Tell what mail is new, and from whom."""
    settings = with_account(context.settings(Settings))
    found = await context.in_worker(_new, settings, since)
    if not found:
        return Reply("Nothing has come in that time." if since else "There is no new mail.")
    count = counted(len(found), of="mail" if since else "new mail", is_most=len(found) >= _MOST_NEW)
    return list_of(found[:_KEPT], f"{count[0].upper()}{count[1:]}.", len(found))


def _new(settings: Settings, since: DateSpan | None) -> list[Found]:
    if since is None:
        return found_by(settings, Query(is_unseen=True, role="inbox", limit=_MOST_NEW))
    span = Query(since=since.start, until=since.end, role="inbox", limit=_MOST_NEW)
    return found_by(settings, span)
