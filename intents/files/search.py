"""Which of the files that lie there are meant by a description, and how surely."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voiced.plugin import IntentError, IntentFailed, SlotContext

from .description import Description, described
from .kinds import FOLDER_KIND, SCREENSHOTS, is_screenshot
from .likeness import closest, is_called
from .listing import Entry, Listing, contents, entry_at
from .names import split_extension
from .refusals import denied, only_nearly
from .roots import Area, Spot
from .settings import Settings
from .tags import fitting, tags_of

__all__ = ["READ", "Match", "Search", "at_path"]

_MIN_SCORE = 0.6
_BY_DESCRIPTION = 0.9
_CHOSEN = 0.95
_NEAR_BEST = 0.1
_FOLDER_WORDS = ("folder", "directory")
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and how well the words fit it, in [0, 1]."""

    entry: Entry
    score: float


class Search:
    """One look at the roots, and what words mean there. Blocking: use it in a worker."""

    def __init__(self, context: SlotContext, listing: Listing | None = None) -> None:
        self._context = context
        self._settings = context.settings(Settings)
        self._area = Area.of(self._settings)
        self._listing = listing or contents(self._area, self._settings)

    @property
    def listing(self) -> Listing:
        """What lies there."""
        return self._listing

    def files(self, said: str, *, is_careful: bool = False) -> list[Match]:
        """Files and folders that the words may mean, best first, newest first among equals.

        A kind and a date that were said are never passed over; the careful way, no word is.

        Raises:
            IntentDenied: The words are a path that leaves the roots.
            IntentFailed: Nothing is all that, but something is nearly.
        """
        exact = self._exact(said)
        if exact:
            return [Match(entry, 1.0) for entry in exact]
        wanted = described(said, self._context, self._is_folder)
        named = self._by_name(wanted.text, self._listing.entries) + self._roots(wanted)
        if wanted.tag:
            named = []  # what is only called so has not got the tag
        best: dict[Spot, Match] = {}
        for match in (*named, *self._by_parts(wanted)):
            spot = match.entry.spot
            if spot not in best or match.score > best[spot].score:
                best[spot] = match
        found = _ordered(best.values())
        if SCREENSHOTS & (set(wanted.text.split()) - set(wanted.name.split())):
            found = [match for match in found if is_screenshot(match.entry.spot.path)]
        return _careful(found, wanted) if is_careful else found

    def folders(self, said: str) -> list[Match]:
        """Folders that the words may mean, roots included; raises as ``files`` does."""
        exact = [entry for entry in self._exact(said) if entry.kind == FOLDER_KIND]
        if exact:
            return [Match(entry, 1.0) for entry in exact]
        wanted = described(said, self._context, self._is_folder)
        return _ordered(self._in_folders(wanted.text, wanted.folder, wanted.name))

    def _roots(self, wanted: Description) -> list[Match]:
        """An allowed folder that was said by its name, with the word for what it is."""
        if FOLDER_KIND not in wanted.kinds:
            return []
        return self._by_name(wanted.name, [e for e in self._listing.entries if not e.spot.parts])

    def _folder_entries(self) -> list[Entry]:
        return [entry for entry in self._listing.entries if entry.kind == FOLDER_KIND]

    def _in_folders(self, text: str, outer: str, name: str) -> list[Match]:
        plain = " ".join(word for word in text.split() if word not in _FOLDER_WORDS)
        found = self._by_name(plain, self._folder_entries())
        if outer and name:
            found += self._by_name(name, self._inside(outer, self._folder_entries()))
        return found

    def _is_folder(self, words: str) -> bool:
        return bool(self._place(words))

    def _place(self, words: str) -> list[Path]:
        plain = [word for word in words.split() if word not in _FOLDER_WORDS]
        matches = self._by_name(" ".join(plain), self._folder_entries())
        top = max((match.score for match in matches), default=0.0)
        return [m.entry.spot.path for m in matches if m.score >= max(0.8, top - 0.05)]

    def _inside(self, words: str, entries: Sequence[Entry]) -> list[Entry]:
        places = self._place(words)
        return [e for e in entries if any(place in e.spot.path.parents for place in places)]

    def _by_name(self, words: str, entries: Sequence[Entry]) -> list[Match]:
        named: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            named[entry.name].append(entry)
        scores = closest(words, named) if words else []
        return [
            Match(entry, score)
            for score, name in scores
            if score >= _MIN_SCORE
            for entry in named[name]
        ]

    def _by_parts(self, wanted: Description) -> list[Match]:
        if not wanted.restricts:
            return []
        entries = self._restricted(wanted)
        if wanted.name:
            matches = self._by_name(wanted.name, entries)
        else:
            matches = [Match(entry, _BY_DESCRIPTION) for entry in entries]
        return _chosen(matches, wanted.order) if wanted.order else matches

    def _restricted(self, wanted: Description) -> list[Entry]:
        entries = [entry for entry in self._listing.entries if entry.spot.parts]
        if wanted.folder:
            entries = self._inside(wanted.folder, entries)
        if wanted.kinds:
            entries = [entry for entry in entries if entry.kind in wanted.kinds]
        elif not wanted.name and not wanted.tag:
            entries = [entry for entry in entries if entry.kind != FOLDER_KIND]
        if wanted.span:
            start, end = _bounds_ns(wanted.span.start), _bounds_ns(wanted.span.end)
            entries = [entry for entry in entries if start <= entry.mtime_ns < end]
        return _tagged(wanted.tag, entries) if wanted.tag else entries

    def _exact(self, said: str) -> list[Entry]:
        """What a typed path or a whole written file name means; words without a dot are neither."""
        text = said.strip()
        if "/" in text:
            return at_path(text, self._area)
        if not split_extension(text)[1]:
            return []
        return [entry for entry in self._listing.entries if entry.name == text]


