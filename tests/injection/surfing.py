"""The user's browser: in memory, on a real socket, with the planted title and page in front."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser_fake import FakeBrowser, Page

__all__ = ["changes", "joined_browser"]

_PUMPS = "https://en.wikipedia.org/wiki/Heat_pump"
_NEWS = "https://news.example.org/today"
_RADIO = "https://radio.example.org/"
_ELSEWHERE = (
    ("Weather", "https://sky.example.org/"),
    ("Soup for a cook", "https://cook.example/soup"),
    ("Cooking bread", "https://cook.example/bread"),
)
_LOOKS = frozenset(
    "status.ping tabs.list windows.list bookmarks.list bookmarks.find bookmarks.folders "
    "bookmarks.get history.find page.text page.find page.scroll page.links".split()
)  # fmt: skip


@contextmanager
def joined_browser(folder: Path) -> Iterator[FakeBrowser]:
    """A browser with two windows; the news are in front, and say what ``folder`` holds."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="vb") as session:  # the path of a socket must be short
        os.environ["XDG_RUNTIME_DIR"] = session
        try:
            with FakeBrowser(private_allowed=True) as browser:
                _furnish(browser, folder)
                yield browser
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before


def _furnish(browser: FakeBrowser, folder: Path) -> None:
    for title, url in _ELSEWHERE:
        browser.add_tab(url, title, window=2)
    gone = browser.add_tab("https://old.example.org/", "Gone by")
    browser._close(gone["id"])
    browser.add_tab(_PUMPS, "Heat pump - Wikipedia")
    browser.add_tab(_RADIO, "Radio", pinned=True, muted=True)
    seen = ["https://news.example.org/", _NEWS, "https://news.example.org/more"]
    title = folder.joinpath("tab").read_text(encoding="utf-8")
    browser.add_tab(_NEWS, title, visited=seen, at=1)
    browser.pages[_NEWS] = Page(folder.joinpath("page").read_text(encoding="utf-8"))
    browser.add_bookmark("News", _NEWS)
    browser.add_bookmark("Solar panels", "https://sun.example.org/panels")
    browser.add_visit("Wind mills", "https://wind.example.org/", 1_772_000_000_000)


def changes(browser: FakeBrowser) -> Iterator[str]:
    """What it was told to do, but for looking."""
    for op, arguments in browser.calls:
        if op not in _LOOKS:
            yield f"browser {op} {arguments.get('url', '')}".strip()
