"""Moving, pinning and muting tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Literal, TypeAlias

from voiced.plugin import (
    ORDINAL,
    Context,
    Effect,
    JsonValue,
    Reply,
    Undo,
    choice,
    intent,
    undoes,
)

from .joined import InUse, in_order, in_use, of_run
from .meaning import Meant, meant, of_verb, only
from .refusals import failed
from .tab_slots import POINTED, TAB, TABS
from .things import OpenTab, counted
from .undoing import Way, browser_of, way_back

__all__ = [
    "move_several",
    "move_tab",
    "mute_tab",
    "pin_tab",
    "place_tab",
    "undo_move",
    "undo_set",
    "unmute_tab",
    "unpin_tab",
]

_NEW = "(to|into|in) (a|its own|a new|another|a separate) [new] window"
_NOTHING = "changed nothing"
_END = choice("end", {"beginning": 0, "start": 0, "front": 0, "end": -1, "back": -1})
Kind: TypeAlias = Literal["pinned", "muted"]
_SAID: Mapping[tuple[Kind, bool], str] = {
    ("pinned", True): "Pinned", ("pinned", False): "Unpinned",
    ("muted", True): "Muted", ("muted", False): "Unmuted",
}  # fmt: skip


@intent(
    "browser.move",
    sentences=[f"{each} {_NEW}" for each in of_verb("(move|put|open|pull)")],
    effect=Effect.W1,
    critical=["tab", "place", "pointed"],
    examples=["move this tab to a new window"],
)
async def move_tab(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Move a tab to a new window."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, "moved nothing")
    return await _move(context, found.use, [found.tab])


@intent(
    "browser.move_several",
    sentences=[
        f"(move|put|pull) (all|all the|all my|both|these|those) {{tabs}} tabs {_NEW}",
        f"(move|put|pull) [all] [the|my] tabs (about|with|of|on|from|for) {{tabs}} {_NEW}",
        f"(move|put|pull) [all|all of|both|both of] (these|those|them) [tabs] {_NEW}",
    ],
    effect=Effect.W1,
    critical=["tabs"],
    examples=["move the tabs about cooking to a new window"],
)
async def move_several(
    context: Context, tabs: Annotated[tuple[OpenTab, ...] | None, TABS] = None
) -> Reply:
    """Move all tabs about something, or those that were named last, to a new window."""
    every = tabs or tuple(e for e in context.assistant.entities if isinstance(e, OpenTab))
    if not every:
        await context.in_worker(in_use, context)
        raise failed("no tabs were named", "Which tabs? Say what they are about.")
    use = await context.in_worker(of_run, context, every[0])
    return await _move(context, use, await context.in_worker(use.still, every, "moved nothing"))


async def _move(context: Context, use: InUse, tabs: Sequence[OpenTab]) -> Reply:
    windows = {each.tab.window for each in tabs}
    everything = await context.in_worker(use.tabs)
    beside = [each for each in everything if each.tab.window in windows]
    if len(beside) == len(tabs) and len(windows) == 1:
        raise failed("alone in its window", "There is nothing else in this window.")
    what = tabs[0].called if len(tabs) == 1 else counted(len(tabs), "tab")
    noted = tabs[0].noted if len(tabs) == 1 else what
    ids: list[JsonValue] = [each.tab.id for each in tabs]
    async with context.change(_places(use, tabs), f"moved {noted} to a new window"):
        await context.in_worker(partial(use.call, "tabs.move", ids=ids, window="new"))
    return Reply(f"Moved {what} to a new window.{use.note}", tuple(tabs))


def _places(use: InUse, tabs: Sequence[OpenTab]) -> Undo:
    """The way back: where each stands now."""
    rows: list[JsonValue] = [
        {"id": each.tab.id, "window": each.tab.window, "index": each.tab.index} for each in tabs
    ]
    return way_back("browser.move", use.browser, places=rows)


@intent(
    "browser.place",
    sentences=[f"{each} to the [very] {{end}}" for each in of_verb("(move|put)")],
    effect=Effect.W1,
    critical=["tab", "place", "pointed"],
    examples=["move this tab to the beginning"],
)
async def place_tab(
    context: Context,
    end: Annotated[int, _END],
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Move a tab to the beginning or the end of its window."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, "moved nothing")
    use, moved = found.use, found.tab
    index = await context.in_worker(_index_of, use, moved, end)
    async with context.change(_places(use, [moved]), f"moved {moved.noted}"):
        ids: list[JsonValue] = [moved.tab.id]
        move = partial(use.call, "tabs.move", ids=ids, window=moved.tab.window, index=index)
        await context.in_worker(move)
    return Reply(f"Moved {moved.called}.{use.note}", (moved,))


def _index_of(use: InUse, moved: OpenTab, end: int) -> int:
    """Which number that end has: pinned tabs stand before all others."""
    row = in_order(use.tabs(), moved.tab.window)
    pinned = sum(each.is_pinned for each in row)
    if end == 0:
        return 0 if moved.tab.is_pinned else pinned
    return pinned - 1 if moved.tab.is_pinned else len(row) - 1


@undoes("browser.move")
async def undo_move(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put each back where it was."""
    way = Way.of(data)
    places = sorted(way.rows("places"), key=lambda row: int(str(row["index"])))
    await context.in_worker(_put_back, context, way, places)
    return f"{counted(len(places), 'tab').capitalize()} {'is' if len(places) == 1 else 'are'} back."


