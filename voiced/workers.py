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

__all__ = ["Emit", "Exclusive", "Handover", "Producer", "in_flight", "in_worker", "stream"]

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
    """One call in a worker; a caller that is cancelled before it began takes it back."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._claim = threading.Lock()
        _count(1)

    def run(self) -> T | None:
        if not self._claim.acquire(blocking=False):
            return None
        try:
            return self._call()
        finally:
            _count(-1)

    def withdraw(self) -> None:
        if self._claim.acquire(blocking=False):
            _count(-1)


async def in_worker(function: Callable[..., T], *args: Any) -> T:
    """Run a blocking function in a worker thread; a cancelled caller leaves it behind."""
    job = _Job(lambda: function(*args))
    try:
        return cast("T", await anyio.to_thread.run_sync(job.run, abandon_on_cancel=True))
    finally:
        job.withdraw()


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


async def stream(producer: Producer[T]) -> AsyncGenerator[T]:
    """Run a blocking producer in a thread of its own and yield what it emits, in order.

    Closing the generator makes ``emit`` return False; the thread is left to end by itself.
    """
    handover: Handover[T] = Handover(_STREAM_LIMIT)
    wanted = threading.Event()
    wanted.set()

    def emit(item: T) -> bool:
        if wanted.is_set():
            handover.push(item)
        return wanted.is_set()

    def body() -> None:
        error: BaseException | None = None
        try:
            producer(emit)
        except BaseException as caught:  # noqa: BLE001 - carried over to the consumer
            error = caught
        handover.close(error)
        _count(-1)

    _count(1)
    threading.Thread(target=body, name="voiced-stream", daemon=True).start()
    try:
        while True:
            try:
                item = await handover.get()
            except StopAsyncIteration:
                return
            yield item
    finally:
        wanted.clear()
