"""What lies in the roots: one bounded walk, nearest folders first, kept for a breath.

It only reads names and times; what a name sounds like is for search.py.
"""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voiced.plugin import FileEntity, IntentError

from .kinds import FOLDER_KIND, kind_of
from .names import is_protected
from .refusals import told
from .roots import Area, Spot
from .settings import Settings

__all__ = ["Entry", "Listing", "contents", "entry_at", "roots_of"]

_MAX_DEPTH = 32
_KEPT_S = 2.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a folder that was seen in a walk."""

    spot: Spot
    kind: str
    size_bytes: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """Its name."""
        return self.spot.name

    @property
    def modified(self) -> datetime:
        """When it was changed last."""
        return _moment(self.mtime_ns)

    def entity(self) -> FileEntity:
        """As the assistant names it; where the disk does not say when it was made, that is None."""
        born = self.spot.born_ns()
        created = None if born is None else _moment(born)
        return FileEntity(self.spot.path, self.kind, self.size_bytes, created, self.modified)


def _moment(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns / 1e9).astimezone()


@dataclass(frozen=True, slots=True)
class Listing:
    """A walk's result. ``is_whole`` is False where a limit cut it off."""

    entries: tuple[Entry, ...]
    folders: tuple[tuple[Path, int], ...]
    is_whole: bool
    at_s: float

    def is_fresh(self, now_s: float) -> bool:
        """True for a moment, as long as nothing was added, renamed or removed."""
        if now_s - self.at_s > _KEPT_S:
            return False
        return all(_changed_ns(folder) == changed for folder, changed in self.folders)


def _changed_ns(folder: Path) -> int:
    try:
        return os.lstat(folder).st_mtime_ns
    except OSError:
        return -1


def roots_of(area: Area) -> Listing:
    """The roots alone; raises as ``contents`` does."""
    entries = tuple(entry_at(Spot(root, ())) for root in area.roots)
    return Listing(entries, (), is_whole=True, at_s=time.monotonic())


def entry_at(spot: Spot) -> Entry:
    """What lies at a place now; raises as ``Spot.look`` does."""
    return _entry(spot, spot.look())


def _entry(spot: Spot, status: os.stat_result) -> Entry:
    kind = FOLDER_KIND if stat.S_ISDIR(status.st_mode) else kind_of(spot.name)
    return Entry(spot, kind, status.st_size, status.st_mtime_ns)


# One walk serves the recogniser's phrases and the slots of a turn; a stale one is never used, and
# two threads that both find none walk twice at worst.
_last: dict[tuple[tuple[Path, ...], int, float], Listing] = {}


def contents(area: Area, settings: Settings) -> Listing:
    """Everything in the roots that may be touched, at most ``max_files`` in ``max_scan_s``.

    Raises:
        IntentFailed: A root is gone.
        IntentDenied: This kernel cannot open folders safely.
    """
    key = (area.roots, settings.max_files, settings.max_scan_s)
    kept = _last.get(key)
    if kept is not None and kept.is_fresh(time.monotonic()):
        return kept
    found = _Walk(area, settings).run()
    _last.clear()
    _last[key] = found
    return found


class _Walk:
    def __init__(self, area: Area, settings: Settings) -> None:
        self._left = settings.max_files
        self._end_s = time.monotonic() + settings.max_scan_s
        self._todo = deque(Spot(root, ()) for root in area.roots)
        self._entries: list[Entry] = []
        self._folders: list[tuple[Path, int]] = []

    def run(self) -> Listing:
        self._entries.extend(map(entry_at, self._todo))
        while self._todo and self._may_go_on():
            spot = self._todo.popleft()
            try:
                self._visit(spot)
            except IntentError:
                # A folder that went away or may not be read is left out; a root is an error.
                if not spot.parts:
                    raise
        is_whole = not self._todo and self._left > 0
        return Listing(tuple(self._entries), tuple(self._folders), is_whole, time.monotonic())

    def _may_go_on(self) -> bool:
        return self._left > 0 and time.monotonic() < self._end_s

    def _visit(self, spot: Spot) -> None:
        with spot.folder() as folder, told(spot.name):
            self._folders.append((spot.path, os.fstat(folder).st_mtime_ns))
            for entry in self._children(spot, folder):
                self._entries.append(entry)
                self._left -= 1
                if self._left <= 0:
                    return

    def _children(self, spot: Spot, folder: int) -> Iterator[Entry]:
        with os.scandir(folder) as children:
            for child in children:
                if is_protected(child.name) or child.is_symlink():
                    continue
                try:
                    status = child.stat(follow_symlinks=False)
                except OSError:
                    continue
                found = spot.child(child.name)
                if stat.S_ISDIR(status.st_mode) and len(found.parts) <= _MAX_DEPTH:
                    self._todo.append(found)
                if stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode):
                    yield _entry(found, status)
