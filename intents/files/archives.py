"""Zip and tar archives: made out of sight, and taken apart within limits, out of sight as well.

Of a foreign archive nothing is believed: names that climb out, links and special things are
refused, and what it says of its sizes is counted while it is read.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

from voiced.plugin import Undo

from .copying import Budget, Draft
from .members import BROKEN, MAX_DEPTH, members_of
from .names import is_protected
from .records import refuse_taken, way_back
from .refusals import denied, failed, told
from .roots import FOLDER_FLAGS, Spot, Stamp
from .syscalls import open_beneath

__all__ = ["Compressing", "Extracting", "is_archive", "stem_of"]

_BLOCK_BYTES = 1 << 18
_MOST_TIMES = 200
_FREE_BYTES = 32 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_ENDINGS = (".zip", *_TARS)


def is_archive(name: str) -> bool:
    """Whether a name is that of an archive that can be taken apart."""
    return name.lower().endswith(_ENDINGS)


def stem_of(name: str) -> str:
    """An archive's name without its endings."""
    for ending in sorted(_ENDINGS, key=len, reverse=True):
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


@dataclass(slots=True)
class Compressing:
    """A zip archive of files and folders, under a name that is free."""

    sources: Sequence[Spot]
    new: Spot
    budget: Budget
    draft: Draft = field(init=False)
    made: Stamp | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.draft = Draft(self.new.parent, self.budget)

    def prepare(self) -> None:
        """Write the archive, out of sight."""
        refuse_taken(self.new)
        try:
            self._write()
        except BaseException:
            self.draft.discard()
            raise
        self.made = self.new.parent.child(self.draft.name).stamp()

    def _write(self) -> None:
        self.draft.claim()
        with self.new.parent.folder() as folder, told(self.new.name):
            opened = os.open(self.draft.name, _NEW, 0o600, dir_fd=folder)
            with os.fdopen(opened, "wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    for source in self.sources:
                        self._add(archive, source, source.name, MAX_DEPTH)
                file.flush()
                os.fchmod(opened, 0o644)
                os.fsync(opened)

    def _add(self, archive: zipfile.ZipFile, source: Spot, name: str, depth: int) -> None:
        if depth == 0:
            raise denied("folders nested too deep", "Those folders are nested too deep to pack.")
        status = source.look()
        shown = os.fsencode(name).decode("utf-8", "replace")
        if not stat.S_ISDIR(status.st_mode):
            self.budget.take_file(status.st_size)
            self._add_file(archive, source, shown)
            return
        self.budget.take_file(0)
        archive.mkdir(shown)
        with source.folder() as folder, os.scandir(folder) as entries:
            inner = [(entry.name, _is_plain(entry)) for entry in entries]
        for child, is_plain in sorted(inner):
            if is_plain:
                self._add(archive, source.child(child), f"{name}/{child}", depth - 1)
            else:
                self.budget.left_out += 1

    def _add_file(self, archive: zipfile.ZipFile, source: Spot, name: str) -> None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with source.opened(flags) as opened, archive.open(name, "w", force_zip64=True) as target:
            while block := os.read(opened, _BLOCK_BYTES):
                if not self.draft.is_wanted:
                    raise failed("it was called off", "I stopped packing.")
                self.budget.take_bytes(len(block))
                target.write(block)

    def undo(self) -> Undo:
        """The way back."""
        return way_back("files.compress", self.sources[0], self.new, self.made)

    def commit(self) -> None:
        """Show the archive."""
        self.draft.show(self.new.name)

    def discard(self) -> None:
        """Remove the archive if it was not shown."""
        self.draft.discard()


def _is_plain(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file or a folder that may be touched."""
    is_one = entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)
    return is_one and not is_protected(entry.name)


@dataclass(slots=True)
class Extracting:
    """What is in an archive, in a new folder under a name that is free."""

    source: Spot
    new: Spot
    budget: Budget
    draft: Draft = field(init=False)
    made: Stamp | None = field(default=None, init=False)
    _size: int = field(default=0, init=False)
    _taken: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.draft = Draft(self.new.parent, self.budget)

    def prepare(self) -> None:
        """Take it apart, out of sight."""
        refuse_taken(self.new)
        try:
            with self.source.opened(os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK) as opened:
                self._size = os.fstat(opened).st_size
                with os.fdopen(os.dup(opened), "rb") as file:
                    self._extract(file)
        except BROKEN as error:
            self.draft.discard()
            raise failed(
                f"the archive cannot be read: {type(error).__name__}",
                "That archive is damaged, locked, or of a kind that I can't read.",
            ) from error
        except BaseException:
            self.draft.discard()
            raise
        self.made = self.new.parent.child(self.draft.name).stamp()

    def _extract(self, file: IO[bytes]) -> None:
        self.draft.claim()
        with self.new.parent.folder() as parent, told(self.new.name):
            os.mkdir(self.draft.name, 0o700, dir_fd=parent)
            folder = open_beneath(parent, self.draft.name, FOLDER_FLAGS)
            try:
                members = members_of(file, self.source.name, self.budget.files, self._count)
                for parts, content in members:
                    self._place(folder, parts, content)
                os.fchmod(folder, 0o755)
                os.fsync(folder)
            finally:
                os.close(folder)

    def _place(self, folder: int, parts: tuple[str, ...], content: IO[bytes] | None) -> None:
        self.budget.take_file(0)
        if not parts and content is None:
            return  # the archive's own folder
        if not parts or any(is_protected(part) for part in parts):
            self.budget.left_out += 1
            return
        with _inside(folder, parts if content is None else parts[:-1]) as inner:
            if content is not None:
                self._write(inner, parts[-1], content)

    def _write(self, folder: int, name: str, content: IO[bytes]) -> None:
        try:
            target = os.open(name, _NEW, 0o644, dir_fd=folder)
        except FileExistsError as error:
            raise denied("a name comes twice", "That archive holds a name twice.") from error
        with os.fdopen(target, "wb") as file:
            while block := content.read(_BLOCK_BYTES):
                self._count(len(block))
                file.write(block)
            file.flush()
            os.fsync(target)

    def _count(self, size_bytes: int) -> None:
        if not self.draft.is_wanted:
            raise failed("it was called off", "I stopped extracting.")
        self.budget.take_bytes(size_bytes)
        self._taken += size_bytes
        if self._taken > max(_FREE_BYTES, _MOST_TIMES * self._size):
            raise denied(
                f"the archive grows to more than {_MOST_TIMES} times its size",
                "That archive explodes: it holds far more than it should. I extracted nothing.",
            )

    def undo(self) -> Undo:
        """The way back."""
        return way_back("files.extract", self.source, self.new, self.made)

    def commit(self) -> None:
        """Show the folder."""
        self.draft.show(self.new.name)

    def discard(self) -> None:
        """Remove the folder if it was not shown."""
        self.draft.discard()


@contextmanager
def _inside(folder: int, parts: Sequence[str]) -> Iterator[int]:
    """A descriptor of a folder inside, made where it is missing."""
    opened = os.dup(folder)
    try:
        for part in parts:
            with suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=opened)
            inner = open_beneath(opened, part, FOLDER_FLAGS)
            os.close(opened)
            opened = inner
        yield opened
    finally:
        os.close(opened)
