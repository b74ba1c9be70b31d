"""Which of the pages that were found the user knows: open, with a bookmark, or seen before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from voiced.plugin import Context
from voiced_intents.browser.addresses import same_page
from voiced_intents.browser.joined import InUse, all_joined
from voiced_intents.browser.link import Browser
from voiced_intents.browser.page_slots import bookmarks
from voiced_intents.browser.wire import BrowserError, visits_of

from .results import WebResult

__all__ = ["with_known"]

_MOST = 5
_VISITS = 5


async def with_known(context: Context, found: Sequence[WebResult]) -> tuple[WebResult, ...]:
    """The pages, of which the first few say whether they are known."""
    return tuple(await context.in_worker(_with_known, context, found))


def _with_known(context: Context, found: Sequence[WebResult]) -> Sequence[WebResult]:
    for browser in all_joined(context)[:1]:
        with suppress(BrowserError):
            kept = [each.url for each in bookmarks(browser)]
            kept += [each.tab.url for each in InUse(browser).tabs()]
            first = [_told(browser, kept, each) for each in found[:_MOST]]
            return [*first, *found[_MOST:]]
    return found


def _told(browser: Browser, kept: Sequence[str], result: WebResult) -> WebResult:
    if any(same_page(url, result.url) for url in kept):
        return replace(result, is_known=True)
    seen = visits_of(browser.call("history.find", words=result.url, limit=_VISITS))
    return replace(result, is_known=any(same_page(each.url, result.url) for each in seen))
