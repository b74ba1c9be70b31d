"""Opening pages, tabs and windows. Where no browser has joined, the desktop opens pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from voiced.plugin import (
    ADDRESS,
    Context,
    Effect,
    Field,
    IntentDenied,
    InvalidSlots,
    Reply,
    intent,
)

from .addresses import is_web_url
from .joined import InUse, all_joined, in_use, of_run, settings_of
from .opener import browse
from .page_slots import BOOKMARK, SITE, WEBSITE, site_of
from .refusals import not_joined
from .things import OpenTab, Page
from .wire import tab_of

__all__ = [
    "new_tab",
    "new_window",
    "open_bookmark",
    "open_page",
    "open_site",
    "private_window",
]

_OPEN = "(open|open up|go to|visit|take me to|bring up|pull up|navigate to|browse to)"
_KIND = "(website|web site|site|web page|webpage|page|home page|homepage)"


def _effect(values: Mapping[str, Any]) -> Effect:
    """Going to an open tab can be taken back; what is opened goes out to a page that is known."""
    page = values.get("site") or values.get("website")
    is_open = isinstance(page, Page) and page.source == "tab"
    return Effect.W1 if is_open or not values else Effect.O1


@intent(
    "browser.open",
    sentences=[
        f"{_OPEN} [the|my] {{site}}",
        "(go|switch|jump) [over] to [the|my] {site}",
        f"{_OPEN} [the|my] [{_KIND}] {{address}}",
        f"{_OPEN} [the|my] {{website}} {_KIND}",
        f"{_OPEN} (the|a) {_KIND} (of|for|about) [the] {{website}}",
        f"{_OPEN} [the] {{website}} (in (my|the) browser|on the web|on the internet)",
        "open [up] [a] new tab (with|for) {address}",
        "open [up] [a] new tab (with|for) [the] {website}",
        "(open|open up) {address} in a new tab",
        "(open|open up) [the|my] {website} in a new tab",
        "(show|find) me [the] {website} (website|web site|homepage|home page)",
    ],
    effect=Effect.W1,
    effect_of=_effect,
    critical=["site", "website", "address"],
    examples=["open the Debian wiki", "go to example dot org"],
    is_query=True,
)
async def open_site(
    context: Context,
    site: Annotated[Page | None, SITE] = None,
    website: Annotated[Page | None, WEBSITE] = None,
    address: Annotated[str | None, ADDRESS] = None,
) -> Reply:
    """Open a site: its tab, a bookmark, a page that you saw, an address, or a search for it."""
    page = site or website
    if page is None and address is not None:
        if "@" in address:
            raise InvalidSlots("an address of mail", spoken="That is an address of mail.")
        page = await context.in_worker(site_of, address, context)
    if page is None:
        raise InvalidSlots("no site was said", spoken="Which site?")
    return await open_page(context, page)


async def open_page(context: Context, page: Page) -> Reply:
    """Show a page: go to its tab, or open it in the browser, or by the desktop.

    Raises:
        IntentError: It cannot be opened, or is none.
    """
    if page.tab is not None:
        use = await context.in_worker(of_run, context, page.tab)
        (tab,) = await context.in_worker(use.still, [page.tab], "went nowhere")
        await context.in_worker(partial(use.call, "tabs.activate", id=tab.tab.id))
        return Reply(f"{tab.spoken}.", (tab,), fields=(Field("url", tab.tab.url),))
    if not is_web_url(page.url):
        raise IntentDenied("not an http or https URL", spoken="That is no page that I can open.")
    told, opened = await _opened(context, page.url)
    what = "the search" if page.source == "search" else page.spoken
    where = f" for {page.title}" if page.source == "search" else ""
    return Reply(
        f"I opened {what}{where}{told}.", (opened or page,), {"urls": [page.url]},
        fields=(Field("url", page.url),),
    )  # fmt: skip


async def _opened(context: Context, url: str) -> tuple[str, OpenTab | None]:
    """Open a page; what is to be said of where, and its tab."""
    joined = await context.in_worker(all_joined, context)
    if not joined:
        await context.in_worker(browse, url, settings_of(context).opener)
        return " in your browser", None
    use = await context.in_worker(in_use, context)
    tab = tab_of(await context.in_worker(partial(use.call, "tabs.open", url=url)))
    return use.note.rstrip("."), OpenTab(tab, use.browser.run)


@intent(
    "browser.open_bookmark",
    sentences=[
        "(open|go to|visit|show me) [the|my] bookmark (about|for|of|called|named|on) {bookmark}",
        "(open|go to|visit|show me) [the|my] {bookmark} bookmark",
        "(open|go to|visit|show me) [the|my] bookmark {bookmark}",
        "(open|go to|visit) [the|my] {bookmark} from my bookmarks",
    ],
    effect=Effect.O1,
    critical=["bookmark"],
    examples=["open my bookmark about heat pumps"],
    is_query=True,
)
async def open_bookmark(context: Context, bookmark: Annotated[Page, BOOKMARK]) -> Reply:
    """Open a bookmark."""
    if not bookmark.url:
        raise not_joined()
    return await open_page(context, bookmark)


@intent(
    "browser.new_tab",
    sentences=["[open] [up] [a|another] new [empty] tab", "open (a|another|an empty) [empty] tab"],
    effect=Effect.W1,
    examples=["open a new tab"],
)
async def new_tab(context: Context) -> Reply:
    """Open an empty tab."""
    use = await context.in_worker(in_use, context)
    return await _new(context, use, "tabs.open", "a new tab")


@intent(
    "browser.new_window",
    sentences=[
        "[open] [up] [a|another] new browser window",
        "open (a|another) browser window",
        "open (a|another) [new] window (in|of) (the|my) browser",
    ],
    effect=Effect.W1,
    examples=["open a new browser window"],
)
async def new_window(context: Context) -> Reply:
    """Open a window of the browser."""
    use = await context.in_worker(in_use, context)
    return await _new(context, use, "windows.open", "a new window")


@intent(
    "browser.private_window",
    sentences=["[open] [up] (a|another) [new] (private|incognito) [browser] (window|tab)"],
    effect=Effect.W1,
    examples=["open a private window"],
)
async def private_window(context: Context) -> Reply:
    """Open a private window, where the browser's settings let me see them."""
    use = await context.in_worker(in_use, context)
    tab = tab_of(await context.in_worker(partial(use.call, "windows.open", private=True)))
    return Reply(f"I opened a private window.{use.note}", (OpenTab(tab, use.browser.run),))


async def _new(context: Context, use: InUse, op: str, what: str) -> Reply:
    tab = tab_of(await context.in_worker(partial(use.call, op)))
    return Reply(f"I opened {what}.{use.note}", (OpenTab(tab, use.browser.run),))
