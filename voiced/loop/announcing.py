"""When something may be said unasked: nobody speaks, and no question waits for its answer.

What rings does not wait for ever: a reply is cut off after its sentence, and where somebody, or a
television, speaks on and on, he is not listened to any more after a while.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import anyio

from voiced.announcements import Announcement, Hearing
from voiced.loop.live_turn import LiveTurn
from voiced.trust.labels import Integrity

__all__ = ["Crier", "Floor"]

_LOOK_S = 0.05
_PATIENCE_S = 20.0
"""What rings waits so long for whoever speaks, and for what is answered to him."""


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

    @property
    def is_talked_over(self) -> bool:
        """Whether there is speech over a reply."""
        ...

    @property
    def stops(self) -> int:
        """How often it was stopped by a key or another program."""
        ...

    def give_way(self) -> None:
        """Cut off whoever speaks."""
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
            floor = await self._free(rings=announcement.rings)
            stops = floor.stops
            turn = floor.announce_now(announcement, integrity)
            await turn.over.wait()
            if floor.stops > stops or (turn.was_interrupted and not announcement.insists):
                return "answered"
            if await _is_answered(floor, turn, answer_s, insists=announcement.insists):
                return "answered"
            return "heard"

    async def _free(self, *, rings: bool) -> Floor:
        wait = _Wait()
        while True:
            floor = self._floor()
            if floor is not None and floor.is_free:
                return floor
            if floor is not None and rings and wait.is_over(floor):
                floor.give_way()
            await anyio.sleep(_LOOK_S)


class _Wait:
    """How long whoever has the floor may go on: to the end of a sentence, or of all patience."""

    def __init__(self) -> None:
        self._until_s = anyio.current_time() + _PATIENCE_S
        self._turn: LiveTurn | None = None
        self._heard = 0

    def is_over(self, floor: Floor) -> bool:
        """Whether he has gone on long enough."""
        turn = floor.speaker
        if turn is None:  # a question waits for its answer, which is short
            return False
        if turn is not self._turn:
            self._turn, self._heard = turn, turn.sentences_heard
        if anyio.current_time() >= self._until_s:
            return True
        return turn.sentences_heard > self._heard and not floor.is_talked_over


async def _is_answered(floor: Floor, turn: LiveTurn, answer_s: float, *, insists: bool) -> bool:
    """Whether the user begins to say anything within so many seconds; or what hushes it."""
    until_s = anyio.current_time() + answer_s
    stops = floor.stops
    while True:
        answer = floor.speaker
        if answer is not None and answer is not turn:
            with anyio.move_on_after(_PATIENCE_S):
                await answer.over.wait()
            if answer.hushes if insists else answer.has_words:
                return True
            turn = answer
        elif floor.stops > stops:
            return True
        elif anyio.current_time() >= until_s:
            return False
        else:
            await anyio.sleep(_LOOK_S)
