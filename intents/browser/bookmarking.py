"""Bookmarks: kept, found, removed, and brought back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from voiced.plugin import (
    ORDINAL,
    TEXT,
    Context,
    Effect,
    JsonValue,
    Reply,
    intent,
    one_line,
    undoes,
)

from .addresses import is_web_url, same_page
from .joined import InUse, in_use
from .matching import ranked
from .meaning import meant, of_verb, only
from .page_slots import BOOKMARK, FOLDER, Folder, bookmarks
from .refusals import failed, gone, not_joined
from .tab_slots import POINTED, TAB
from .things import OpenTab, Page, counted, listed
from .undoing import Way, profile_of, way_back
from .wire import bookmark_of

__all__ = [
    "add_bookmark",
    "find_bookmarks",
    "remove_bookmark",
    "unbookmark_page",
    "undo_add_bookmark",
    "undo_remove_bookmark",
]

_REMOVE = "(remove|delete|take away|forget)"


@intent(
    "browser.bookmark",
    sentences=[
        *of_verb("(bookmark|add a bookmark for|make a bookmark of)"),
        "(bookmark|save|put|add) (this|the|the current) (page|tab|site) [(in|into|under|to)] "
        "[(the|my)] [folder] {folder} [(folder|bookmarks)]",
        "(bookmark|save) (this|the|the current) (page|tab|site) [as a bookmark]",
        "(add|save) (this|the|the current) (page|tab|site) (to|in|into) [my] bookmarks",
        "bookmark {pointed} (in|into|under) [(the|my)] [folder] {folder} [folder]",
    ],
    effect=Effect.W1,
    critical=["tab", "place", "pointed", "folder"],
    examples=["bookmark this page", "bookmark this page in recipes"],
)
async def add_bookmark(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
    folder: Annotated[Folder | None, FOLDER] = None,
) -> Reply:
    """Bookmark a page, in a folder if one is said."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, "kept nothing")
    use, page = found.use, found.tab
    if not is_web_url(page.tab.url):
        raise failed("no page of the web", "That is no page that can be kept.")
    before = await context.in_worker(bookmarks, use.browser)
    if any(same_page(each.url, page.tab.url) for each in before) and folder is None:
        return Reply(f"{page.called} is bookmarked already.{use.note}", (page,))
    where = {"folder": folder.id} if folder is not None and folder.id else {}
    add = partial(use.call, "bookmarks.add", title=page.tab.title, url=page.tab.url, **where)
    undo = way_back("browser.bookmark", use.browser, url=page.tab.url, before=_ids(before))
    async with context.change(undo, f"bookmarked {page.called}"):
        kept = bookmark_of(await context.in_worker(add))
    into = f" in {one_line(kept.folder)}" if folder is not None and kept.folder else ""
    mark = Page(kept.title, kept.url, "bookmark", id=kept.id)
    return Reply(f"Bookmarked {page.called}{into}.{use.note}", (mark,))


def _ids(pages: list[Page]) -> list[JsonValue]:
    return [each.id for each in pages]