def _careful(found: list[Match], wanted: Description) -> list[Match]:
    """Those that no word speaks against; what is only nearly so is told, and never taken for it."""
    ways = [words for words in (wanted.text, wanted.name) if words]
    kept = [m for m in found if not wanted.name or any(is_called(w, m.entry.name) for w in ways)]
    if found and not kept:
        raise only_nearly(found[0].entry.name)
    return kept


def at_path(text: str, area: Area) -> list[Entry]:
    """What lies at a typed path, whole or from a root on.

    Raises:
        IntentDenied: The path leaves the roots, or a link is in it.
    """
    path = Path(text).expanduser() if text.startswith("~/") else Path(text)
    if ".." in path.parts:
        raise denied("the path has '..' in it", "I don't take paths that go up a folder.")
    roots = area.roots
    named = {root.parent / path for root in roots if path.parts[:1] == (root.name,)}
    paths = {path} if path.is_absolute() else named | {root / path for root in roots}
    return [entry for each in sorted(paths) if (entry := _entry_at(area, each))]


def _tagged(said: str, entries: Iterable[Entry]) -> list[Entry]:
    """Those that have the tag that was meant. Each is opened, so this comes last."""
    tags: dict[Entry, tuple[str, ...]] = {}
    for entry in entries:
        with suppress(IntentError), entry.spot.opened(READ) as opened:
            tags[entry] = tags_of(opened)
    meant = set(fitting(said, {tag for each in tags.values() for tag in each}))
    return [entry for entry, each in tags.items() if meant.intersection(each)]


def _entry_at(area: Area, path: Path) -> Entry | None:
    try:
        return entry_at(area.spot(path))
    except IntentFailed:
        return None


def _bounds_ns(moment: datetime) -> int:
    return int(moment.timestamp() * 1e9)


def _ordered(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda m: (-m.score, -m.entry.mtime_ns, m.entry.spot.path))


_ORDERED_BY: dict[str, Callable[[Entry], int]] = {
    "newest": lambda entry: -entry.mtime_ns,
    "oldest": lambda entry: entry.mtime_ns,
    "biggest": lambda entry: -entry.size_bytes,
    "smallest": lambda entry: entry.size_bytes,
}


def _chosen(matches: Sequence[Match], order: str) -> list[Match]:
    """The one that is meant by "newest" and the like, among those that fit best."""
    if not matches:
        return []
    top = max(match.score for match in matches)
    near = [match for match in matches if match.score >= top - _NEAR_BEST]
    one = min(near, key=lambda match: _ORDERED_BY[order](match.entry))
    return [Match(one.entry, max(one.score, _CHOSEN))]
