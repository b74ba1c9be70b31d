"""Whether the machine, or only this process, has slept: sound from before is not of now."""

from __future__ import annotations

import time

import anyio

__all__ = ["Wakefulness", "seconds_with_sleep"]

_GAP_S = 2.0
_LOOK_S = 0.25
_LONGEST_S = 10.0
"""Who says that the machine will sleep, and then never that it woke, is believed for so long."""


def seconds_with_sleep() -> float:
    """A clock that goes on while the machine is suspended, where there is one."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Wakefulness:
    """Notices sleep by a gap between looks, or is told of it. Not for more than one thread."""

    def __init__(self) -> None:
        self._seen_s = seconds_with_sleep()
        self._is_asleep = False

    def begin(self) -> None:
        """From now on it is looked at often."""
        self._seen_s = seconds_with_sleep()

    def fall_asleep(self) -> None:
        """The machine is about to sleep."""
        self._is_asleep = True

    def wake(self) -> None:
        """It is awake, or did not sleep after all."""
        self._is_asleep = False

    def has_slept(self) -> bool:
        """Whether it sleeps, or has slept since the last look."""
        before_s, self._seen_s = self._seen_s, seconds_with_sleep()
        return self._is_asleep or self._seen_s - before_s > _GAP_S

    async def until_awake(self) -> None:
        """Wait until it is told to be awake, or has slept, or long enough."""
        self.begin()
        until_s = self._seen_s + _LONGEST_S
        while self._is_asleep and seconds_with_sleep() < until_s:
            await anyio.sleep(_LOOK_S)
            before_s, self._seen_s = self._seen_s, seconds_with_sleep()
            if self._seen_s - before_s > _GAP_S:
                break
        self._is_asleep = False
