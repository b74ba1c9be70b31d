"""When an engine has failed often enough, and when it is tried again. Pure: the time is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

__all__ = ["Ladder"]

_BUDGET = 3
_WITHIN_S = 60.0
_FIRST_REST_S = 60.0
_LONGEST_REST_S = 960.0


class Ladder:
    """Levels from 0, the best, downwards; the last one is never left.

    A level is left after ``budget`` failures within ``within_s``. After a rest the one above is on
    trial: one failure is enough to leave it again, for twice as long; one success, and it is
    trusted as before.

    Args:
        levels: How many there are; with one, failures are only counted.
        now: The time in seconds, of any clock that never goes back.
        budget: So many failures are too many.
        within_s: In so many seconds.
    """

    def __init__(
        self,
        levels: int,
        now: Callable[[], float],
        *,
        budget: int = _BUDGET,
        within_s: float = _WITHIN_S,
    ) -> None:
        self._last = levels - 1
        self._now = now
        self._budget = budget
        self._within_s = within_s
        self._level = 0
        self._failures: deque[float] = deque(maxlen=budget)
        self._rest_s = _FIRST_REST_S
        self._rested_at = 0.0

    @property
    def level(self) -> int:
        """The level that is trusted."""
        return self._level

    def choose(self) -> int:
        """The level to use now: the trusted one, or the one above where that has rested enough."""
        if self._level and self._now() >= self._rested_at:
            return self._level - 1
        return self._level

    def succeed(self, level: int) -> bool:
        """It worked at this level. True: it is a better one than was trusted."""
        if level >= self._level:
            return False
        self._level = level
        self._failures.clear()
        self._rested_at = self._now() + self._rest_s
        if not level:
            self._rest_s = _FIRST_REST_S
        return True

    def fail(self, level: int, *, is_final: bool = False) -> bool:
        """It failed at this level; ``is_final``: it cannot work. True: a level is left for it."""
        if level < self._level:  # it was on trial
            self._rest()
            return False
        if level > self._level:
            return False
        self._failures.append(self._now())
        if level == self._last or not (is_final or self._is_spent):
            return False
        self._level += 1
        self._failures.clear()
        self._rested_at = self._now() + self._rest_s
        return True

    @property
    def _is_spent(self) -> bool:
        is_full = len(self._failures) == self._budget
        return is_full and self._now() - self._failures[0] <= self._within_s

    def _rest(self) -> None:
        self._rest_s = min(2 * self._rest_s, _LONGEST_REST_S)
        self._rested_at = self._now() + self._rest_s
