"""The session's clock: audio time in samples, carried on between frames by the loop's clock."""

from __future__ import annotations

import math

import anyio

from voiced.audio import RATE_HZ, AudioFrame

__all__ = ["AudioClock"]


class AudioClock:
    """Samples since the first one heard. It never goes back."""

    def __init__(self) -> None:
        self._frame_end = 0
        self._seen_s = math.nan
        self._latest = 0

    def hear(self, frame: AudioFrame) -> None:
        """Set the clock by a frame that has just arrived."""
        self._frame_end = frame.end
        self._seen_s = anyio.current_time()

    def at(self) -> int:
        """The sample index now."""
        if not math.isnan(self._seen_s):
            since_s = anyio.current_time() - self._seen_s
            self._latest = max(self._latest, self._frame_end + round(since_s * RATE_HZ))
        return self._latest
