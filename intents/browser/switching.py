"""Going to a tab, and telling which tabs and windows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

from voiced.plugin import (
    ORDINAL,
    Context,
    Effect,
    Field,
    JsonValue,
    Reply,
    choice,
    intent,
    undoes,
)

from .joined import InUse, in_front, in_order, in_use
from .meaning import Meant, meant, only
from .refusals import failed
from .tab_slots import POINTED, TAB, TABS
from .things import OpenTab, counted, listed
from .undoing import Way, browser_of, way_back

__all__ = ["list_tabs", "list_windows", "step_tab", "switch_tab", "undo_switch"]

_DIRECTION = choice(
    "direction",
    {"next": 1, "following": 1, "previous": -1, "preceding": -1, "one before": -1},
)
_NOTHING = "went nowhere"


@intent(
    "browser.switch",
    sentences=[
        "(switch|change|go|go back|jump|take me) [over] to [the|my] {tab} tab",
        "(switch|change|go|go back|jump|take me) [over] to [(the|my)] (tab|page) "
        "(about|with|of|on|called|from|for|that is) {tab}",
        "(show|bring up|find|open) [me] [the|my] {tab} tab",
        "(show|bring up|find|open) [me] [(the|my)] tab "
        "(about|with|of|on|called|from|for|that is) {tab}",
        "(switch|change|go|jump|take me) [back] to {place} tab",
        "(switch|change|go|jump|take me) to tab {place}",
        "(show|open) [me] {place} tab",
        "(switch|change|go|jump|take me) [over] to {pointed}",
        "(which|what|where is the) tab is (about|with|on) {tab}",
    ],
    effect=Effect.W1,
    critical=["tab", "place", "pointed"],
    examples=["switch to the tab about heat pumps", "go to the third tab"],
)
async def switch_tab(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Switch to a tab, by what it is about or where it stands."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, _NOTHING)
    return await _go_to(context, found)


@intent(
    "browser.step",
    sentences=[
        "[(go|switch|jump) to] [the] {direction} tab",
        "(show|show me) [the] {direction} tab",
    ],
    effect=Effect.W1,
    examples=["next tab", "go to the previous tab"],
)
async def step_tab(context: Context, direction: Annotated[int, _DIRECTION]) -> Reply:
    """Switch to the next or the previous tab of the window."""
    found = await context.in_worker(_beside, context, direction)
    return await _go_to(context, found)


def _beside(context: Context, how_far: int) -> Meant:
    use = in_use(context)
    tabs = use.tabs()
    front = in_front(tabs, use.browser)
    row = in_order(tabs, front.tab.window)
    if len(row) == 1:
        raise failed("one tab only", "There is only one tab here.")
    at = (row.index(front.tab) + how_far) % len(row)
    return Meant(use, OpenTab(row[at], front.run), tabs)


async def _go_to(context: Context, found: Meant) -> Reply:
    before = await context.in_worker(_front_of, found)
    if before == found.tab.tab.id:
        return Reply(f"You are there: {found.tab.spoken}.{found.note}", (found.tab,))
    undo = way_back("browser.switch", found.use.browser, id=before)
    async with context.change(undo, "switched the tab"):
        await context.in_worker(_activate, found.use, found.tab)
    return Reply(
        f"{found.tab.spoken}.{found.note}", (found.tab,), fields=(Field("url", found.tab.tab.url),)
    )


def _front_of(found: Meant) -> int:
    return in_front(found.tabs, found.use.browser).tab.id


def _activate(use: InUse, tab: OpenTab) -> None:
    use.call("tabs.activate", id=tab.tab.id)


@undoes("browser.switch")
async def undo_switch(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Go back to the tab that was in front before."""
    await context.in_worker(_switch_back, context, Way.of(data))
    return "You are back where you were."


def _switch_back(context: Context, way: Way) -> None:
    browser_of(context, way).call("tabs.activate", id=way.number("id"))


@intent(
    "browser.list_tabs",
    sentences=[
        "(what|which) tabs (do i have|have i got|are) [open] [(now|right now)]",
        "(list|tell me|show me|read me) [all] [(my|the)] [open] tabs",
        "how many tabs (do i have|have i got|are) [open]",
        "(what|which) tabs (about|on|from|with) {tabs} (do i have|have i got|are) [open]",
        "(do i have|are there) [any] [open] tabs (about|on|from|with) {tabs}",
        "(what|which) [open] tabs are (about|from|on) {tabs}",
    ],
    effect=Effect.R1,
    examples=["what tabs do I have", "which tabs about cooking do I have"],
)
async def list_tabs(
    context: Context, tabs: Annotated[tuple[OpenTab, ...] | None, TABS] = None
) -> Reply:
    """Tell which tabs are open: all of them, or those about something."""
    use = await context.in_worker(in_use, context)
    found = await context.in_worker(_listed, use, tabs)
    if not found:
        return Reply(f"No tab is open.{use.note}")
    about = " about that" if tabs else ""
    names = listed([each.called for each in found])
    text = f"You have {counted(len(found), 'tab')}{about}: {names}.{use.note}"
    return Reply(text, tuple(found), {"urls": [each.tab.url for each in found]})


def _listed(use: InUse, wanted: Sequence[OpenTab] | None) -> list[OpenTab]:
    """Those of the window in front first, in their order."""
    tabs = list(use.tabs())
    ids = None if wanted is None else {each.tab.id for each in wanted}
    kept = [each for each in tabs if ids is None or each.tab.id in ids]
    if not kept:
        return []
    window = in_front(tabs, use.browser).tab.window
    return sorted(
        kept, key=lambda each: (each.tab.window != window, each.tab.window, each.tab.index)
    )


@intent(
    "browser.list_windows",
    sentences=[
        "(what|which|how many) browser windows (do i have|have i got|are) [open]",
        "(list|tell me|show me) [all] [(my|the)] [open] browser windows",
    ],
    effect=Effect.R1,
    examples=["which browser windows are open"],
)
async def list_windows(context: Context) -> Reply:
    """Tell which windows of the browser are open, and what each shows."""
    use = await context.in_worker(in_use, context)
    tabs = await context.in_worker(use.tabs)
    counts = Counter(each.tab.window for each in tabs)
    shown = [each for each in tabs if each.tab.is_active]
    shown.sort(key=lambda each: -each.tab.last_used_ms)
    told = [f"{each.called}, with {counted(counts[each.tab.window], 'tab')}" for each in shown]
    if not told:
        return Reply(f"No window of the browser is open.{use.note}")
    return Reply(
        f"{counted(len(told), 'window').capitalize()}: {listed(told)}.{use.note}", tuple(shown)
    )
