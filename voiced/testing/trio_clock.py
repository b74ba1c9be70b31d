"""Trio's clock for virtual time: it jumps to the next timer whenever all tasks wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import trio

from voiced import workers

__all__ = ["JumpingClock"]


class JumpingClock(trio.abc.Clock, trio.abc.Instrument):
    """Give it to ``trio.run`` as its clock and as an instrument.

    Args:
        forever_s: A timer as far away as this is none.
        poll_s: How often to look while a worker thread is at work; the clock stands still then.
    """

    def __init__(self, forever_s: float, poll_s: float) -> None:
        self._now_s = 0.0
        self._forever_s = forever_s
        self._poll_s = poll_s
        self._is_idle = False
        self._on_deadlock: Callable[[], None] = lambda: None

    def watch(self, on_deadlock: Callable[[], None]) -> None:
        """Call this, in the loop, when every task waits and no timer is set."""
        token = trio.lowlevel.current_trio_token()
        self._on_deadlock = lambda: token.run_sync_soon(on_deadlock, idempotent=True)

    def before_task_step(self, task: Any) -> None:  # noqa: ARG002
        """Somebody has something to do."""
        self._is_idle = False

    def start_clock(self) -> None:
        """Virtual time begins when it is made."""

    def current_time(self) -> float:
        """Virtual seconds."""
        return self._now_s

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Asked when no task can run: look once for what came from outside, then jump."""
        if workers.in_flight() > 0:
            self._is_idle = False
            return self._poll_s
        if not self._is_idle:
            self._is_idle = True
            return 0.0
        if deadline - self._now_s >= self._forever_s:
            self._on_deadlock()
            return self._poll_s
        self._now_s = max(self._now_s, deadline)
        return 0.0