def _put_back(context: Context, way: Way, places: Sequence[Mapping[str, JsonValue]]) -> None:
    browser = browser_of(context, way)
    for row in places:
        browser.call("tabs.move", ids=[row["id"]], window=row["window"], index=row["index"])


@intent(
    "browser.pin",
    sentences=of_verb("(pin|pin up)"),
    effect=Effect.W1,
    critical=["tab", "place", "pointed"],
    examples=["pin this tab"],
)
async def pin_tab(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Pin a tab."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, _NOTHING)
    return await _set(context, found, "pinned", to=True)


@intent(
    "browser.unpin",
    sentences=of_verb("(unpin|un pin)"),
    effect=Effect.W1,
    critical=["tab", "place", "pointed"],
    examples=["unpin this tab"],
)
async def unpin_tab(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Unpin a tab."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, _NOTHING)
    return await _set(context, found, "pinned", to=False)


@intent(
    "browser.mute",
    sentences=of_verb("(mute|silence)"),
    effect=Effect.W1,
    critical=["tab", "place", "pointed"],
    examples=["mute this tab"],
)
async def mute_tab(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Mute a tab."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, _NOTHING)
    return await _set(context, found, "muted", to=True)


@intent(
    "browser.unmute",
    sentences=of_verb("(unmute|un mute)"),
    effect=Effect.W1,
    critical=["tab", "place", "pointed"],
    examples=["unmute this tab"],
)
async def unmute_tab(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Unmute a tab."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, _NOTHING)
    return await _set(context, found, "muted", to=False)


async def _set(context: Context, found: Meant, what: Kind, *, to: bool) -> Reply:
    tab, use = found.tab, found.use
    done = _SAID[what, to]
    before = tab.tab.is_pinned if what == "pinned" else tab.tab.is_muted
    if before == to:
        return Reply(f"{tab.called} is {done.lower()} already.{use.note}", (tab,))
    way = way_back(
        "browser.set", use.browser, id=tab.tab.id, what=what, before=before,
        window=tab.tab.window, index=tab.tab.index,
    )  # fmt: skip
    async with context.change(way, f"{done.lower()} {tab.noted}"):
        ids: list[JsonValue] = [tab.tab.id]
        await context.in_worker(partial(use.call, "tabs.set", ids=ids, **{what: to}))
    return Reply(f"{done} {tab.called}.{use.note}", (tab,))


@undoes("browser.set")
async def undo_set(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Pin or mute it as it was before."""
    way = Way.of(data)
    what: Kind = "muted" if way.text("what") == "muted" else "pinned"
    await context.in_worker(_set_back, context, way, what)
    done = _SAID[what, data.get("before") is True]
    return f"The tab is {done.lower()} again."


def _set_back(context: Context, way: Way, what: Kind) -> None:
    ids: list[JsonValue] = [way.number("id")]
    before = way.data.get("before") is True
    browser = browser_of(context, way)
    browser.call("tabs.set", ids=ids, **{what: before})
    if what == "pinned":  # pinning has moved it
        window, index = way.number("window"), way.number("index")
        browser.call("tabs.move", ids=ids, window=window, index=index)
