"""The outbox: what leaves the machine waits in it, and can be stopped for that long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from voiced.dispatch.calls import Call

__all__ = ["Outbox"]


class Outbox:
    """Each call leaves at most once: stopped, or lost with the process, it was never made.

    Args:
        wait_s: How long each call waits.
        sleep: Waits for so many seconds.

    Attributes:
        wait_s: How long each call waits.
        stopped: How many were stopped so far.
    """

    def __init__(
        self, wait_s: float, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        self.wait_s = wait_s
        self._sleep = sleep
        self._waiting: list[Call] = []
        self._is_closed = False
        self.stopped = 0

    @property
    def waiting(self) -> tuple[Call, ...]:
        """What can still be stopped, oldest first."""
        return tuple(self._waiting)

    async def release(self, call: Call) -> bool:
        """Wait with a call; True when it may go, False where it was stopped meanwhile."""
        if self._is_closed:
            return False
        self._waiting.append(call)
        try:
            await self._sleep(self.wait_s)
            return any(each is call for each in self._waiting)
        finally:
            self._waiting = [each for each in self._waiting if each is not call]

    def stop(self) -> tuple[Call, ...]:
        """Stop all that waits."""
        stopped, self._waiting = self.waiting, []
        self.stopped += len(stopped)
        return stopped

    def close(self) -> None:
        """Stop all that waits, and let nothing leave from now on."""
        self._is_closed = True
        self.stop()
