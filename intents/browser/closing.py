"""Closing tabs and windows, and bringing back what was closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

from voiced.plugin import (
    NUMBER,
    ORDINAL,
    Context,
    Effect,
    JsonValue,
    Reply,
    intent,
    undoes,
)

from .addresses import is_web_url
from .joined import InUse, in_front, in_use, of_run
from .link import Browser
from .meaning import meant, of_verb, only
from .refusals import failed, not_joined
from .tab_slots import NAMED, TAB, TABS
from .things import OpenTab, counted, listed
from .undoing import Way, browser_of, profile_of, way_back
from .wire import Tab, tabs_of

__all__ = [
    "close_all",
    "close_others",
    "close_several",
    "close_tab",
    "close_window",
    "reopen_tab",
    "undo_close",
    "undo_close_window",
]

_VERB = "(close|shut|get rid of)"
_NOTHING = "closed nothing"


@intent(
    "browser.close",
    sentences=[
        *(each for each in of_verb(_VERB) if "{pointed}" not in each),
        f"{_VERB} [the|my] {{named}}",
    ],
    effect=Effect.W1,
    critical=["tab", "place", "named"],
    examples=["close this tab", "close the tab about heat pumps"],
)
async def close_tab(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    named: Annotated[OpenTab | None, NAMED] = None,
) -> Reply:
    """Close a tab."""
    found = await context.in_worker(meant, context, only(tab, named), place, _NOTHING)
    return await _close(context, found.use, [found.tab])


@intent(
    "browser.close_several",
    sentences=[
        f"{_VERB} (all|every|all the|all my|all of the|all of my|both|both of the|these|those) "
        "{tabs} (tab|tabs)",
        f"{_VERB} [(all|all of|both|both of)] [(the|my|these|those)] [{{count}}] tabs "
        "(about|with|of|on|from|for) {tabs}",
        f"{_VERB} (all|everything|all of them|the {{count}}) (about|with|on|from) {{tabs}}",
        f"{_VERB} [all|all of|both|both of] (these|those|them) [{{count}}] [tabs]",
        f"{_VERB} them all",
    ],
    effect=Effect.W1,
    critical=["tabs", "count"],
    examples=["close all tabs about cooking", "close the three about cooking"],
)
async def close_several(
    context: Context,
    tabs: Annotated[tuple[OpenTab, ...] | None, TABS] = None,
    count: Annotated[float | None, NUMBER] = None,
) -> Reply:
    """Close all tabs about something, or those that were named last."""
    meant_all = tabs or tuple(e for e in context.assistant.entities if isinstance(e, OpenTab))
    if not meant_all:
        await context.in_worker(in_use, context)
        raise failed("no tabs were named", "Which tabs? Say what they are about.")
    if count is not None and count != len(meant_all):
        names = listed([each.called for each in meant_all])
        text = f"I find {counted(len(meant_all), 'tab')}: {names}. I closed nothing."
        raise failed("another number of tabs fits", text)
    use = await context.in_worker(of_run, context, meant_all[0])
    still = await context.in_worker(use.still, meant_all, _NOTHING)
    return await _close(context, use, still)


@intent(
    "browser.close_others",
    sentences=[
        f"{_VERB} (all|every|all the|all of the|all my) other (tab|tabs)",
        f"{_VERB} the other tabs",
        f"{_VERB} (all|all tabs|all my tabs|all the tabs|everything|every tab) "
        "(but|except|except for|apart from) "
        "(this|this one|this tab|the current one|the current tab)",
    ],
    effect=Effect.W1,
    examples=["close all tabs but this one"],
)
async def close_others(context: Context) -> Reply:
    """Close every tab of the window but the one in front; pinned ones stay."""
    use = await context.in_worker(in_use, context)
    found = await context.in_worker(_others, use)
    if not found:
        return Reply(f"There is no other tab here.{use.note}")
    return await _close(context, use, found)


def _others(use: InUse) -> list[OpenTab]:
    tabs = use.tabs()
    front = in_front(tabs, use.browser)
    beside = [each for each in tabs if each.tab.window == front.tab.window and each != front]
    return [each for each in beside if not each.tab.is_pinned]


@intent(
    "browser.close_all",
    sentences=[f"{_VERB} (all [[of] (the|my)]|every|all my open) (tab|tabs)"],
    effect=Effect.W1,
    examples=["close all tabs"],
)
async def close_all(context: Context) -> Reply:
    """Close every tab of the window; an empty one is left, so that the browser stays open."""
    use = await context.in_worker(in_use, context)
    found = await context.in_worker(_of_window, use)
    return await _close(context, use, found)


def _of_window(use: InUse) -> list[OpenTab]:
    tabs = use.tabs()
    front = in_front(tabs, use.browser)
    return [each for each in tabs if each.tab.window == front.tab.window]


async def _close(context: Context, use: InUse, tabs: Sequence[OpenTab]) -> Reply:
    what = tabs[0].called if len(tabs) == 1 else counted(len(tabs), "tab")
    ids: list[JsonValue] = [each.tab.id for each in tabs]
    noted = tabs[0].noted if len(tabs) == 1 else what
    pages: list[JsonValue] = [each.tab.url for each in tabs if not each.tab.is_private]
    places: list[JsonValue] = [
        {"window": each.tab.window, "index": each.tab.index} for each in tabs
    ]
    undo = way_back("browser.close", use.browser, ids=ids, pages=pages, places=places)
    async with context.change(undo, f"closed {noted}"):
        await context.in_worker(_shut, use, tabs)
    return Reply(f"Closed {what}.{use.note}")


def _shut(use: InUse, tabs: Sequence[OpenTab]) -> None:
    """Close them; a browser that loses its last tab would end, and its undo with it."""
    if len(tabs) >= len(use.tabs()):
        use.call("tabs.open", window=tabs[0].tab.window)
    use.call("tabs.close", ids=[each.tab.id for each in tabs])


@undoes("browser.close")
async def undo_close(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Reopen what was closed, with its history; after a restart of the browser, its pages anew."""
    way = Way.of(data)
    return await context.in_worker(_reopen, context, way)


