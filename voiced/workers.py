"""The only file that touches threads: blocking work off the loop, foreign callbacks onto it.

Hazards held here: a cancelled caller abandons its thread, so the function must check for that
between steps (``Producer``'s ``emit`` says it) and a model is entered by one thread at a time
(``Exclusive``).
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any, Generic, TypeAlias, TypeVar, cast

import anyio
import anyio.to_thread

__all__ = [
    "Emit",
    "Errand",
    "Exclusive",
    "Handover",
    "Patience",
    "Producer",
    "in_flight",
    "in_worker",
    "stream",
]

T = TypeVar("T")

Emit: TypeAlias = Callable[[T], bool]
"""Hands one item over; False means that nobody wants more: return soon."""

Producer: TypeAlias = Callable[[Emit[T]], None]
"""A blocking function that emits items."""

_STREAM_LIMIT = 4096
_count_lock = threading.Lock()
_in_flight = 0


def in_flight() -> int:
    """How many worker threads are at work; a virtual clock must not move while any is."""
    return _in_flight


def _count(step: int) -> None:
    global _in_flight  # noqa: PLW0603 - one counter for the process, behind a lock
    with _count_lock:
        _in_flight += step


class _Job(Generic[T]):
    """One call in a worker. It counts as in flight until its caller has the result.

    A caller that is cancelled takes the call back if it has not begun, else abandons it; then it
    counts until it ends.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._state: str = "waiting"  # then "running" and "over", or "abandoned"
        _count(1)

    def run(self) -> T | None:
        with self._lock:
            if self._state == "abandoned":
                return None
            self._state = "running"
        try:
            return self._call()
        finally:
            self._end()

    def _end(self) -> None:
        with self._lock:
            if self._state == "abandoned":
                _count(-1)
            self._state = "over"

    def release(self) -> None:
        """The caller goes on, with the result or without."""
        with self._lock:
            if self._state != "running":
                _count(-1)
            self._state = "abandoned"


async def in_worker(function: Callable[..., T], *args: Any) -> T:
    """Run a blocking function in a worker thread; a cancelled caller leaves it behind."""
    job = _Job(lambda: function(*args))
    try:
        return cast("T", await anyio.to_thread.run_sync(job.run, abandon_on_cancel=True))
    finally:
        job.release()


class Exclusive:
    """A lock taken inside the worker, so that a model is never entered twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Run in a worker, alone among all runs of this object."""
        return await in_worker(self.hold, function, *args)

    def hold(self, function: Callable[..., T], *args: Any) -> T:
        """Run here and now (already in a worker), alone."""
        with self._lock:
            return function(*args)


class Errand(Generic[T]):
    """A blocking call begun now, in a thread of its own, and collected later; never cancelled."""

    def __init__(self, function: Callable[..., T], *args: Any) -> None:
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._over = threading.Event()
        _count(1)
        target = lambda: self._go(function, *args)  # noqa: E731 - it binds the arguments
        threading.Thread(target=target, name="voiced-errand", daemon=True).start()

    def _go(self, function: Callable[..., T], *args: Any) -> None:
        try:
            self._result.append(function(*args))
        except BaseException as caught:  # noqa: BLE001 - carried over to the collector
            self._error = caught
        self._over.set()
        _count(-1)

    @property
    def done(self) -> bool:
        """True when ``result`` can be collected."""
        return self._over.is_set()

    def wait(self, limit_s: float) -> bool:
        """Wait here, in a worker, until it is done or the time is over; whether it is done."""
        return self._over.wait(limit_s)

    def result(self) -> T:
        """What the call returned, or the error that it raised. Only when ``done``."""
        if self._error is not None:
            raise self._error
        return self._result[0]


class Patience:
    """Calls what may hang, from a worker. While a call that was given up hangs, none is begun."""

    def __init__(self) -> None:
        self._left: Errand[Any] | None = None

    def call(self, limit_s: float, function: Callable[..., T], *args: Any) -> T:
        """What the function returns, or its error.

        Raises:
            TimeoutError: It takes longer, or one before hangs still; it is left behind.
        """
        if self._left is not None and not self._left.done:
            raise TimeoutError
        errand = Errand(function, *args)
        if not errand.wait(limit_s):
            self._left = errand
            raise TimeoutError
        return errand.result()


class Handover(Generic[T]):
    """A bounded queue from a foreign thread (a sound callback) to the loop that made it.

    ``push`` copies nothing, takes no lock and never blocks: when full, the oldest item is dropped
    and counted. One consumer awaits ``get``.
    """

    def __init__(self, limit: int) -> None:
        self._items: deque[T] = deque(maxlen=limit)
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._closed = False
        self._error: BaseException | None = None
        self.dropped = 0

    def push(self, item: T) -> None:
        """Hand over one item, from any thread."""
        if len(self._items) == self._items.maxlen:
            self.dropped += 1
        self._items.append(item)
        self._wake()

    def close(self, error: BaseException | None = None) -> None:
        """No more items; ``get`` raises ``error`` or StopAsyncIteration after the last one."""
        self._error = error
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ready.set)

    @property
    def has_any(self) -> bool:
        """Whether ``get`` would give something at once."""
        return bool(self._items)

    def clear(self) -> None:
        """Forget what waits."""
        self._items.clear()

    async def get(self) -> T:
        """The oldest item.

        Raises:
            StopAsyncIteration: Closed and empty.
        """
        while True:
            if self._items:
                return self._items.popleft()
            if self._closed:
                raise self._error or StopAsyncIteration
            self._ready.clear()
            if not self._items and not self._closed:
                await self._ready.wait()


class _Outlet(Generic[T]):
    """Where the thread of a producer hands over its items; it waits when there is no room."""

    def __init__(self, limit: int) -> None:
        self.handover: Handover[T] = Handover(limit)
        self._free = limit
        self._is_wanted = True
        self._is_waiting = False
        self._changed = threading.Condition()

    def run(self, producer: Producer[T]) -> None:
        """Body of the thread."""
        error: BaseException | None = None
        try:
            producer(self._emit)
        except BaseException as caught:  # noqa: BLE001 - carried over to the consumer
            error = caught
        self.handover.close(error)
        _count(-1)

    def _emit(self, item: T) -> bool:
        with self._changed:
            while self._is_wanted and not self._free:
                self._is_waiting = True
                _count(-1)  # it waits for the loop, so virtual time may go on
                self._changed.wait()
            self._free -= 1
        if self._is_wanted:
            self.handover.push(item)
        return self._is_wanted

    def give_room(self) -> None:
        """One item was taken."""
        with self._changed:
            self._free += 1
            self._wake()

    def close(self) -> None:
        """Nobody wants more."""
        with self._changed:
            self._is_wanted = False
            self._wake()

    def _wake(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            _count(1)  # on behalf of the thread: until it runs, time must not move
            self._changed.notify()


async def stream(producer: Producer[T]) -> AsyncGenerator[T]:
    """Run a blocking producer in a thread of its own and yield what it emits, in order.

    ``emit`` waits while thousands of items wait to be taken: nothing is lost. Closing the
    generator makes ``emit`` return False; the thread is left to end by itself.
    """
    outlet: _Outlet[T] = _Outlet(_STREAM_LIMIT)
    _count(1)
    threading.Thread(target=outlet.run, args=(producer,), name="voiced-stream", daemon=True).start()
    try:
        while True:
            try:
                item = await outlet.handover.get()
            except StopAsyncIteration:
                return
            outlet.give_room()
            yield item
    finally:
        outlet.close()
