"""A version beside the original: made out of sight, shown whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voiced.plugin import Context, JsonValue, Reply, Undo
from voiced_intents.files.copying import Budget, Draft
from voiced_intents.files.listing import entry_at
from voiced_intents.files.records import refuse_taken, stamp_of, way_back
from voiced_intents.files.refusals import failed, said, told
from voiced_intents.files.roots import Spot, Stamp
from voiced_intents.files.syscalls import settle
from voiced_intents.files.trashing import Trashing

from .people import copy_tags

__all__ = ["Change", "Version", "carry_out", "reply_with", "to_trash"]

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Change(Protocol):
    """One change: ``prepare``, then ``commit``, each in a worker; ``discard`` always, last."""

    def prepare(self) -> None: ...

    def undo(self) -> Undo: ...

    def commit(self) -> None: ...

    def discard(self) -> None: ...


@dataclass(slots=True)
class Version:
    """A new file beside ``source``. ``write`` fills an open, empty file with it."""

    source: Spot
    new: Spot
    write: Callable[[int], None]
    operation: str = "photos.edit"
    draft: Draft = field(init=False)
    made: Stamp | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.draft = Draft(self.new.parent, Budget(1, 0))

    def prepare(self) -> None:
        """Write it under a hidden name, to the disk."""
        refuse_taken(self.new)
        before = self.source.stamp()
        self.draft.claim()
        with self.draft.folder.folder() as folder, told(self.new.name):
            target = os.open(self.draft.name, _NEW, 0o600, dir_fd=folder)
            try:
                self._fill(target)
                os.fsync(target)
            finally:
                os.close(target)
            settle(folder)
        if not before.is_same(self.source.stamp()):
            raise failed("the picture changed meanwhile", "It changed while I was working on it.")
        self.made = self.draft.folder.child(self.draft.name).stamp()
        if not self.draft.is_wanted:
            self.draft.discard()
            raise failed("it took too long", "That took too long, so I stopped.")

    def _fill(self, target: int) -> None:
        self.write(target)
        with self.source.opened(_READ) as source:
            copy_tags(source, target)
            os.fchmod(target, os.fstat(source).st_mode & 0o666)

    def undo(self) -> Undo:
        """The way back."""
        return way_back(self.operation, self.source, self.new, self.made)

    def commit(self) -> None:
        """Show it."""
        self.draft.show(self.new.name)

    def hide(self) -> None:
        """Take ``commit`` back."""
        self.draft.hide(self.new.name)

    def discard(self) -> None:
        """Remove it if it was not shown."""
        self.draft.discard()


async def carry_out(context: Context, change: Change, summary: str) -> None:
    """Prepare, write the way back, commit; whatever happens, nothing half done stays."""
    try:
        await context.in_worker(change.prepare)
        async with context.change(change.undo(), summary):
            await context.in_worker(change.commit)
    finally:
        change.discard()


async def reply_with(context: Context, text: str, spot: Spot) -> Reply:
    """A reply about a file that is there now; "it" means that file from now on."""
    entry = await context.in_worker(entry_at, spot)
    return Reply(text, (entry.entity(),), {"file": said(str(spot.path))})


async def to_trash(context: Context, new: Spot, data: Mapping[str, JsonValue]) -> None:
    """Put what a change made into the trash, if nobody has touched it since.

    Raises:
        IntentError: It is gone, or not what it was.
    """
    trashing = Trashing(new, lambda: context.now, stamp_of(data))
    try:
        await context.in_worker(trashing.prepare)
        await context.in_worker(trashing.commit)
    finally:
        trashing.discard()
