"""Within one tab: reload its page, go back and forward, scroll, find words on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from voiced.plugin import (
    ORDINAL,
    TEXT,
    Context,
    Effect,
    InvalidSlots,
    JsonValue,
    Reply,
    choice,
    intent,
    one_line,
    undoes,
)

from .joined import in_use
from .meaning import Meant, meant, of_verb, only
from .refusals import failed
from .tab_slots import POINTED, TAB
from .things import OpenTab, counted
from .undoing import Way, browser_of, way_back
from .wire import BrowserError, Tab, tab_of

__all__ = ["find_on_page", "go_back", "go_forward", "reload_page", "scroll_page", "undo_step"]

_HOW = choice(
    "how",
    {
        "down": "down", "up": "up", "further": "down", "on": "down", "to the top": "top",
        "to the bottom": "bottom", "to the beginning": "top", "to the end": "bottom",
        "to the start": "top", "all the way up": "top", "all the way down": "bottom",
    },
)  # fmt: skip
_OTHER_WAY = {"tabs.back": "tabs.forward", "tabs.forward": "tabs.back"}
_LONGEST = 200


@intent(
    "browser.reload",
    sentences=of_verb("(reload|refresh)"),
    effect=Effect.O1,
    critical=["tab", "place", "pointed"],
    examples=["reload this page"],
    is_query=True,
)
async def reload_page(
    context: Context,
    tab: Annotated[OpenTab | None, TAB] = None,
    place: Annotated[int | None, ORDINAL] = None,
    pointed: Annotated[OpenTab | None, POINTED] = None,
) -> Reply:
    """Reload a page that is open."""
    found = await context.in_worker(meant, context, only(tab, pointed), place, "reloaded nothing")
    await context.in_worker(partial(found.use.call, "tabs.reload", id=found.tab.tab.id))
    return Reply(f"Reloaded {found.tab.called}.{found.note}", (found.tab,))


@intent(
    "browser.back",
    sentences=[
        "(go|take me) back [(a|one) page] [in (my|the) browser]",
        "(go|take me|back) to the (previous|last) page",
        "[the] (previous|last) page",
    ],
    effect=Effect.W1,
    examples=["go back", "go to the previous page"],
)
async def go_back(context: Context) -> Reply:
    """Go back to the page that the tab showed before."""
    return await _step(context, "tabs.back", "There is no page to go back to.")


@intent(
    "browser.forward",
    sentences=[
        "(go|take me) forward[s] [(a|one) page] [in (my|the) browser]",
        "(go|take me|forward) to the next page",
    ],
    effect=Effect.W1,
    examples=["go forward"],
)
async def go_forward(context: Context) -> Reply:
    """Go forward again to the page that the tab showed after this one."""
    return await _step(context, "tabs.forward", "There is no page to go forward to.")


async def _step(context: Context, op: str, nothing: str) -> Reply:
    found = await context.in_worker(meant, context, None, None, "went nowhere")
    undo = way_back("browser.go", found.use.browser, id=found.tab.tab.id, op=_OTHER_WAY[op])
    try:
        async with context.change(undo, "went back" if op == "tabs.back" else "went forward"):
            now = await context.in_worker(_stepped, found, op)
    except BrowserError as error:
        if error.reason != "no_such":
            raise
        raise failed("no page in that direction", nothing) from error
    there = OpenTab(now, found.use.browser.run)
    return Reply(f"{there.spoken}.{found.note}", (there,))


def _stepped(found: Meant, op: str) -> Tab:
    return tab_of(found.use.call(op, id=found.tab.tab.id))


@undoes("browser.go")
async def undo_step(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Go the other way."""
    way = Way.of(data)
    op = "tabs.back" if way.text("op") == "tabs.back" else "tabs.forward"
    await context.in_worker(_back_again, context, way, op)
    return "The tab shows what it did before."


def _back_again(context: Context, way: Way, op: str) -> None:
    browser_of(context, way).call(op, id=way.number("id"))


@intent(
    "browser.scroll",
    sentences=[
        "scroll {how} [a bit|a little|a page|further]",
        "(go|move|jump) {how} (of|on) (this|the) page",
        "page (down|up) {how}",
        "scroll [(this|the) page] {how}",
    ],
    effect=Effect.R1,
    examples=["scroll down", "scroll to the top"],
)
async def scroll_page(context: Context, how: Annotated[str, _HOW]) -> Reply:
    """Scroll the page."""
    found = await context.in_worker(meant, context, None, None, "scrolled nothing")
    place = await context.in_worker(
        partial(found.use.call, "page.scroll", id=found.tab.tab.id, how=how)
    )
    at, of = _number(place, "at"), _number(place, "of")
    ends = {"down": at >= of, "up": at <= 0}
    if ends.get(how):
        return Reply(f"That is the {'end' if how == 'down' else 'top'} of the page.{found.note}")
    return Reply(found.note.strip())


def _number(value: JsonValue, name: str) -> float:
    found = value.get(name) if isinstance(value, Mapping) else None
    return float(found) if isinstance(found, int | float) else 0.0


@intent(
    "browser.find_on_page",
    sentences=[
        "(find|search for|look for|where is) [the (word|words|text)] {text} (on|in) (this|the) "
        "(page|site|website)",
        "(search|look through|search through) (this|the) (page|site|website) for {text}",
        "does (this|the) page (mention|say something about|contain) {text}",
    ],
    effect=Effect.R1,
    examples=["find refund on this page"],
)
async def find_on_page(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Find words on the page, and show the first place."""
    words = one_line(text).strip()[:_LONGEST]
    if not words:
        raise InvalidSlots("no words to find", spoken="What shall I look for on the page?")
    use = await context.in_worker(in_use, context)
    front = await context.in_worker(use.front)
    found = await context.in_worker(partial(use.call, "page.find", id=front.tab.id, text=words))
    number = int(_number(found, "count"))
    if not number:
        return Reply(f"{words} is not on this page.{use.note}", (front,))
    return Reply(f"I found it {_times(number)}.{use.note}", (front,))


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, counted(number, "time"))
