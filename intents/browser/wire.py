"""What can be asked of a browser, and what comes back: names, limits, values, errors.

Arguments and results of the operations (each may fail with a ``BrowserError``):

    status.ping {} -> {browser, version, private_allowed, tabs}
    tabs.list {} -> [tab]
    tabs.open {url?, window?: id | "new", background?} -> tab
    tabs.close {ids} -> [session]; one for each id, for ``tabs.reopen``; "" where there is none
    tabs.reopen {ids?: [tab id], windows?: [window id], sessions?: [session]} -> [tab]
        what was closed under these ids since the browser was started; without any, the last closed
    tabs.activate {id} -> tab; its window is raised too
    tabs.move {ids, window: id | "new", index?} -> [{id, window, index}]; the places before
    tabs.set {ids, pinned?, muted?} -> [{id, pinned, muted}]; as they were before
    tabs.reload {id}, tabs.back {id}, tabs.forward {id} -> tab
    windows.list {} -> [{id, focused, private, tabs: count}]
    windows.open {url?, private?} -> tab
    windows.close {id} -> [session]; one for the whole window
    bookmarks.list {limit}, bookmarks.find {words, limit} -> [bookmark], the newest first
    bookmarks.folders {} -> [{id, title}]
    bookmarks.add {title, url, folder?: id} -> bookmark
    bookmarks.get {id} -> record {title, url, parent, index}
    bookmarks.remove {id} -> record
    bookmarks.restore {record} -> bookmark
    history.find {words, since_ms?, until_ms?, limit} -> [visit], the newest first
    history.clear {since_ms, until_ms} -> how many pages
    page.text {id, limit} -> {title, url, language, text, truncated}; the main text, in letters
    page.find {id, text} -> {count, shown, truncated}; the next one is marked and scrolled to; of a
        very long page only the beginning is counted
    page.scroll {id, how: "down" | "up" | "top" | "bottom"} -> {at, of}, in pixels
    page.links {id, limit} -> [{title, url}]; of the main part

Tab ids and sessions hold within one run of the browser, bookmarks for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from voiced.plugin import IntentFailed, JsonValue

__all__ = [
    "Bookmark",
    "BrowserError",
    "Code",
    "Tab",
    "Visit",
    "bookmark_of",
    "bookmarks_of",
    "tab_of",
    "tabs_of",
    "visits_of",
]

Code: TypeAlias = Literal[
    "gone", "refused", "no_such", "not_a_page", "timeout", "too_large", "private", "nonsense"
]

_DOCTOR = "see voiced doctor"
_SAID: Mapping[str, tuple[str, str]] = {
    "gone": ("The browser is gone.", "start it again"),
    "refused": ("The browser refused that.", _DOCTOR),
    "no_such": ("The browser no longer has that.", "ask again: it may have been closed"),
    "not_a_page": (
        "I can't see into that page: the browser keeps it to itself.",
        "browsers keep extensions out of their own pages and of the store of extensions",
    ),
    "timeout": ("The browser did not answer in time.", f"is the page stuck? {_DOCTOR}"),
    "too_large": ("That is too much for me.", "take less at once"),
    "private": (
        "I don't see private windows.",
        "allow it for the extension voiced on the browser's page of extensions, if you wish it",
    ),
    "nonsense": ("The browser gave an answer that makes no sense.", _DOCTOR),
}


class BrowserError(IntentFailed):
    """The browser did not do it. ``reason`` is the code of the wire."""

    default_spoken = "The browser did not do that."

    def __init__(self, reason: Code, operation: str, *, browser: str = "") -> None:
        spoken, mend = _SAID[reason]
        where = f"{browser}: " if browser else ""
        super().__init__(f"{where}{operation}: {reason}", spoken=spoken, mend=mend)
        self.reason: Code = reason


@dataclass(frozen=True, slots=True)
class Tab:
    """An open tab. Title and address come from its page, so they are text from outside."""

    id: int
    window: int
    index: int
    title: str
    url: str
    is_active: bool
    is_pinned: bool
    is_muted: bool
    is_audible: bool
    last_used_ms: int
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A bookmark; ``folder`` is the title of the folder that it lies in."""

    id: str
    title: str
    url: str
    folder: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of the history: when it was last seen, and how often."""

    title: str
    url: str
    last_ms: int
    count: int


def tab_of(value: JsonValue) -> Tab:
    """A tab as it came over the wire.

    Raises:
        BrowserError: It is none.
    """
    each = _Fields(value)
    return Tab(
        id=each.number("id"),
        window=each.number("window"),
        index=each.number("index"),
        title=each.text("title"),
        url=each.text("url"),
        is_active=each.flag("active"),
        is_pinned=each.flag("pinned"),
        is_muted=each.flag("muted"),
        is_audible=each.flag("audible"),
        last_used_ms=each.number("used_ms"),
        is_private=each.flag("private"),
    )


def tabs_of(value: JsonValue) -> Sequence[Tab]:
    """Tabs as they came over the wire.

    Raises:
        BrowserError: They are none.
    """
    return tuple(tab_of(each) for each in _list(value))


def bookmark_of(value: JsonValue) -> Bookmark:
    """A bookmark as it came over the wire.

    Raises:
        BrowserError: It is none.
    """
    each = _Fields(value)
    return Bookmark(each.text("id"), each.text("title"), each.text("url"), each.text("folder"))


def bookmarks_of(value: JsonValue) -> Sequence[Bookmark]:
    """Bookmarks as they came over the wire.

    Raises:
        BrowserError: They are none.
    """
    return tuple(bookmark_of(each) for each in _list(value))


def visits_of(value: JsonValue) -> Sequence[Visit]:
    """Pages of the history as they came over the wire.

    Raises:
        BrowserError: They are none.
    """
    fields = [_Fields(each) for each in _list(value)]
    return tuple(
        Visit(each.text("title"), each.text("url"), each.number("last_ms"), each.number("count"))
        for each in fields
    )


def _list(value: JsonValue) -> Sequence[JsonValue]:
    if not isinstance(value, list):
        raise BrowserError("nonsense", "a list")
    return value


class _Fields:
    """An object of the wire, whose fields must be of their kinds."""

    def __init__(self, value: JsonValue) -> None:
        if not isinstance(value, Mapping):
            raise BrowserError("nonsense", "an object")
        self._values = cast("Mapping[str, Any]", value)

    def text(self, name: str) -> str:
        value = self._values.get(name, "")
        if not isinstance(value, str):
            raise BrowserError("nonsense", name)
        return value

    def number(self, name: str) -> int:
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BrowserError("nonsense", name)
        try:
            return int(value)
        except (ValueError, OverflowError) as error:  # JSON may hold NaN and Infinity
            raise BrowserError("nonsense", name) from error

    def flag(self, name: str) -> bool:
        return self._values.get(name) is True