def _reopen(context: Context, way: Way) -> str:
    browser = profile_of(context, way)
    if browser is None:
        raise not_joined()
    if browser.run == way.run:
        tabs = tabs_of(browser.call("tabs.reopen", ids=way.numbers("ids")))
        _put_in_place(browser, tabs, way)
        number = len(tabs)
        return f"{counted(number, 'tab').capitalize()} {'is' if number == 1 else 'are'} open again."
    for url in filter(is_web_url, way.texts("pages")):
        browser.call("tabs.open", url=url, background=True)
    return "The browser was restarted since, so I opened them anew, without their history."


def _put_in_place(browser: Browser, tabs: Sequence[Tab], way: Way) -> None:
    """Of several, a browser may bring back each to where it stood when it went, one by one."""
    pairs = zip(tabs, way.rows("places"), strict=False)
    for tab, row in sorted(pairs, key=lambda pair: int(str(pair[1]["index"]))):
        if len(tabs) > 1 and tab.window == row["window"]:
            browser.call("tabs.move", ids=[tab.id], window=tab.window, index=row["index"])


@intent(
    "browser.close_window",
    sentences=[f"{_VERB} (this|the|my|the current) browser window"],
    effect=Effect.W1,
    examples=["close this browser window"],
)
async def close_window(context: Context) -> Reply:
    """Close the window of the browser that is used, with its tabs."""
    use = await context.in_worker(in_use, context)
    found = await context.in_worker(_of_window, use)
    window = found[0].tab.window
    undo = way_back("browser.close_window", use.browser, window=window)
    async with context.change(undo, f"closed a window with {counted(len(found), 'tab')}"):
        await context.in_worker(_shut_window, use, window)
    return Reply(f"Closed the window with {counted(len(found), 'tab')}.{use.note}")


def _shut_window(use: InUse, window: int) -> None:
    """Close it; where it is the last, an empty one is left, so that the browser stays open."""
    if all(each.tab.window == window for each in use.tabs()):
        use.call("windows.open")
    use.call("windows.close", id=window)


@undoes("browser.close_window")
async def undo_close_window(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Reopen the window."""
    way = Way.of(data)
    browser = await context.in_worker(browser_of, context, way)
    windows: list[JsonValue] = [way.number("window")]
    await context.in_worker(partial(browser.call, "tabs.reopen", windows=windows))
    return "The window is open again."


@intent(
    "browser.reopen",
    sentences=[
        "(reopen|bring back|restore|open again) (the|my|that) [last] [closed] tab "
        "[(that|which) i [just] closed]",
        "(reopen|bring back|restore|open) (what|the tab|the page) (i|you) [just] closed [last]",
        "open the [last] closed tab [again]",
    ],
    effect=Effect.W1,
    examples=["reopen the closed tab"],
)
async def reopen_tab(context: Context) -> Reply:
    """Reopen what was closed last."""
    use = await context.in_worker(in_use, context)
    found = await context.in_worker(_reopened, use)
    names = listed([each.spoken for each in found])
    return Reply(f"{names}.{use.note}" if found else "Nothing was closed.", tuple(found))


def _reopened(use: InUse) -> list[OpenTab]:
    return [OpenTab(tab, use.browser.run) for tab in tabs_of(use.call("tabs.reopen"))]
