"""A search that the user's own browser makes: its page is shown, and its results are named."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from voiced.plugin import Context, JsonValue
from voiced_intents.browser.addresses import host_of, is_web_url, search_url
from voiced_intents.browser.joined import InUse, all_joined, in_use, settings_of
from voiced_intents.browser.opener import browse
from voiced_intents.browser.wire import BrowserError, tab_of

from .results import WebResult

__all__ = ["Opened", "search_in_browser"]

_MOST, _LINKS = 10, 60
_LOADS_S, _AGAIN_S = 2.5, 0.15
_LEAST_TITLE = 4
_LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class Opened:
    """What the page of the search showed: nothing where it cannot be seen, or not in time."""

    results: Sequence[WebResult] = ()
    note: str = ""


async def search_in_browser(context: Context, words: str) -> Opened:
    """Show the page of a search, in the joined browser or by the desktop.

    Raises:
        IntentFailed: There is no browser.
    """
    settings = settings_of(context)
    url = search_url(settings.search_page, words)
    if not await context.in_worker(all_joined, context):
        await context.in_worker(browse, url, settings.opener)
        return Opened()
    use = await context.in_worker(in_use, context)
    return Opened(await context.in_worker(_found, use, url), use.note)


def _found(use: InUse, url: str) -> list[WebResult]:
    """The results, as soon as the page has some; not more than a few seconds are waited."""
    tab = tab_of(use.call("tabs.open", url=url))
    until_s = time.monotonic() + _LOADS_S
    while time.monotonic() < until_s:
        try:
            found = _results(use.call("page.links", id=tab.id, limit=_LINKS), url)
        except BrowserError as error:
            if error.reason not in ("not_a_page", "no_such"):
                return []
            found = []  # it is not there yet
        if found:
            return found
        time.sleep(_AGAIN_S)
    return []


def _results(rows: JsonValue, page: str) -> list[WebResult]:
    """The links that lead away from the site that searches, each once."""
    found: dict[str, WebResult] = {}
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        url, title = _target(str(row.get("url", ""))), str(row.get("title", "")).strip()
        is_result = is_web_url(url) and len(url) <= _LONGEST_URL and not _is_of(url, page)
        if is_result and len(title) >= _LEAST_TITLE:
            found.setdefault(url, WebResult(title, url, ""))
    return list(found.values())[:_MOST]


def _target(url: str) -> str:
    """Where a link of a search page leads that goes through the site's own counter."""
    for name in ("uddg", "url", "q", "u"):
        inner = parse_qs(urlsplit(url).query).get(name, [""])[0] if is_web_url(url) else ""
        if is_web_url(inner):
            return inner
    return url


def _is_of(url: str, page: str) -> bool:
    """Whether a link stays with the site that searches: the same host, or one below it."""
    host, own = host_of(url), host_of(page)
    is_same = host == own or host.endswith(f".{own}") or own.endswith(f".{host}")
    return is_same and urlsplit(url).port == urlsplit(page).port
