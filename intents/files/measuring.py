"""The intents that tell how large things are, and how much room is left."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from typing import Annotated

from voiced.plugin import Context, Effect, FileEntity, IntentError, Reply, intent

from .described import NEARLY, meant
from .kinds import FOLDER_KIND
from .names import is_protected
from .refusals import said, told
from .roots import Area, Spot
from .settings import Settings
from .sizes import in_words
from .slot import FILE

__all__ = ["tell_size", "tell_space"]

_LIMIT_S = 5.0
_MAX_DEPTH = 40


@dataclass(slots=True)
class _Sum:
    files: int = 0
    size_bytes: int = 0
    is_whole: bool = True


def _measure(spot: Spot, found: _Sum, end_s: float, depth: int = _MAX_DEPTH) -> None:
    if time.monotonic() > end_s or depth == 0:
        found.is_whole = False
        return
    folders = []
    with spot.folder() as folder, told(spot.name), os.scandir(folder) as entries:
        for entry in entries:
            if is_protected(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif entry.is_file(follow_symlinks=False):
                found.files += 1
                found.size_bytes += entry.stat(follow_symlinks=False).st_size
    for name in folders:
        try:
            _measure(spot.child(name), found, end_s, depth - 1)
        except IntentError:  # one that may not be read, or went away
            found.is_whole = False


def _size(file: FileEntity, settings: Settings) -> tuple[str, int]:
    spot = Area.of(settings).spot(file.path)
    if file.kind != FOLDER_KIND:
        size_bytes = spot.look().st_size
        return f"{said(spot.name)} has {in_words(size_bytes)}.", size_bytes
    found = _Sum()
    _measure(spot, found, time.monotonic() + _LIMIT_S)
    files = "one file" if found.files == 1 else f"{found.files} files"
    least = "" if found.is_whole else " at least"
    text = f"{said(spot.name)} holds{least} {files} with {in_words(found.size_bytes)}."
    return text, found.size_bytes


@intent(
    "files.size",
    sentences=[
        "how (big|large) is [the|my] {file}",
        "(what is|tell me) the size of [the|my] {file}",
        "how much (space|room) does [the|my] {file} (take|need|use) [up]",
        "how (big|large) is [the|my] {described}",
    ],
    effect=Effect.R1,
    examples=["how big is the holiday folder"],
)
async def tell_size(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, NEARLY] = None,
) -> Reply:
    """Tell the size of a file, or of all that is in a folder."""
    file = meant(file, described)
    text, size_bytes = await context.in_worker(_size, file, context.settings(Settings))
    return Reply(text, (file,), {"size_bytes": size_bytes})


@intent(
    "files.space",
    sentences=[
        "how much (space|room) is [there] (left|free) [on (the|my) (disk|computer|drive)]",
        "how much (free|disk) space (is there|do i have|is left|have i got) [left]",
        "is (the|my) (disk|drive) full",
    ],
    effect=Effect.R1,
    examples=["how much space is left"],
)
async def tell_space(context: Context) -> Reply:
    """Tell how much room is left on the disks of the allowed folders."""
    area = await context.in_worker(Area.of, context.settings(Settings))
    disks = await context.in_worker(_disks, area)
    told_of = [f"{in_words(free)} of {in_words(total)}" for free, total in disks]
    if len(told_of) == 1:
        return Reply(f"There are {told_of[0]} free.", data={"free_bytes": disks[0][0]})
    listed = ", and on the next disk ".join(told_of)
    return Reply(f"Free are {listed}.", data={"free_bytes": [free for free, _ in disks]})


def _disks(area: Area) -> list[tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for root in area.roots:
        with told(root.name):
            usage = shutil.disk_usage(root)
            found[root.stat().st_dev] = (usage.free, usage.total)
    return list(found.values())
