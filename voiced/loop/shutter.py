"""Keeps the microphone closed, and closes it while it is open."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import anyio

__all__ = ["Shutter"]


class Shutter:
    """What is exposed to sound ends at once when it is closed. Its methods are for the loop."""

    def __init__(self) -> None:
        self._is_closed = False
        self._opened: anyio.Event | None = None
        self._exposure: anyio.CancelScope | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing may be heard."""
        return self._is_closed

    def close(self) -> None:
        """Let nothing in any more, not even what is on its way."""
        self._is_closed = True
        if self._exposure is not None:
            self._exposure.cancel()

    def open(self) -> None:
        """Let sound in again."""
        self._is_closed = False
        if self._opened is not None:
            self._opened.set()

    async def until_open(self) -> bool:
        """Wait until it is open; True if it was closed."""
        was_closed = self._is_closed
        while self._is_closed:
            self._opened = anyio.Event()
            await self._opened.wait()
        return was_closed

    @contextmanager
    def exposed(self) -> Generator[anyio.CancelScope]:
        """What runs herein is cancelled when it is closed; the scope tells whether it was."""
        with anyio.CancelScope() as self._exposure:
            yield self._exposure