@undoes("browser.bookmark")
async def undo_add_bookmark(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Remove the bookmark that was made."""
    await context.in_worker(_remove_added, context, Way.of(data))
    return "The bookmark is gone again."


def _remove_added(context: Context, way: Way) -> None:
    browser = profile_of(context, way)
    if browser is None:
        raise not_joined()
    before = way.texts("before")
    url = way.text("url")
    added = [each for each in bookmarks(browser) if each.url == url and each.id not in before]
    if not added:
        raise gone("bookmark")
    browser.call("bookmarks.remove", id=added[0].id)


@intent(
    "browser.find_bookmarks",
    sentences=[
        "(find|look for|search for|show me) [(my|the|a)] (bookmark|bookmarks) "
        "(about|for|of|on|with|called) {words}",
        "(search|look through|look in) my bookmarks for {words}",
        "(do i have|is there) [a|any] (bookmark|bookmarks) (about|for|of|on) {words}",
        "(what|which) bookmarks do i have [about {words}]",
        "(list|show me|read me) [all] my bookmarks",
    ],
    effect=Effect.R1,
    examples=["find my bookmarks about cooking"],
)
async def find_bookmarks(context: Context, words: Annotated[str | None, TEXT] = None) -> Reply:
    """Find bookmarks by their titles and sites, or tell the newest."""
    use = await context.in_worker(in_use, context)
    found = await context.in_worker(_found, use, words or "")
    if not found:
        return Reply(f"You have no bookmark like that.{use.note}")
    names = listed([each.spoken for each in found])
    text = f"You have {counted(len(found), 'bookmark')}: {names}.{use.note}"
    return Reply(text, tuple(found), {"urls": [each.url for each in found]})


def _found(use: InUse, words: str) -> list[Page]:
    every = bookmarks(use.browser)
    if not words.strip():
        return every
    fitting = ranked(words, every, lambda each: each.title, lambda each: each.url)
    return [page for _, page in fitting]


@intent(
    "browser.remove_bookmark",
    sentences=[
        f"{_REMOVE} [the|my] bookmark (about|for|of|called|named|on|with) {{bookmark}}",
        f"{_REMOVE} [the|my] {{bookmark}} bookmark",
        f"{_REMOVE} {{bookmark}} from [(my|the)] bookmarks",
        f"{_REMOVE} that bookmark",
    ],
    effect=Effect.W1,
    critical=["bookmark"],
    examples=["remove the bookmark about heat pumps"],
)
async def remove_bookmark(
    context: Context, bookmark: Annotated[Page | None, BOOKMARK] = None
) -> Reply:
    """Remove a bookmark: by its name, or the one that was named last."""
    use = await context.in_worker(in_use, context)
    kept = [e for e in context.assistant.entities if isinstance(e, Page) and e.id]
    wanted = bookmark or (kept[0] if len(kept) == 1 else None)
    if wanted is None:
        raise failed("no bookmark was named", "Which bookmark?")
    return await _remove(context, use, await context.in_worker(_still, use, wanted))


@intent(
    "browser.unbookmark",
    sentences=[
        f"{_REMOVE} (the|this|my) bookmark (of|for|from) (this|the|the current) (page|tab|site)",
        f"{_REMOVE} (this|the|the current) (page|tab|site) from [(my|the)] bookmarks",
        "(unbookmark|un bookmark) (this|the|the current) (page|tab|site)",
        f"{_REMOVE} this bookmark",
    ],
    effect=Effect.W1,
    examples=["remove this page from my bookmarks"],
)
async def unbookmark_page(context: Context) -> Reply:
    """Remove the bookmark of the page in front."""
    use = await context.in_worker(in_use, context)
    return await _remove(context, use, await context.in_worker(_of_front, use))


async def _remove(context: Context, use: InUse, mark: Page) -> Reply:
    record = await context.in_worker(partial(use.call, "bookmarks.get", id=mark.id))
    undo = way_back("browser.remove_bookmark", use.browser, record=record)
    async with context.change(undo, f"removed the bookmark {mark.called}"):
        await context.in_worker(partial(use.call, "bookmarks.remove", id=mark.id))
    return Reply(f"Removed the bookmark {mark.called}.{use.note}")


def _still(use: InUse, wanted: Page) -> Page:
    """The bookmark as it is now."""
    for each in bookmarks(use.browser):
        if each.id == wanted.id and each.url == wanted.url:
            return each
    raise not_joined() if not wanted.url else gone("bookmark")


def _of_front(use: InUse) -> Page:
    url = use.front().tab.url
    for each in bookmarks(use.browser):
        if same_page(each.url, url):
            return each
    raise failed("not bookmarked", "This page has no bookmark.")


@undoes("browser.remove_bookmark")
async def undo_remove_bookmark(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put the bookmark back where it was."""
    await context.in_worker(_restore, context, Way.of(data))
    return "The bookmark is back."


def _restore(context: Context, way: Way) -> None:
    browser = profile_of(context, way)
    if browser is None:
        raise not_joined()
    record = way.data.get("record")
    if not isinstance(record, Mapping):
        raise failed("the journal has no record", "I don't know any more what it was.")
    browser.call("bookmarks.restore", record=record)
