"""What is known of Raspberry Pis: which engines fit which board, and how many threads."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Board", "board_of"]


@dataclass(frozen=True, slots=True)
class Board:
    """A board that is too small for some engines.

    Attributes:
        name: As people call it.
        largest: The largest Whisper model for it; empty: none.
        threads: How many threads Whisper gets; the other cores are left for the sound.
        piper: Whether piper's voices are fast enough.
        why: The reason, in a sentence.
    """

    name: str
    largest: str
    threads: int
    piper: bool
    why: str


_OLD = Board(
    "an older Raspberry Pi",
    largest="",
    threads=1,
    piper=False,
    why="this board has little memory or slow cores: the built-in engines alone fit",
)
_PI_4 = Board(
    "Raspberry Pi 4",
    largest="tiny.en",
    threads=3,
    piper=False,
    why="a Pi 4 has four slow cores: one is left for the sound, and piper would speak late",
)
_PI_5 = Board(
    "Raspberry Pi 5",
    largest="base.en",
    threads=3,
    piper=True,
    why="a Pi 5 has four cores: one is left for the sound",
)
_KNOWN = {4: _PI_4, 5: _PI_5}


def board_of(model: str) -> Board | None:
    """The board of a model as the firmware names it; None: no Raspberry Pi.

    The keyboards Pi 400 and Pi 500 hold a Pi 4 and a Pi 5, as the first digit says.
    """
    found = re.match(r"Raspberry Pi (?:Compute Module )?(\d)?", model)
    if found is None:
        return None
    return _KNOWN.get(int(found[1] or 0), _OLD)
