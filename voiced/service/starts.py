"""How often the daemon began lately and did not live: so that a crash loop ends in plain words.

Each start is written down and erased when the daemon has run for a while, or ends as it should.
What is left are crashes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
from pydantic import RootModel

__all__ = ["STARTS_FILE", "STEADY_S", "Starts"]

STARTS_FILE = "starts.json"

STEADY_S = 60.0
"""Who has run for so long has not crashed at its start."""

_WITHIN_S = 300.0
_TOO_MANY = 3
_MOST = 20

_Moments = RootModel[tuple[float, ...]]
_log = logging.getLogger(__name__)


class Starts:
    """The starts that may have been crashes.

    Args:
        path: Where they are kept; a damaged file is none.
        now_s: The time of day in seconds.
    """

    def __init__(self, path: Path, now_s: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now_s = now_s

    def begin(self) -> int:
        """Write down that it begins; how many starts before were crashes. Blocks."""
        now_s = self._now_s()
        crashes = [at_s for at_s in self._read() if 0 <= now_s - at_s <= _WITHIN_S]
        self._write([*crashes[-_MOST:], now_s])
        return len(crashes)

    def forget(self) -> None:
        """It lives, or ended as it should. Blocks."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("the starts are not forgotten: %s", error.strerror)

    async def live(self, in_worker: Callable[..., Awaitable[Any]]) -> None:
        """Forget the starts when it has run for a while."""
        await anyio.sleep(STEADY_S)
        await in_worker(self.forget)

    @staticmethod
    def is_too_much(crashes: int) -> bool:
        """Whether it should try with less."""
        return crashes >= _TOO_MANY

    def _read(self) -> list[float]:
        try:
            return list(_Moments.model_validate_json(self._path.read_bytes()).root)
        except (OSError, ValueError):
            return []

    def _write(self, starts: list[float]) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.write_text(_Moments(tuple(starts)).model_dump_json())
        except OSError as error:  # a full disk must not keep it from starting
            _log.warning("the start is not written down: %s", error.strerror)
