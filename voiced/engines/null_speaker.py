"""A speaker that makes no sound but keeps time: for tests, and for machines without one."""

from __future__ import annotations

import anyio

from voiced.audio import Samples, silence
from voiced.sound.paced_playback import PacedPlayback

__all__ = ["NullSpeaker"]


class _Nowhere:
    def write(self, samples: Samples, rate_hz: int, at_s: float) -> None:
        pass

    def end(self) -> None:
        pass

    async def settle(self) -> None:
        pass


class NullSpeaker:
    """Takes sound at the pace at which it would be heard, by the loop's clock."""

    def __init__(self) -> None:
        self._lease: PacedPlayback | None = None

    async def prepare(self) -> None:
        """Do nothing: there is nothing to open."""

    async def aclose(self) -> None:
        """Stop what is playing."""
        if self._lease is not None:
            self._lease.stop()

    def open(self) -> PacedPlayback:
        """Lease the speaker; the lease before is stopped."""
        if self._lease is not None:
            self._lease.stop()
        self._lease = PacedPlayback(anyio.current_time, _Nowhere())
        return self._lease

    def played(self, samples: int) -> Samples:
        """Silence: no room hears it."""
        return silence(samples)
