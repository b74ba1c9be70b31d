"""Into the trash and out of it again."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from voiced.plugin import IntentError, JsonValue, Undo

from .records import refuse_taken, stamp_data, unchanged, uri_of
from .refusals import denied, failed, said, told
from .roots import Spot, Stamp
from .syscalls import rename_noreplace, settle
from .trash import Trash, trash_for

__all__ = ["Restoring", "Trashing"]


@dataclass(slots=True)
class Trashing:
    """Into the trash: the note on where it came from first, then one atomic step."""

    spot: Spot
    clock: Callable[[], datetime]
    stamp: Stamp | None = None
    trash: Trash | None = field(default=None, init=False)
    name: str = field(default="", init=False)
    is_done: bool = field(default=False, init=False)

    def prepare(self) -> None:
        """Check that it is what was expected and take a place in the trash."""
        self.stamp = unchanged(self.spot, self.stamp)
        with self.spot.parent.folder() as folder:
            self.trash = trash_for(self.spot.path, os.fstat(folder).st_dev)
        if self.trash.folder.is_relative_to(self.spot.path):
            raise denied("the trash lies in it", "The trash itself lies in that folder.")
        self.name = self.trash.reserve(self.spot.path, self.clock())

    def undo(self) -> Undo:
        """The way back."""
        if self.trash is None or self.stamp is None:
            raise AssertionError("prepare() comes first")
        data: dict[str, JsonValue] = {
            "old": uri_of(self.spot.path),
            "trash": uri_of(self.trash.folder),
            "name": uri_of(Path("/") / self.name),
            "stamp": stamp_data(self.stamp),
        }
        return Undo("files.trash", data)

    def commit(self) -> None:
        """Move it there."""
        if self.trash is None:
            raise AssertionError("prepare() comes first")
        unchanged(self.spot, self.stamp)
        with (
            self.spot.parent.folder() as source,
            self.trash.opened("files") as files,
            told(self.spot.name),
        ):
            rename_noreplace(source, self.spot.name, files, self.name)
            self.is_done = True
            settle(files, source)

    def discard(self) -> None:
        """Give the place in the trash back if nothing came."""
        if self.trash and self.name and not self.is_done:
            with suppress(IntentError):
                self.trash.release(self.name)


@dataclass(slots=True)
class Restoring:
    """Out of the trash, to where it was, if it is the same and its place is free."""

    trash: Trash
    name: str
    old: Spot
    stamp: Stamp

    def prepare(self) -> None:
        """Check the trash and the old place."""
        with self.trash.opened("files") as files:
            try:
                found = Stamp.of(os.stat(self.name, dir_fd=files, follow_symlinks=False))
            except FileNotFoundError:
                found = None
        if found is None or not self.stamp.is_same(found):
            raise failed(
                "what was trashed is not in the trash any more",
                f"{said(self.old.name)} is not in the trash any more.",
            )
        refuse_taken(self.old)

    def commit(self) -> None:
        """Move it back; the note is removed last."""
        with (
            self.trash.opened("files") as files,
            self.old.parent.folder() as target,
            told(self.old.name),
        ):
            rename_noreplace(files, self.name, target, self.old.name)
            settle(target)
        with suppress(IntentError):
            self.trash.release(self.name)
