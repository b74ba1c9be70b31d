"""The slot types of pages: a site to be opened, a bookmark, a folder of bookmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from voiced.plugin import (
    ADDRESS,
    Candidate,
    Entity,
    IntentError,
    JsonValue,
    Named,
    SlotContext,
    named,
    normalise,
    one_line,
)

from .addresses import as_url, host_of, is_web_url, path_words, same_page, search_url
from .joined import InUse, all_joined, settings_of
from .link import Browser
from .matching import ranked, told_words
from .tab_slots import OF_A_TAB, distinct, fitting, recent_names
from .things import OpenTab, Page, title_of
from .wire import Bookmark, Visit, bookmarks_of, visits_of

__all__ = ["BOOKMARK", "FOLDER", "SITE", "WEBSITE", "Folder", "site_of"]

_MOST = 10
_BOOKMARKS, _VISITS, _PHRASES = 1000, 100, 60
_NEAR = 0.06
"""What is open goes before what is kept, and that before what was seen, where they fit alike."""

_WEB_NOUNS = (
    "blog docs documentation forum home homepage news page portal site website webpage wiki"
).split()


def _spoken(title: str, url: str) -> str:
    return " ".join(normalise(title_of(title, url))[:4])


def bookmarks(browser: Browser) -> list[Page]:
    """All bookmarks, the newest first."""
    found = bookmarks_of(browser.call("bookmarks.list", limit=_BOOKMARKS))
    return [_kept(each) for each in found if is_web_url(each.url)]


def _kept(mark: Bookmark) -> Page:
    return Page(mark.title, mark.url, "bookmark", id=mark.id)


def _seen(visit: Visit) -> Page:
    return Page(visit.title, visit.url, "visited")


def _fit(said: str, pages: Sequence[Page]) -> list[tuple[float, Page]]:
    return ranked(said, pages, lambda each: each.title, lambda each: each.url)


def _opened(said: str, browser: Browser) -> list[tuple[float, Page]]:
    found = distinct(fitting(said, InUse(browser).tabs()))
    return [(score, _page_of(each)) for score, each in found]


def _page_of(each: OpenTab) -> Page:
    return Page(each.tab.title, each.tab.url, "tab", each)


def _visited(said: str, browser: Browser) -> list[tuple[float, Page]]:
    """Pages of the history; of one host, the one that is its front or was seen most."""
    words = " ".join(told_words(said))
    visits = visits_of(browser.call("history.find", words=words, limit=_VISITS))
    order = sorted(visits, key=lambda each: (len(path_words(each.url)) > 1, -each.count))
    of_hosts: dict[str, Visit] = {}
    for each in order:
        if is_web_url(each.url):
            of_hosts.setdefault(host_of(each.url), each)
    return _fit(said, [_seen(each) for each in of_hosts.values()])


def _known(said: str, browser: Browser) -> list[Candidate[Page]]:
    """What is open, kept or was seen, the first of these that fits about as well as any."""
    groups = [_opened(said, browser), _fit(said, bookmarks(browser)), _visited(said, browser)]
    best = max((group[0][0] for group in groups if group), default=0.0)
    near = [group for group in groups if group and group[0][0] > best - _NEAR]
    return [Candidate(page, page.spoken, score) for score, page in (near or [[]])[0][:_MOST]]


def site_of(address: str, context: SlotContext) -> Page:
    """An address that the user said: its tab where it is open, else the page to be opened."""
    url = as_url(address)
    for browser in all_joined(context)[:1]:
        for each in InUse(browser).tabs():
            if same_page(each.tab.url, url):
                return _page_of(each)
    return Page(host_of(url) or address, url, "said")


def _searched(said: str, context: SlotContext) -> Candidate[Page]:
    words = one_line(said).strip()
    url = search_url(settings_of(context).search_page, words)
    return Candidate(Page(words, url, "search"), words, 0.5)


@dataclass(frozen=True, slots=True)
class _Site:
    """A page to be opened: an open tab, a bookmark, a page that was seen, or an address.

    What is none of these is searched for if the words say that it is on the web.
    """

    name: ClassVar[str] = "site"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "the name or address of a site: 'the debian wiki', 'example.org/docs'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of tabs and bookmarks, and words for what is on the web."""
        with suppress(IntentError):
            for browser in all_joined(context)[:1]:
                kept = [_spoken(each.title, each.url) for each in bookmarks(browser)[:_PHRASES]]
                open_now = recent_names(InUse(browser).tabs())
                return tuple(filter(None, dict.fromkeys((*_WEB_NOUNS, *kept, *open_now))))
        return tuple(_WEB_NOUNS)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Page]]:
        """The pages that may be meant, best first."""
        if ADDRESS.fits(said):
            address = ADDRESS.resolve(said, context)[0].value
            page = site_of(address, context)
            return (Candidate(page, page.spoken),) if "@" not in address else ()
        for browser in all_joined(context)[:1]:
            found = _known(said, browser)
            if found:
                return found
        return (_searched(said, context),) if self._is_of_web(said) else ()

    def fits(self, said: str) -> bool:
        """Whether it can be a name: words of what is done with tabs are none."""
        return OF_A_TAB.isdisjoint(said.split())

    def _is_of_web(self, said: str) -> bool:
        words = normalise(said)
        return len(words) > 1 and not set(_WEB_NOUNS).isdisjoint(words)

    def from_entity(self, entity: Entity) -> Page | None:
        """What "it" is, if the conversation spoke of a tab or a page."""
        if isinstance(entity, OpenTab):
            return _page_of(entity)
        return entity if isinstance(entity, Page) else None


