"""How each change is taken back, also after a restart. The state is checked first.

If somebody has changed, moved or replaced what we left, nothing is done and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from voiced.plugin import Context, IntentFailed, JsonValue, undoes

from .changes import FolderRemoving, Moving, Renaming
from .comparing import hold_the_same
from .copying import Budget
from .records import path_of, stamp_of
from .refusals import said
from .roots import Area, Spot
from .settings import Settings
from .trash import Trash
from .trashing import Restoring, Trashing

__all__ = ["undo_copy", "undo_create_folder", "undo_move", "undo_rename", "undo_trash"]

Data = Mapping[str, JsonValue]


class _Step(Protocol):
    def prepare(self) -> None: ...

    def commit(self) -> None: ...


class _Called(_Step, Protocol):
    def discard(self) -> None: ...


async def _do(context: Context, step: _Step) -> None:
    await context.in_worker(step.prepare)
    await context.in_worker(step.commit)


async def _do_or_discard(context: Context, step: _Called) -> None:
    try:
        await _do(context, step)
    finally:
        step.discard()


async def _spots(context: Context, data: Data, *keys: str) -> list[Spot]:
    area = await context.in_worker(Area.of, context.settings(Settings))
    return [area.spot(path_of(data, key)) for key in keys]


@undoes("files.rename")
async def undo_rename(context: Context, data: Data) -> str:
    """Give it its old name."""
    old, new = await _spots(context, data, "old", "new")
    await _do(context, Renaming(new, old, stamp=stamp_of(data)))
    return f"{said(new.name)} is called {said(old.name)} again."


@undoes("files.move")
async def undo_move(context: Context, data: Data) -> str:
    """Move it back."""
    old, new = await _spots(context, data, "old", "new")
    settings = context.settings(Settings)
    if "source" in data and await context.in_worker(_is_there, old, data):
        # A move to another disk that was cut off between the copy and the removal of the source.
        await _do_or_discard(context, Trashing(new, lambda: context.now, stamp_of(data)))
        return f"{said(old.name)} is still in {said(old.parent.name)}; its copy is in the trash."
    if await context.in_worker(hold_the_same, old, new):
        # Taking it back was cut off after the copy, and before its source was removed.
        await _do_or_discard(context, Trashing(new, lambda: context.now, stamp_of(data)))
        return f"{said(old.name)} is back in {said(old.parent.name)}."
    budget = Budget(settings.max_copy_files, settings.max_copy_bytes)
    await _do_or_discard(context, Moving(new, old, budget, stamp_of(data)))
    return f"{said(old.name)} is back in {said(old.parent.name)}."


def _is_there(old: Spot, data: Data) -> bool:
    try:
        return stamp_of(data, "source").is_same(old.stamp())
    except IntentFailed:
        return False


@undoes("files.copy")
async def undo_copy(context: Context, data: Data) -> str:
    """Put the copy into the trash, where it can still be had."""
    (new,) = await _spots(context, data, "new")
    await _do_or_discard(context, Trashing(new, lambda: context.now, stamp_of(data)))
    return f"The copy {said(new.name)} is in the trash."


@undoes("files.create_folder")
async def undo_create_folder(context: Context, data: Data) -> str:
    """Remove the new folder, if nothing is in it."""
    (new,) = await _spots(context, data, "new")
    await _do(context, FolderRemoving(new))
    return f"The new folder {said(new.name)} is gone."


@undoes("files.trash")
async def undo_trash(context: Context, data: Data) -> str:
    """Restore it from the trash."""
    (old,) = await _spots(context, data, "old")
    trash = Trash(path_of(data, "trash"))
    name = path_of(data, "name").name
    await _do(context, Restoring(trash, name, old, stamp_of(data)))
    return f"{said(old.name)} is back in {said(old.parent.name)}."
