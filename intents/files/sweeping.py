"""At a start: what interrupted acts made out of sight is removed, by their claims; nothing else."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

from voiced.plugin import Companion, Health, IntentError, JsonValue, SlotContext

from .claims import CLAIM, claims_folder
from .copying import remove_tree
from .records import path_of, stamp_of
from .roots import Area
from .settings import Settings
from .trash import Trash

__all__ = ["UNFINISHED", "sweep"]

_DRAFT = re.compile(r"\.voiced-[0-9a-f]{16}\.part")
_MOST_BYTES = 1 << 16


def sweep(area: Area) -> None:
    """Remove what acts left that were interrupted; those of living processes are not touched."""
    for path in _claims():
        with suppress(OSError):
            _look_at(path, area)


def _look_at(path: Path, area: Area) -> None:
    held = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises where a process has it still
        row = _read(os.read(held, _MOST_BYTES))
        if path.suffix != CLAIM or _is_settled(row, area):
            path.unlink()
    finally:
        os.close(held)


def _read(line: bytes) -> Mapping[str, JsonValue]:
    try:
        row: object = json.loads(line)
    except ValueError:
        return {}
    return cast("dict[str, JsonValue]", row) if isinstance(row, dict) else {}


def _is_settled(row: Mapping[str, JsonValue], area: Area) -> bool:
    """Remove what a claim is on. False where that is for later: its disk is not there."""
    try:
        if "draft" in row:
            return _draft_is_gone(row, area)
        if "note" in row:
            return _note_is_gone(row)
    except IntentError:
        return False
    return True


def _draft_is_gone(row: Mapping[str, JsonValue], area: Area) -> bool:
    path = path_of(row, "draft")
    if _DRAFT.fullmatch(path.name) is None:
        return True
    folder = area.spot(path.parent)
    if folder.root.is_dir() and not folder.path.exists():
        return True
    with folder.folder() as opened:
        if not folder.child(path.name).exists():
            return True
        if "new" in row and not stamp_of(row).is_same(area.spot(path_of(row, "new")).stamp()):
            return False
        remove_tree(opened, path.name)
    return True


def _note_is_gone(row: Mapping[str, JsonValue]) -> bool:
    thing = path_of(row, "note")
    trash, unseen = Trash(thing.parents[1]), str(row.get("unseen", ""))
    if _DRAFT.fullmatch(unseen):
        trash.forget(unseen)
    if trash.note(thing.name) == row.get("text") and not trash.holds(thing.name):
        trash.release(thing.name)
    return True


def _start(_: SlotContext) -> None:
    """No program runs for it."""


def _health(_: SlotContext) -> Health:
    left = _claims()
    found = f"{len(left)} to be cleared away where their disk is there" if left else "none"
    return Health(is_ok=True, found=found)


def _claims() -> list[Path]:
    try:
        return sorted(claims_folder().iterdir())
    except OSError:
        return []


def _keeps(_: SlotContext) -> Sequence[Path]:
    return [claims_folder()]


def _tidy(context: SlotContext) -> None:
    if _claims():
        sweep(Area.of(context.settings(Settings)))


UNFINISHED = Companion("unfinished changes of files", _start, _health, _keeps, _tidy)
