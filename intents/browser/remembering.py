"""The history: a page that was seen is found, and a span of time is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from voiced.plugin import (
    DATE_SPAN,
    TEXT,
    Context,
    DateSpan,
    Effect,
    JsonValue,
    Reply,
    intent,
    one_line,
)

from .addresses import is_web_url
from .joined import InUse, in_use
from .matching import ranked, told_words
from .things import Page, counted, listed
from .wire import Visit, visits_of

__all__ = ["clear_history", "find_visit"]

_MOST, _LOOKED_THROUGH = 8, 1000
_A = "[(the|that|a|an|any|my)]"
_PAGE = "(page|web page|webpage|website|site|article|blog post)"
_SEEN = "(i|we) (read|saw|visited|looked at|was reading|had open|opened)"
_CLEAR = "(clear|delete|erase|wipe|forget)"
_HISTORY = "[(my|the)] [(browser|browsing|web|browser's)] history"


@intent(
    "browser.find_visit",
    sentences=[
        f"(find|search for|look for|show me|what was|where is) {_A} {_PAGE} (about|on|with|of) "
        "{words} [(from|of)] [{when}]",
        f"(find|search for|look for|show me|what was|where is) {_A} {_PAGE} [(about|on|with|of) "
        f"{{words}}] [(that|which)] {_SEEN} [{{when}}]",
        f"(find|search|look for|look up|search for) {{words}} (in|from) {_HISTORY} [from] "
        "[{when}]",
        f"search {_HISTORY} [from] [{{when}}] for {{words}}",
        "what did i (read|look at|look up|see) [on the (web|internet)] about {words} [{when}]",
        f"(which|what) {_PAGE}[s] did i (read|see|visit|look at|open) [about {{words}}] {{when}}",
    ],
    effect=Effect.R1,
    examples=["find the page about heat pumps from last week"],
)
async def find_visit(
    context: Context,
    words: Annotated[str | None, TEXT] = None,
    when: Annotated[DateSpan | None, DATE_SPAN] = None,
) -> Reply:
    """Find a page that you saw, by what it was about and when."""
    use = await context.in_worker(in_use, context)
    found = await context.in_worker(_seen, use, one_line(words or "").strip(), when)
    if not found:
        return Reply(f"I find no such page in your history.{use.note}")
    names = listed([each.spoken for each in found])
    number = counted(len(found), "page")
    text = f"I found {names}." if len(found) == 1 else f"I found {number}: {names}."
    return Reply(f"{text}{use.note}", tuple(found), {"urls": [each.url for each in found]})


def _seen(use: InUse, words: str, when: DateSpan | None) -> list[Page]:
    """What the browser finds by the words as they are, else what sounds like them."""
    span = _span(when)
    find = partial(use.call, "history.find", **span)
    visits = visits_of(find(words=" ".join(told_words(words)), limit=_MOST))
    if not visits and words:
        visits = _alike(words, visits_of(find(words="", limit=_LOOKED_THROUGH)))
    return [
        Page(each.title, each.url, "visited") for each in visits[:_MOST] if is_web_url(each.url)
    ]


def _alike(words: str, visits: Sequence[Visit]) -> list[Visit]:
    found = ranked(words, visits, lambda each: each.title, lambda each: each.url)
    return [visit for _, visit in found]


def _span(when: DateSpan | None) -> dict[str, JsonValue]:
    if when is None:
        return {}
    return {
        "since_ms": int(when.start.timestamp() * 1000),
        "until_ms": int(when.end.timestamp() * 1000),
    }


@intent(
    "browser.clear_history",
    sentences=[
        f"{_CLEAR} {_HISTORY} (of|from|for|since) {{when}}",
        f"{_CLEAR} {{when}} (from|of|in) {_HISTORY}",
        f"{_CLEAR} (all [of]|the whole of) {_HISTORY}",
        f"{_CLEAR} [(my|the)] (whole|entire|complete) [(browser|browsing|web)] history",
        f"{_CLEAR} (my|the) (browser|browsing|web) history",
    ],
    effect=Effect.W2,
    critical=["when"],
    examples=["clear my browsing history from today"],
)
async def clear_history(
    context: Context, when: Annotated[DateSpan | None, DATE_SPAN] = None
) -> Reply:
    """Clear the history of the browser for good, all of it or a span of time."""
    use = await context.in_worker(in_use, context)
    now_ms = int(context.now.timestamp() * 1000)
    span = _span(when) or {"since_ms": 0, "until_ms": now_ms}
    cleared = await context.in_worker(partial(use.call, "history.clear", **span))
    number = cleared if isinstance(cleared, int) else 0
    return Reply(f"{counted(number, 'page').capitalize()} forgotten.{use.note}")
