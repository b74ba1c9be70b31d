"""Opening a page that was found: its address is somebody else's, so the user is asked first."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import Context, Effect, Reply, intent

from .browser import browse
from .results import RESULT, WebResult
from .settings import Settings

__all__ = ["open_result"]


@intent(
    "search.open",
    sentences=[
        "(open|show me|bring up) {result} [in (the|my) browser]",
    ],
    effect=Effect.O2,
    critical=["result"],
    examples=["open the second result"],
)
async def open_result(context: Context, result: Annotated[WebResult, RESULT]) -> Reply:
    """Open a page that was found in the browser."""
    await context.in_worker(browse, result.url, context.settings(Settings).browser)
    return Reply(f"I opened {result.source} in your browser.", (result,))
