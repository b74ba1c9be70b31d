"""The room's speaker: what it is given leaves it a few milliseconds later, as from any converter.

That constant is no part of the room's delay: the far signal is taken where the sound leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from voiced.audio import RATE_HZ, Samples
from voiced.sound.paced_playback import PacedPlayback
from voiced.testing.room.interpolation import RateChange

if TYPE_CHECKING:
    from voiced.stages import Playback
    from voiced.testing.room.line import Line

__all__ = ["RoomSpeaker"]

_CONVERTER_SAMPLES = RATE_HZ * 4 // 1000  # more than a rate change and a drifting delay look ahead


class RoomSpeaker:
    """A Speaker whose sound goes into the room.

    Args:
        far: Takes what leaves the speaker, at its time in the room.
    """

    def __init__(self, far: Line) -> None:
        self._far = far
        self._sink = _Sink(far)
        self._lease: PacedPlayback | None = None
        self._next = 0

    async def prepare(self) -> None:
        """Do nothing: there is nothing to open."""

    async def aclose(self) -> None:
        """Stop what is playing."""
        if self._lease is not None:
            self._lease.stop()

    def open(self) -> Playback:
        """Lease the speaker; the lease before is stopped."""
        if self._lease is not None:
            self._lease.stop()
        self._lease = PacedPlayback(anyio.current_time, self._sink)
        return self._lease

    def played(self, samples: int) -> Samples:
        """What left the speaker in the next so many samples: the frame that was just heard.

        In step with the microphone's frames from its opening on, by the microphone's own clock;
        the echo of it arrives later by the room's delay. Silence before the microphone is opened.
        """
        if not self._sink.has_begun:
            return self._far.read(-samples, 0)
        self.come_to_now()
        start, self._next = self._next, self._next + samples
        return self._far.read(start, self._next)

    def begin(self, now_s: float) -> None:
        """Know when the room's sample 0 is, by the loop's clock."""
        self._sink.begin(now_s)

    def align(self, start: int) -> None:
        """Let ``played`` go on at sample ``start`` of the room."""
        self._next = start

    def come_to_now(self) -> None:
        """Let out all that is due by now."""
        if self._lease is not None:
            _ = self._lease.heard


class _Sink:
    """Puts heard sound on the room's line, run by run: a run is sound without a gap."""

    def __init__(self, far: Line) -> None:
        self._far = far
        self._zero: int | None = None  # the loop's clock at the room's sample 0, in samples
        self._run: RateChange | None = None
        self._at = 0

    @property
    def has_begun(self) -> bool:
        """Whether the room has a sample 0 yet."""
        return self._zero is not None

    def begin(self, now_s: float) -> None:
        self._zero = round(now_s * RATE_HZ)

    def write(self, samples: Samples, rate_hz: int, at_s: float) -> None:
        if self._run is None:
            self._run = RateChange(rate_hz)
            self._at = round(at_s * RATE_HZ) + _CONVERTER_SAMPLES
        self._put(self._run.feed(samples))

    def end(self) -> None:
        if self._run is not None:
            self._put(self._run.flush())
            self._run = None

    async def settle(self) -> None:
        pass

    def _put(self, samples: Samples) -> None:
        if self._zero is not None:
            self._far.add(self._at - self._zero, samples)
        self._at += len(samples)
