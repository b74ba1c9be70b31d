"""Keeps a log short: so many lines a minute, and then how many more there were."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

__all__ = ["LimitedHandler", "LineLimit"]

_MOST = 100
_WITHIN_S = 60.0


class LineLimit:
    """Writes lines, a hundred a minute at most.

    Args:
        write: Takes a line.
        now: The time in seconds, of a clock that never goes back.
    """

    def __init__(self, write: Callable[[str], None], now: Callable[[], float]) -> None:
        self._write = write
        self._now = now
        self._began_s = -_WITHIN_S
        self._count = self._left_out = 0

    def __call__(self, line: str) -> None:
        """Write it, or count it."""
        if self._now() - self._began_s >= _WITHIN_S:
            self._began_s = self._now()
            self._count = 0
            self._tell()
        if self._count < _MOST:
            self._put(line)
        else:
            self._left_out += 1

    def _tell(self) -> None:
        count, self._left_out = self._left_out, 0
        if count:
            self._put(f"voiced: {count} more lines were left out: too many came within a minute")

    def _put(self, line: str) -> None:
        self._count += 1
        with suppress(OSError):  # nobody takes it any more, and that must stop nothing
            self._write(line)


class LimitedHandler(logging.Handler):
    """What the parts of voiced and its libraries warn of."""

    def __init__(self, write: LineLimit) -> None:
        super().__init__(logging.WARNING)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's message."""
        try:
            self._write(record.getMessage())
        except (ValueError, TypeError):  # the message is broken
            self.handleError(record)
