"""The user's own pauses on the disk, from run to run: lengths only, no words and no times.

Their owner alone may read them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
from pydantic import RootModel

from voiced.private_files import make_empty
from voiced.turns import PauseMemory

__all__ = ["PAUSE_FILE", "keep", "load", "save"]

_log = logging.getLogger(__name__)

PAUSE_FILE = "pauses.json"
"""Its name in the folder of the journal."""

_LONGEST = 160_000
_Pauses = RootModel[tuple[int, ...]]
_EVERY_S = 300.0


def load(path: Path) -> PauseMemory:
    """What is remembered there; nothing where it is not there or damaged. Blocking."""
    try:
        found = _Pauses.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return PauseMemory()
    return PauseMemory(each for each in found.root if 0 < each < _LONGEST)


def save(path: Path, memory: PauseMemory) -> None:
    """Write it whole, or leave what was there; a disk that is full is told in the log. Blocking."""
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        make_empty(new)
        new.write_text(_Pauses(memory.pauses).model_dump_json(), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        _log.warning("the lengths of your pauses could not be kept: %s", error.strerror)


async def keep(
    path: Path, memory: PauseMemory, in_worker: Callable[..., Awaitable[object]]
) -> None:
    """Save it now and then when it has changed, until cancelled, and once more then."""
    saved = memory.pauses
    try:
        while True:
            await anyio.sleep(_EVERY_S)
            if memory.pauses != saved:
                saved = memory.pauses
                await in_worker(save, path, memory)
    finally:
        if memory.pauses != saved:
            with anyio.CancelScope(shield=True):
                await in_worker(save, path, memory)