@dataclass(frozen=True, slots=True)
class _Website(_Site):
    """As SITE, where the sentence says that it is on the web."""

    def _is_of_web(self, said: str) -> bool:
        return bool(normalise(said))


@dataclass(frozen=True, slots=True)
class _Bookmark:
    """A bookmark, by its title and its site. Where no browser has joined, the intent says so."""

    name: ClassVar[str] = "bookmark"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "words of a bookmark's title or site",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The titles of the newest."""
        with suppress(IntentError):
            for browser in all_joined(context)[:1]:
                kept = bookmarks(browser)[:_PHRASES]
                return tuple(filter(None, {_spoken(each.title, each.url) for each in kept}))
        return ()

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Page]]:
        """The bookmarks that may be meant, best first, at most ten."""
        joined = all_joined(context)
        if not joined:
            said_for = " ".join(normalise(said))
            return (Candidate(Page(said_for, "", "bookmark"), said),)
        found = _fit(said, bookmarks(joined[0]))[:_MOST]
        return [Candidate(page, page.spoken, score) for score, page in found]

    def from_entity(self, entity: Entity) -> Page | None:
        """What "it" is, if the conversation spoke of a bookmark."""
        return entity if isinstance(entity, Page) and entity.source == "bookmark" else None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of bookmarks; ``words`` were said for it where no browser has joined."""

    id: str
    title: str


def _folders(context: SlotContext) -> list[Folder]:
    with suppress(IntentError):
        for browser in all_joined(context)[:1]:
            rows: JsonValue = browser.call("bookmarks.folders")
            found = rows if isinstance(rows, list) else []
            return [
                Folder(str(row["id"]), str(row["title"]))
                for row in found
                if isinstance(row, dict) and row.get("title")
            ]
    return []


_FOLDERS: Named[Folder] = named("folder", _folders, lambda folder: one_line(folder.title))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder of bookmarks that there is, by its name."""

    name: ClassVar[str] = "folder"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "the name of a folder of bookmarks",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names."""
        return _FOLDERS.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Folder]]:
        """The folders that may be meant."""
        if not all_joined(context):
            return (Candidate(Folder("", " ".join(normalise(said))), said),)
        found = _FOLDERS.resolve(said, context)
        return [replace(each, spoken=one_line(each.value.title)) for each in found]


SITE = _Site()
WEBSITE = _Website()
BOOKMARK = _Bookmark()
FOLDER = _Folder()
