"""The intent that gets something out of the trash again, whoever put it there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ParseError
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import unquote_to_bytes

from voiced.plugin import (
    Candidate,
    Context,
    Effect,
    IntentError,
    JsonValue,
    Reply,
    SlotContext,
    Undo,
    intent,
    undoes,
)

from .carrying import carry_out, reply
from .likeness import closest
from .records import path_of, stamp_data, stamp_of, uri_of
from .refusals import said, told
from .roots import Area, Spot, Stamp
from .settings import Settings
from .trash import Trash, trash_for
from .trashing import Restoring, Trashing

__all__ = ["restore_file", "undo_restore"]

_INFO = ".trashinfo"
_MOST = 5000
_LIKE = 0.6
_NAMED = 50


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
            trash = trash_for(root / "x", device)
            for each in _in(trash, area):
                found[(trash.folder, each.name)] = each
        except IntentError:  # a disk without a trash
            continue
    return sorted(found.values(), key=lambda each: each.deleted, reverse=True)


def _in(trash: Trash, area: Area) -> Iterator[_Trashed]:
    with trash.opened("info") as info:
        names = sorted(name for name in os.listdir(info) if name.endswith(_INFO))[:_MOST]
        for name in names:
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


@dataclass(frozen=True, slots=True)
class _TrashedType:
    """Something in the trash that came from an allowed folder, by its name."""

    name: ClassVar[str] = "trashed"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "the name of something in the trash",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: the trash is looked at only when it is asked for."""
        return ()

    def resolve(self, said_words: str, context: SlotContext) -> Sequence[Candidate[_Trashed]]:
        """What is there of that name, the newest first among equals."""
        there = _all(context)
        scores = {name: score for score, name in closest(said_words, {t.old.name for t in there})}
        kept = [each for each in there if scores.get(each.old.name, 0.0) >= _LIKE]
        kept.sort(key=lambda each: -scores[each.old.name])
        seen: dict[str, int] = {}
        candidates = []
        for each in kept[:_NAMED]:  # of one name, the one that was deleted last is meant
            again = seen[each.old.name] = seen.get(each.old.name, -1) + 1
            score = scores[each.old.name] - 0.1 * min(again, 3)
            candidates.append(Candidate(each, said(each.old.name), max(0.0, score)))
        return sorted(candidates, key=lambda candidate: -candidate.score)


TRASHED = _TrashedType()


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
async def restore_file(context: Context, trashed: Annotated[_Trashed, TRASHED]) -> Reply:
    """Put something back where it was before it was deleted."""
    old = trashed.old
    text = f"{said(old.name)} to {said(old.parent.name)}"
    await carry_out(context, _Restoring(trashed), f"restored {text}")
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
