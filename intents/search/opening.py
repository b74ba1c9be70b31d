"""Opening a page that was found: its address is somebody else's, so the user is asked first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from voiced.plugin import Context, Effect, Reply, intent
from voiced_intents.browser.opening import open_page
from voiced_intents.browser.things import Page

from .results import RESULT, WebResult

__all__ = ["open_result"]


def _effect(values: Mapping[str, Any]) -> Effect:
    """What the user kept or saw before is a known party."""
    result = values.get("result")
    is_known = isinstance(result, WebResult) and result.is_known
    return Effect.O1 if is_known or result is None else Effect.O2


@intent(
    "search.open",
    sentences=[
        "(open|show me|bring up|go to) {result} [in (the|my) browser]",
    ],
    effect=Effect.O1,
    effect_of=_effect,
    critical=["result"],
    examples=["open the second result"],
    is_query=True,
)
async def open_result(context: Context, result: Annotated[WebResult, RESULT]) -> Reply:
    """Open a page that was found in the browser."""
    return await open_page(context, Page(result.title, result.url, "visited"))
