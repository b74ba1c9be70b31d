"""Who is told that an engine gave way to another one, or is back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voiced.supervision.ladder import Ladder

__all__ = ["Change", "Rungs", "Supervisor"]


@dataclass(frozen=True, slots=True)
class Change:
    """Another engine works for a stage. ``reason`` is an error's code; empty where it is back.

    ``level`` is 0 for the engine that was chosen; each one further down is simpler.
    """

    stage: str
    engine: str
    level: int
    reason: str = ""


class Rungs:
    """The engines of one stage by name, the best first, and which of them works.

    An engine named "" is none at all.
    """

    def __init__(self, stage: str, engines: Sequence[str], supervisor: Supervisor) -> None:
        self._stage = stage
        self._engines = tuple(engines)
        self._supervisor = supervisor
        self._ladder = Ladder(len(engines), supervisor.now)

    @property
    def last(self) -> int:
        """The lowest level."""
        return len(self._engines) - 1

    def choose(self) -> int:
        """The level to use now."""
        return self._ladder.choose()

    def succeed(self, level: int) -> None:
        """It worked."""
        if self._ladder.succeed(level):
            self._supervisor.tell(Change(self._stage, self._engines[level], level))

    def fail(self, level: int, reason: str, *, is_final: bool = False) -> None:
        """It failed, for this reason."""
        if self._ladder.fail(level, is_final=is_final):
            now = self._ladder.level
            self._supervisor.tell(Change(self._stage, self._engines[now], now, reason))


class Supervisor:
    """Keeps what is to be told until somebody hears it.

    Args:
        now: A clock in seconds that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._listener: Callable[[Change], None] | None = None
        self._waiting: list[Change] = []

    def rungs(self, stage: str, engines: Sequence[str]) -> Rungs:
        """Watch over the engines of a stage, the best first."""
        return Rungs(stage, engines, self)

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Tell of every change, those before included."""
        self._listener = listener
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            listener(change)

    def tell(self, change: Change) -> None:
        """An engine works in place of another one."""
        if self._listener is None:
            self._waiting.append(change)
        else:
            self._listener(change)
