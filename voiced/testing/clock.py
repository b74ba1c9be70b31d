"""Virtual time: a scripted half minute runs in milliseconds, and a deadlock fails at once.

``run`` starts an async function on asyncio (with a loop whose clock jumps) or on trio (with a clock
that does). While a worker thread is at work, virtual time stands still; while a socket is open on
asyncio, it goes at the pace of real time; so real engines may be used too.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import anyio

from voiced import workers

if TYPE_CHECKING:
    from voiced.testing.trio_clock import JumpingClock

__all__ = ["Deadlock", "VirtualLoop", "run"]

T = TypeVar("T")


class Deadlock(RuntimeError):
    """Every task waits, no timer is set and no thread is at work."""


def _deadlock() -> Deadlock:
    return Deadlock("every task waits for another one, and nothing is left to happen")


_POLL_S = 0.02
_FOREVER_S = 24 * 3600.0


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of sleeping until the next timer, moves the loop's clock to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0 and len(self.get_map()) == 1:  # only the loop's own pipe, and it is awake
            return []
        is_busy = workers.in_flight() > 0  # asked first: who ends wakes the loop, then counts down
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if is_busy:  # its end may come without a wake-up, so look again soon
            return super().select(_POLL_S)
        if len(self.get_map()) > 1:  # more than the loop's own pipe: a socket or a child is open
            began = time.monotonic()
            ready = super().select(timeout)
            self.now_s += time.monotonic() - began
            return ready
        if timeout is None or timeout >= _FOREVER_S:  # sleep_forever is a sleep without end
            raise _deadlock()
        self.now_s += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that jumps from timer to timer instead of waiting."""

    def __init__(self) -> None:
        self._jumps = _JumpingSelector()
        super().__init__(self._jumps)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jumps.now_s


def run(
    function: Callable[..., Awaitable[T]],
    *args: Any,
    backend: Literal["asyncio", "trio"] = "asyncio",
) -> T:
    """Run an async function to its end in virtual time and return what it returns.

    Raises:
        Deadlock: Every task waits, and nothing is left to happen.
    """
    if backend == "asyncio":
        options: dict[str, Any] = {"loop_factory": VirtualLoop}
        return anyio.run(function, *args, backend=backend, backend_options=options)
    from voiced.testing.trio_clock import JumpingClock  # noqa: PLC0415 - trio is a tool of tests only

    clock = JumpingClock(forever_s=_FOREVER_S, poll_s=_POLL_S)
    options = {"clock": clock, "instruments": [clock]}
    return anyio.run(_unless_stuck, clock, function, args, backend=backend, backend_options=options)


async def _unless_stuck(
    clock: JumpingClock, function: Callable[..., Awaitable[T]], args: Sequence[Any]
) -> T:
    """Run the function; end it when trio's clock finds nothing to jump to."""
    with anyio.CancelScope() as scope:
        clock.watch(scope.cancel)
        return await function(*args)
    raise _deadlock()
