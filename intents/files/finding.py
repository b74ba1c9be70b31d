"""Which way things are found: in the index where it is in step, else by a walk."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Protocol

from voiced.plugin import DateSpan, IntentError, SlotContext

from .index.lookup import Index, Progress
from .index.place import database
from .index.ranking import Found
from .index.request import Request, readings
from .index.strict import is_as_said
from .kinds import FOLDER_KIND, SCREENSHOTS, is_screenshot
from .listing import Entry, contents, entry_at, roots_of
from .names import split_extension
from .refusals import only_nearly
from .roots import Area
from .search import READ, Match, Search, at_path
from .settings import Settings
from .tags import tags_of

__all__ = [
    "Finder",
    "finder",
    "known_tags",
    "limit_note",
    "newest",
    "of_kinds",
    "read_tags",
    "recent",
]

_MOST_LOOKED_AT = 250
_NAMED = 0.9
_MOST_LISTED = 1_000_000


class Finder(Protocol):
    """Finds what words mean, best first. Blocking."""

    def files(self, said: str, *, is_careful: bool = False) -> list[Match]: ...

    def folders(self, said: str) -> list[Match]: ...


@contextmanager
def finder(context: SlotContext) -> Iterator[Finder]:
    """What finds things now; raises as ``Area.of`` and ``contents`` do."""
    with _index(context.settings(Settings)) as index:
        yield Search(context) if index is None else IndexSearch(context, index)


@contextmanager
def _index(settings: Settings) -> Iterator[Index | None]:
    """The index where it can be used: one that nobody keeps is used only for what is too large."""
    index = Index.open(database(settings), Area.of(settings)) if settings.index else None
    try:
        usable = index is not None and index.is_whole
        if usable and index is not None and not index.is_in_step:
            usable = not contents(Area.of(settings), settings).is_whole
        yield index if usable else None
    finally:
        if index is not None:
            index.close()


def recent(
    context: SlotContext, kinds: Sequence[str], when: DateSpan | None, most: int
) -> list[Entry]:
    """Files that were changed last, of some kinds (all but folders) and in a span."""
    settings = context.settings(Settings)
    with _index(settings) as index:
        if index is not None:
            with suppress(sqlite3.Error):
                return _entries(index.recent(kinds, when, most))
        entries = list(contents(Area.of(settings), settings).entries)
    entries = [e for e in entries if e.spot.parts and e.kind in kinds]
    if when:
        entries = [e for e in entries if when.start <= e.modified < when.end]
    return sorted(entries, key=lambda entry: -entry.mtime_ns)[:most]


def of_kinds(context: SlotContext, kinds: Sequence[str], most: int = _MOST_LISTED) -> list[Entry]:
    """Files of some kinds, the newest first, as the index or else a walk knows them."""
    settings = context.settings(Settings)
    with _index(settings) as index:
        if index is not None:
            with suppress(sqlite3.Error):
                rows = index.recent(kinds, None, most)
                return [Entry(row.spot, row.kind, row.size_bytes, row.changed_ns) for row in rows]
    entries = [e for e in contents(Area.of(settings), settings).entries if e.kind in kinds]
    return sorted(entries, key=lambda entry: -entry.mtime_ns)[:most]


def known_tags(context: SlotContext) -> list[str]:
    """The tags that files have, the most frequent first; without an index none are known.

    ``read_tags`` looks into the files themselves.
    """
    with _index(context.settings(Settings)) as index, suppress(sqlite3.Error):
        return index.tags() if index is not None else []
    return []


def read_tags(context: SlotContext) -> list[str]:
    """As ``known_tags``, and without an index by a look at each file; raises as ``contents``."""
    settings = context.settings(Settings)
    with _index(settings) as index:
        if index is not None:
            with suppress(sqlite3.Error):
                return index.tags()
    counts = Counter[str]()
    for entry in contents(Area.of(settings), settings).entries:
        with suppress(IntentError), entry.spot.opened(READ) as opened:
            counts.update(tags_of(opened))
    return [tag for tag, _ in counts.most_common()]


# What was told of the index in this process; a broken one is told once.
_told: set[str] = set()


def limit_note(settings: Settings) -> str:
    """What to say where a search did not see everything, or its index was made anew."""
    area = Area.of(settings)
    index = Index.open(database(settings), area) if settings.index else None
    if index is not None:
        with closing(index), suppress(sqlite3.Error):
            note = _note(index.progress())
            if index.is_in_step or note:
                return note
    listing = contents(area, settings)
    seen = len(listing.entries)
    return "" if listing.is_whole else f" I looked at {seen} files and folders only."


def _note(progress: Progress) -> str:
    if progress.is_kept and not progress.is_whole:
        return f" I am still reading your folders: {progress.files} files and folders so far."
    if progress.rebuilt and progress.rebuilt not in _told:
        _told.add(progress.rebuilt)
        return " My index of your files was damaged, so I made it anew."
    return ""


class IndexSearch:
    """What words mean, by the index. What is found is looked at before it is named."""

    def __init__(self, context: SlotContext, index: Index) -> None:
        self._context = context
        self._index = index
        self._area = Area.of(context.settings(Settings))

    def files(self, said: str, *, is_careful: bool = False) -> list[Match]:
        """Files and folders that the words may mean; the careful way, all that was said of them.

        Raises:
            IntentDenied: The words are a path that leaves the roots.
            IntentFailed: Nothing is all that, but something is nearly.
        """
        text = said.strip()
        if "/" in text:
            exact = at_path(text, self._area)
        else:
            is_name = bool(split_extension(text)[1])
            exact = _entries(self._index.named(text)) if is_name else []
        if exact:
            return [Match(entry, 1.0) for entry in exact]
        requests = list(readings(said, self._context))
        try:
            rows = self._index.find(requests)
        except sqlite3.Error:  # damaged, or in the middle of being built anew
            return Search(self._context).files(said, is_careful=is_careful)
        if not SCREENSHOTS.isdisjoint(requests[0].called):
            rows = [row for row in rows if is_screenshot(row.spot.path)]
        found = _careful(rows, said, requests[0]) if is_careful else _matches(rows)
        if requests[0].kinds and FOLDER_KIND not in requests[0].kinds:
            return found
        return [*self._roots(said), *found]

    def _roots(self, said: str) -> list[Match]:
        """An allowed folder that was said by its name: nothing in it is meant then."""
        named = Search(self._context, roots_of(self._area)).folders(said)
        return [match for match in named if match.score >= _NAMED]

    def folders(self, said: str) -> list[Match]:
        """Folders that the words may mean, roots included; raises as ``files`` does."""
        if "/" in said:
            exact = [e for e in at_path(said.strip(), self._area) if e.kind == FOLDER_KIND]
            return [Match(entry, 1.0) for entry in exact]
        roots = Search(self._context, roots_of(self._area))
        try:
            found = self._folders(said)
        except sqlite3.Error:
            return Search(self._context).folders(said)
        named = roots.folders(said)
        return sorted([*named, *found], key=lambda m: (-m.score, len(m.entry.spot.parts)))

    def _folders(self, said: str) -> list[Match]:
        return _matches(self._index.find(_of_folders(said, self._context), only_folders=True))


def _of_folders(said: str, context: SlotContext) -> Iterator[Request]:
    for request in readings(said, context):
        yield Request(request.words, request.place, (FOLDER_KIND,), worth=request.worth)


def _matches(found: Sequence[Found]) -> list[Match]:
    matches = []
    for row in found[:_MOST_LOOKED_AT]:
        entry = _entry(row)
        if entry is not None:
            matches.append(Match(entry, min(1.0, row.score)))
    return matches


def _careful(rows: Sequence[Found], said: str, request: Request) -> list[Match]:
    """Those that are all that was said; what is only nearly so is told, and never taken for it."""
    found = _matches([row for row in rows if is_as_said(row, said, request)])
    near = [] if found else _matches(rows)
    if near:
        raise only_nearly(near[0].entry.name)
    return found


def _entries(found: Sequence[Found]) -> list[Entry]:
    return [match.entry for match in _matches(found)]


def _entry(row: Found) -> Entry | None:
    """The thing itself as it is now, or None if it has gone or may not be touched."""
    try:
        return entry_at(row.spot)
    except IntentError:
        return None


def newest(context: SlotContext, most: int, *, only_folders: bool = False) -> list[Entry]:
    """The things that were changed last; raises as ``finder`` does."""
    settings = context.settings(Settings)
    with _index(settings) as index:
        if index is not None:
            with suppress(sqlite3.Error):
                rows = index.newest(most, only_folders=only_folders)
                found = [Entry(row.spot, row.kind, row.size_bytes, row.changed_ns) for row in rows]
                roots = roots_of(Area.of(settings)).entries if only_folders else ()
                return [*roots, *found][:most]
        entries = contents(Area.of(settings), settings).entries
        wanted = [e for e in entries if e.kind == FOLDER_KIND or not only_folders]
        return sorted(wanted, key=lambda entry: -entry.mtime_ns)[:most]
