"""When something may be said unasked: nobody speaks, and no question waits for its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import anyio

from voiced.announcements import Announcement, Hearing
from voiced.labels import Integrity
from voiced.live_turn import LiveTurn

__all__ = ["Crier", "Floor"]

_LOOK_S = 0.1


class Floor(Protocol):
    """What a session tells of who speaks, and lets begin."""

    @property
    def speaker(self) -> LiveTurn | None:
        """The turn that is under way, if one is."""
        ...

    @property
    def is_free(self) -> bool:
        """Whether something may be said now."""
        ...

    def announce_now(self, announcement: Announcement, integrity: Integrity) -> LiveTurn:
        """Begin to say it."""
        ...


class Crier:
    """Says announcements, one after the other, each as soon as it may be said.

    Args:
        floor: Gives the session's floor, once it listens; None before and after.
    """

    def __init__(self, floor: Callable[[], Floor | None]) -> None:
        self._floor = floor
        self._turn_taking = anyio.Lock()

    async def say(
        self, announcement: Announcement, integrity: Integrity, answer_s: float
    ) -> Hearing:
        """Say it, and wait so many seconds for an answer; whoever interrupts it answers, too."""
        async with self._turn_taking:
            floor = await self._free()
            turn = floor.announce_now(announcement, integrity)
            await turn.over.wait()
            if turn.was_interrupted or await _is_answered(floor, turn, answer_s):
                return "answered"
            return "heard"

    async def _free(self) -> Floor:
        while True:
            floor = self._floor()
            if floor is not None and floor.is_free:
                return floor
            await anyio.sleep(_LOOK_S)


async def _is_answered(floor: Floor, turn: LiveTurn, answer_s: float) -> bool:
    """Whether the user begins to say anything within so many seconds."""
    until_s = anyio.current_time() + answer_s
    while True:
        answer = floor.speaker
        if answer is not None and answer is not turn:
            await answer.over.wait()
            if answer.has_words:
                return True
        elif anyio.current_time() >= until_s:
            return False
        else:
            await anyio.sleep(_LOOK_S)
