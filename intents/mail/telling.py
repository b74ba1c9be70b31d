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
_ANY = "(mail|mails|email|emails|message|messages)"


@intent(
    "mail.new",
    sentences=[
        f"(do I have|have I got|did I get|is there|are there) [any] [new|unread] {_MAILS}",
        f"(what|which) {_MAILS} came [in] {{when}}",
        f"(what|which|how many) [new|unread] {_MAILS} (do I have|have I got|are there|came)",
        f"how many [new|unread] {_MAILS}",
        f"(what|which|how many) [new|unread] {_MAILS} (did I get|have come) [in] {{when}}",
        f"any [new|unread] {_MAILS} {{when}}",
        f"(do I have|have I got|did I get) any [new|unread] {_MAILS} {{when}}",
        f"any new {_ANY}",
        f"do I have any new {_ANY}",
        f"read [me] all [of] my (new|unread) {_ANY}",
        "(has|did) (anyone|anybody) (written|write|mail|mailed) [to me|me] [{when}]",
        f"any [new|unread] {_MAILS} [for me]",
        "(what's|what is) new in my (mail|inbox|mailbox)",
        "(what's|what is) new [in my (mail|inbox)] since {since}",
        f"(check|tell me|read [me]|show [me]) my [new|unread] ({_MAILS}|inbox)",
        "who (wrote|has written) [to] [me] [{when}]",
    ],
    effect=Effect.R1,
    examples=["do I have new mail", "what's new since yesterday"],
)
async def tell_new(
    context: Context,
    when: Annotated[DateSpan | None, DATE_SPAN] = None,
    since: Annotated[DateSpan | None, DATE_SPAN] = None,
) -> Reply:
    """Tell what mail is new, and from whom."""
    settings = with_account(context.settings(Settings))
    span = when or (since and DateSpan(since.start, context.now))
    found = await context.in_worker(_new, settings, span)
    if not found:
        return Reply("Nothing has come in that time." if span else "There is no new mail.")
    count = counted(len(found), of="mail" if span else "new mail", is_most=len(found) >= _MOST_NEW)
    return list_of(found[:_KEPT], f"{count[0].upper()}{count[1:]}.", len(found))


def _new(settings: Settings, span: DateSpan | None) -> list[Found]:
    if span is None:
        return found_by(settings, Query(is_unseen=True, role="inbox", limit=_MOST_NEW))
    asked = Query(since=span.start, until=span.end, role="inbox", limit=_MOST_NEW)
    return found_by(settings, asked)
