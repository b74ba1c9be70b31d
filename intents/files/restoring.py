"""The intent that gets something out of the trash again, whoever put it there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as ParseError
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote_to_bytes

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    IntentError,
    JsonValue,
    Reply,
    SlotContext,
    Undo,
    intent,
    normalise,
    undoes,
)

from .carrying import carry_out, reply
from .likeness import closest
from .records import path_of, stamp_data, stamp_of, uri_of
from .refusals import failed, said, told
from .roots import Area, Spot, Stamp
from .settings import Settings
from .trash import Trash, trash_place
from .trashing import Restoring, Trashing

__all__ = ["restore_file", "undo_restore"]

_INFO = ".trashinfo"
_MOST = 5000
_LIKE, _ALIKE = 0.6, 0.06
_LAST = frozenset("last latest newest just".split())
_DELETED = frozenset(
    "the what which that was thing one file folder i you we deleted trashed threw put away in into "
    "trash bin removed".split()
)


@dataclass(frozen=True, slots=True)
class _Trashed:
    """What lies in a trash, and where it came from."""

    trash: Trash
    name: str
    old: Spot
    deleted: str


def _all(context: SlotContext) -> list[_Trashed]:
    """What the trash of each allowed folder's disk holds of these folders, the newest first."""
    area = Area.of(context.settings(Settings))
    found: dict[tuple[Path, str], _Trashed] = {}
    for root in area.roots:
        with told("the trash"):
            device = root.stat().st_dev
        try:
            trash = trash_place(root / "x", device)
            for each in _in(trash, area) if (trash.folder / "info").is_dir() else ():
                found[(trash.folder, each.name)] = each
        except IntentError:  # a disk without a trash
            continue
    return sorted(found.values(), key=lambda each: each.deleted, reverse=True)


def _in(trash: Trash, area: Area) -> Iterator[_Trashed]:
    """What the notes of a trash tell, but those of which nothing is there any more."""
    with trash.opened("info") as info, trash.opened("files") as held:
        there = set(os.listdir(held))  # noqa: PTH208 - a descriptor
        with os.scandir(info) as entries:
            names = sorted(each.name for each in entries if each.name.endswith(_INFO))[:_MOST]
        for name in (each for each in names if each.removesuffix(_INFO) in there):
            note = _note(info, name)
            try:
                path, deleted = _read(trash, note)
                yield _Trashed(trash, name.removesuffix(_INFO), area.spot(path), deleted)
            except (IntentError, ParseError, ValueError, KeyError):
                continue  # of another folder, or not a note at all


def _note(folder: int, name: str) -> str:
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return ""
    with os.fdopen(opened, "rb") as file:
        return file.read(1 << 14).decode("utf-8", "replace")


def _read(trash: Trash, note: str) -> tuple[Path, str]:
    parser = ConfigParser(interpolation=None)
    parser.read_string(note)
    section = parser["Trash Info"]
    path = Path(os.fsdecode(unquote_to_bytes(section["Path"])))
    return (trash.top / path if trash.top else path), section["DeletionDate"]


def _named(words: str, context: SlotContext) -> _Trashed:
    """What was meant, of one name what was deleted last.

    Raises:
        IntentFailed: Nothing in the trash is called so, or two things are alike.
    """
    there = _all(context)
    if there and _means_the_last(words):
        return there[0]
    near = [
        (score, name)
        for score, name in closest(words, {each.old.name for each in there})
        if score >= _LIKE
    ]
    if not near:
        text = f"I find nothing called {said(words)} in the trash."
        raise failed("nothing of that name is in the trash", text)
    if len(near) > 1 and near[0][0] - near[1][0] < _ALIKE:
        text = f"There are {said(near[0][1])} and {said(near[1][1])} in the trash. Say which one."
        raise failed("two things in the trash fit alike", text)
    return next(each for each in there if each.old.name == near[0][1])


def _means_the_last(words: str) -> bool:
    """Whether it says nothing but that it went last: "the last thing I deleted"."""
    found = set(normalise(words))
    return not found.isdisjoint(_LAST) and found <= _LAST | _DELETED


@dataclass(slots=True)
class _Restoring:
    """A ``Restoring`` whose way back is into the trash again."""

    trashed: _Trashed
    _way: Restoring | None = None

    def prepare(self) -> None:
        """Check the trash and the old place."""
        trash, name = self.trashed.trash, self.trashed.name
        with trash.opened("files") as files, told(self.trashed.old.name):
            stamp = Stamp.of(os.stat(name, dir_fd=files, follow_symlinks=False))
        self._way = Restoring(trash, name, self.trashed.old, stamp)
        self._way.prepare()

    def undo(self) -> Undo:
        """The way back."""
        way = self._chosen()
        data: dict[str, JsonValue] = {"old": uri_of(way.old.path), "stamp": stamp_data(way.stamp)}
        return Undo("files.restore", data)

    def commit(self) -> None:
        """Move it back."""
        self._chosen().commit()

    def discard(self) -> None:
        """Nothing was prepared."""

    def _chosen(self) -> Restoring:
        if self._way is None:
            raise AssertionError("prepare() comes first")
        return self._way


@intent(
    "files.restore",
    sentences=[
        "(restore|recover|bring back|undelete) [the|my] [file|folder] {trashed} "
        "[from the (trash|bin|wastebasket)]",
        "(take|get) [the|my] {trashed} (out of|from|back from) the (trash|bin|wastebasket)",
    ],
    effect=Effect.W1,
    critical=["trashed"],
    examples=["restore the draft from the trash"],
)
async def restore_file(context: Context, trashed: Annotated[str, TEXT]) -> Reply:
    """Put something back where it was before it was deleted, by its name."""
    found = await context.in_worker(_named, trashed, context)
    old = found.old
    text = f"{said(old.name)} to {said(old.parent.name)}"
    await carry_out(context, _Restoring(found), f"restored {text}")
    return await reply(context, f"Restored {text}.", old)


@undoes("files.restore")
async def undo_restore(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put it into the trash again."""
    area = await context.in_worker(Area.of, context.settings(Settings))
    spot = area.spot(path_of(data, "old"))
    trashing = Trashing(spot, lambda: context.now, stamp_of(data))
    try:
        await context.in_worker(trashing.prepare)
        await context.in_worker(trashing.commit)
    finally:
        trashing.discard()
    return f"{said(spot.name)} is in the trash again."
