"""One pass over the roots, folder by folder, in small steps; it goes on where it was cut off.

Everything is opened as the rest of this plugin opens it: below its root, never through a link.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from voiced.plugin import IntentError
from voiced_intents.files.kinds import FOLDER_KIND, kind_of
from voiced_intents.files.names import is_protected, split_extension
from voiced_intents.files.refusals import told
from voiced_intents.files.roots import Spot
from voiced_intents.files.syscalls import born_ns
from voiced_intents.files.tags import tags_under

from .extract import READABLE
from .store import Row, Store

__all__ = ["Reading", "Walk", "read_folder"]

_MAX_DEPTH = 32
_MOST_FILES = 2_000_000
_LARGEST_TEXT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Reading:
    """How folders are read: whether their documents' texts are wanted, and when this is.

    ``is_first``: the index is new, so what is found was added when it says; else it was added now.
    """

    texts: bool
    now_ns: int
    is_first: bool


def read_folder(spot: Spot, reading: Reading, known_ns: int = 0) -> tuple[list[Row], int] | None:
    """What lies in a folder and may be touched, and when that changed last.

    None where nothing came or went since ``known_ns``. Raises as ``Spot.folder`` does.
    """
    with spot.folder() as folder, told(spot.name):
        changed_ns = os.fstat(folder).st_mtime_ns
        if changed_ns == known_ns:
            return None
        with os.scandir(folder) as children:
            return list(_rows(children, folder, len(spot.parts), reading)), changed_ns


def _rows(
    children: Iterator[os.DirEntry[str]], folder: int, depth: int, reading: Reading
) -> Iterator[Row]:
    for child in children:
        if is_protected(child.name):
            continue
        try:
            status = child.stat(follow_symlinks=False)
        except OSError:
            continue
        is_folder = stat.S_ISDIR(status.st_mode)
        if (is_folder and depth < _MAX_DEPTH) or stat.S_ISREG(status.st_mode):
            yield _row(folder, child.name, status, reading)


def _row(folder: int, name: str, status: os.stat_result, reading: Reading) -> Row:
    is_folder = stat.S_ISDIR(status.st_mode)
    created = born_ns(folder, name)
    if created is None:
        created = min(status.st_mtime_ns, status.st_ctime_ns)
    extension = split_extension(name)[1][1:].lower()
    wants_text = (
        reading.texts
        and not is_folder
        and extension in READABLE
        and 0 < status.st_size <= _LARGEST_TEXT_BYTES
    )
    return Row(
        os.fsencode(name),
        FOLDER_KIND if is_folder else kind_of(name),
        status.st_size,
        status.st_mtime_ns,
        created,
        max(created, status.st_ctime_ns) if reading.is_first else reading.now_ns,
        status.st_ino,
        wants_text,
        tuple(sorted(tags_under(folder, name))),
    )


@dataclass(slots=True)
class Walk:
    """Reads folders, the nearest first, some with each ``step``.

    Args:
        store: The index.
        reading: How.
        scan: The number of this pass over everything; folders that were read in it already are not
            read again. 0: only what is given is read, and what is new below it.
        if_changed: Folders are passed over in which nothing came or went since they were read.
    """

    store: Store
    reading: Reading
    scan: int = 0
    if_changed: bool = False
    seen: int = 0
    changes: int = 0
    _todo: deque[Spot] = field(default_factory=deque[Spot], init=False)

    def add(self, spots: Iterable[Spot]) -> None:
        """Read these folders, too."""
        self._todo.extend(spots)

    @property
    def is_done(self) -> bool:
        """Whether everything was read."""
        return not self._todo or self.seen >= _MOST_FILES

    def step(self, folders: int) -> list[Spot]:
        """Read so many folders; those that are there come back."""
        fresh: list[Spot] = []
        for _ in range(folders):
            if self.is_done:
                break
            spot = self._todo.popleft()
            is_new = self._visit(spot)
            fresh += [spot] * is_new
        return fresh

    def _visit(self, spot: Spot) -> bool:
        root, path = os.fsencode(spot.root), _path(spot)
        if self.scan and self.store.was_scanned(root, path, self.scan):
            folder = self.store.folder(root, path)
            inner = self.store.subfolders(path, folder)
            self._todo.extend(Spot(spot.root, _parts(each)) for each in inner)
            return True
        known_ns = self.store.changed_ns(root, path) if self.if_changed else 0
        try:
            read = read_folder(spot, self.reading, known_ns)
        except IntentError:
            # It went away or may not be read: what is known of it is forgotten.
            self.changes += self.store.remove_tree(root, path)
            return False
        if read is not None:
            self._keep(spot, *read)
        return True

    def _keep(self, spot: Spot, rows: list[Row], changed_ns: int) -> None:
        root, path = os.fsencode(spot.root), _path(spot)
        gone, changes = self.store.put(root, path, rows)
        self.changes += changes + sum(self.store.remove_tree(root, each) for each in gone)
        self.seen += len(rows)
        self.store.was_read(root, path, changed_ns, self.scan)
        inner = [spot.child(os.fsdecode(row.name)) for row in rows if row.kind == FOLDER_KIND]
        if not self.scan:
            inner = [each for each in inner if not self.store.knows(root, _path(each))]
        self._todo.extend(inner)


def _path(spot: Spot) -> bytes:
    return b"/".join(map(os.fsencode, spot.parts))


def _parts(path: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(part) for part in path.split(b"/"))
