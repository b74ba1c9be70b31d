"""Where the desktop begins: what tests put something else in place of."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .bus import Bus, Kind, open_bus
from .running import start
from .sound import Sound, open_sound

if TYPE_CHECKING:
    from .windows import Windows

__all__ = ["Edges", "edges", "using"]


def _open_windows(env: Mapping[str, str]) -> AbstractContextManager[Windows]:
    from .displays import open_windows  # noqa: PLC0415 - it needs what stands here

    return open_windows(env)


@dataclass(frozen=True, slots=True)
class Edges:
    """The bus, the windows, the sound, programs, the environment and the backlight's folder."""

    bus: Callable[[Kind], AbstractContextManager[Bus]] = open_bus
    windows: Callable[[Mapping[str, str]], AbstractContextManager[Windows]] = _open_windows
    sound: Callable[[], AbstractContextManager[Sound]] = open_sound
    start: Callable[[Sequence[str], Mapping[str, str]], None] = start
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    backlights: Path = Path("/sys/class/backlight")


_in_use: list[Edges] = [Edges()]


def edges() -> Edges:
    """What is used now."""
    return _in_use[-1]


@contextmanager
def using(other: Edges) -> Generator[Edges]:
    """Use others until the end of the body."""
    _in_use.append(other)
    try:
        yield other
    finally:
        _in_use.remove(other)
