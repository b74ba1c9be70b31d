"""Into the trash and out of it again."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from voiced.plugin import IntentError, JsonValue, Undo

from .claims import Claim
from .records import refuse_taken, stamp_data, unchanged, uri_of
from .refusals import denied, failed, said, told
from .roots import Spot, Stamp
from .syscalls import rename_noreplace, settle
from .trash import Claimed, Trash, trash_for

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
    _claim: Claimed | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Check that it is what was expected and take a place in the trash."""
        self.stamp = unchanged(self.spot, self.stamp)
        with self.spot.parent.folder() as folder:
            self.trash = trash_for(self.spot.path, os.fstat(folder).st_dev)
        if self.trash.folder.is_relative_to(self.spot.path):
            raise denied("the trash lies in it", "The trash itself lies in that folder.")
        claim = partial(Claim.on_note, self.trash)
        self.name, self._claim = self.trash.reserve(self.spot.path, self.clock(), claim)

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
        claim, self._claim = self._claim, None
        if claim is not None and self.trash is not None:
            if self.is_done:
                claim.drop()
            else:
                _release(self.trash, self.name, claim)


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
        claim = Claim.on_note(self.trash, self.name, self.trash.note(self.name) or "")
        try:
            self._move()
        except BaseException:
            claim.drop()
            raise
        _release(self.trash, self.name, claim)

    def _move(self) -> None:
        with (
            self.trash.opened("files") as files,
            self.old.parent.folder() as target,
            told(self.old.name),
        ):
            rename_noreplace(files, self.name, target, self.old.name)
            settle(target)


def _release(trash: Trash, name: str, claim: Claimed) -> None:
    """Remove a note on nothing, now or at the next start."""
    try:
        trash.release(name)
    except IntentError:
        claim.leave()
    else:
        claim.drop()
