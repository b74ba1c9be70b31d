"""Every change that this plugin can make: prepared, committed in one step, or called off.

``prepare`` checks and does the slow part out of sight; ``undo`` is the way back, known before the
change; ``commit`` shows the change. Nothing here asks, speaks or writes the journal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voiced.plugin import IntentError, JsonValue, Undo

from .claims import Claim
from .copying import Budget, Draft, remove_tree
from .names import draft_name
from .records import refuse_taken, stamp_data, unchanged, uri_of, way_back
from .refusals import denied, failed, said, told
from .roots import Spot, Stamp
from .syscalls import rename_noreplace, settle

__all__ = [
    "Carrying",
    "Change",
    "Copying",
    "FolderMaking",
    "FolderRemoving",
    "Moving",
    "Renaming",
]


class Change(Protocol):
    """One change: ``prepare``, then ``commit``, each in a worker; ``discard`` always, last."""

    def prepare(self) -> None: ...

    def undo(self) -> Undo: ...

    def commit(self) -> None: ...

    def discard(self) -> None: ...


def _vanish(spot: Spot, expected: Stamp, copy: Mapping[str, JsonValue]) -> None:
    """Remove a source whose ``copy`` is complete. A folder goes in one step, to a hidden name."""
    unchanged(spot, expected)
    with spot.parent.folder() as folder, told(spot.name):
        if not expected.is_folder:
            os.unlink(spot.name, dir_fd=folder)
        else:
            doomed = draft_name()
            claim = Claim.on_draft(spot.parent, doomed, copy)
            try:
                rename_noreplace(folder, spot.name, folder, doomed)
            except OSError:
                claim.drop()
                raise
            try:
                remove_tree(folder, doomed)
            except IntentError:
                claim.leave()
            else:
                claim.drop()
        settle(folder)


@dataclass(slots=True)
class Renaming:
    """A new name or another folder on the same device: one atomic step."""

    old: Spot
    new: Spot
    operation: str = "files.rename"
    stamp: Stamp | None = None

    def prepare(self) -> None:
        """Check that it is what was expected, and that the new place is free."""
        self.stamp = unchanged(self.old, self.stamp)
        if self.new.path.is_relative_to(self.old.path) and self.new != self.old:
            raise denied("a folder into itself", "I can't put a folder into itself.")
        refuse_taken(self.new)

    def undo(self) -> Undo:
        """The way back."""
        return way_back(self.operation, self.old, self.new, self.stamp)

    def commit(self) -> None:
        """Rename, if it still is what ``prepare`` saw."""
        unchanged(self.old, self.stamp)
        with (
            self.old.parent.folder() as source,
            self.new.parent.folder() as target,
            told(self.new.name),
        ):
            rename_noreplace(source, self.old.name, target, self.new.name)
            settle(target, source)

    def discard(self) -> None:
        """Nothing was prepared."""


@dataclass(slots=True)
class Carrying:
    """A move to another device: a whole copy is shown there, then the source is removed."""

    old: Spot
    new: Spot
    budget: Budget
    operation: str = "files.move"
    stamp: Stamp | None = None
    draft: Draft = field(init=False)
    copied: Stamp | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.draft = Draft(self.new.parent, self.budget)

    def prepare(self) -> None:
        """Copy, out of sight; what a copy leaves out would be lost, so that is refused."""
        self.stamp = unchanged(self.old, self.stamp)
        refuse_taken(self.new)
        self.copied = self.draft.make(self.old)
        if self.budget.left_out:
            raise denied(
                "links or hidden files would be lost",
                f"{said(self.old.name)} holds links or hidden files, and I don't move those to "
                "another disk.",
            )

    def undo(self) -> Undo:
        """The way back; ``source`` tells a change that was cut off in the middle."""
        back = way_back(self.operation, self.old, self.new, self.copied)
        source = {"source": stamp_data(self.stamp)} if self.stamp else {}
        return Undo(back.operation, {**back.data, **source})

    def commit(self) -> None:
        """Show the copy and remove the source; if that fails, the copy is hidden again."""
        if self.stamp is None or self.copied is None:
            raise AssertionError("prepare() comes first")
        copy: dict[str, JsonValue] = {
            "new": uri_of(self.new.path),
            "stamp": stamp_data(self.copied),
        }
        self.draft.show(self.new.name)
        try:
            _vanish(self.old, self.stamp, copy)
        except BaseException:
            # Only while the source is there may its copy go.
            if self.old.exists():
                self.draft.hide(self.new.name)
            raise

    def discard(self) -> None:
        """Remove the copy if it was not shown."""
        self.draft.discard()


@dataclass(slots=True)
class Moving:
    """A move to another folder, on whatever device."""

    old: Spot
    new: Spot
    budget: Budget
    stamp: Stamp | None = None
    _way: Renaming | Carrying | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Find out which way it goes, and prepare that."""
        with self.old.parent.folder() as source, self.new.parent.folder() as target:
            is_near = os.fstat(source).st_dev == os.fstat(target).st_dev
        if is_near:
            self._way = Renaming(self.old, self.new, "files.move", self.stamp)
        else:
            self._way = Carrying(self.old, self.new, self.budget, "files.move", self.stamp)
        self._way.prepare()

    def undo(self) -> Undo:
        """The way back."""
        return self._chosen().undo()

    def commit(self) -> None:
        """Move."""
        self._chosen().commit()

    def discard(self) -> None:
        """Remove what was prepared."""
        if self._way:
            self._way.discard()

    def _chosen(self) -> Renaming | Carrying:
        if self._way is None:
            raise AssertionError("prepare() comes first")
        return self._way


@dataclass(slots=True)
class Copying:
    """A copy under a name that is free."""

    source: Spot
    new: Spot
    budget: Budget
    draft: Draft = field(init=False)
    copied: Stamp | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.draft = Draft(self.new.parent, self.budget)

    def prepare(self) -> None:
        """Copy, out of sight."""
        refuse_taken(self.new)
        if self.new.path.is_relative_to(self.source.path):
            raise denied("a folder into itself", "I can't copy a folder into itself.")
        self.copied = self.draft.make(self.source)

    def undo(self) -> Undo:
        """The way back."""
        return way_back("files.copy", self.source, self.new, self.copied)

    def commit(self) -> None:
        """Show the copy."""
        self.draft.show(self.new.name)

    def hide(self) -> None:
        """Take ``commit`` back."""
        self.draft.hide(self.new.name)

    def discard(self) -> None:
        """Remove the copy if it was not shown."""
        self.draft.discard()


@dataclass(slots=True)
class FolderMaking:
    """A new, empty folder."""

    new: Spot

    def prepare(self) -> None:
        """Check that the name is free."""
        refuse_taken(self.new)

    def undo(self) -> Undo:
        """The way back."""
        return Undo("files.create_folder", {"new": uri_of(self.new.path)})

    def commit(self) -> None:
        """Make it."""
        with self.new.parent.folder() as folder, told(self.new.name):
            os.mkdir(self.new.name, dir_fd=folder)
            settle(folder)

    def discard(self) -> None:
        """Nothing was prepared."""


@dataclass(slots=True)
class FolderRemoving:
    """Takes a new folder back, if it still is empty."""

    spot: Spot

    def prepare(self) -> None:
        """Check that it is a folder."""
        if not self.spot.stamp().is_folder:
            raise failed("not a folder any more", f"{said(self.spot.name)} is not a folder.")

    def commit(self) -> None:
        """Remove it; the kernel refuses if anything is in it."""
        with self.spot.parent.folder() as folder, told(self.spot.name):
            os.rmdir(self.spot.name, dir_fd=folder)
            settle(folder)
