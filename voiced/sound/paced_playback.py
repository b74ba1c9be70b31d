"""A playback without a device: it keeps time by the loop's clock, exactly as a device would.

The speakers that write a file or make no sound share it. Arithmetic on an injected clock; where
the sound goes is the business of the ``Sink``.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

import anyio
import anyio.lowlevel

from voiced.audio import AudioFrame, Samples
from voiced.sound.loudness import Loudness, gain_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BUFFER_S", "PacedPlayback", "Sink"]

BUFFER_S = 0.2
"""How much sound may wait to be heard before ``play`` waits, in seconds."""

_PIECE_S = 0.02
_ROUNDING = 1e-6
_TICK_S = 0.001


class Sink(Protocol):
    """Where heard sound goes. ``write`` and ``end`` are called while nobody may wait."""

    def write(self, samples: Samples, rate_hz: int, at_s: float) -> None:
        """Take sound that was heard from ``at_s`` on (the loop's clock)."""

    def end(self) -> None:
        """Know that the sound written last is not continued."""

    async def settle(self) -> None:
        """Put away what was taken; the moment for slow work and for DeviceError."""


class PacedPlayback:
    """A lease of a speaker that has no device.

    Args:
        clock: Seconds; the loop's clock.
        sink: Takes what is heard, when it is heard.
    """

    def __init__(self, clock: Callable[[], float], sink: Sink) -> None:
        self._clock = clock
        self._sink = sink
        self._waiting: deque[Samples] = deque()
        self._rate_hz = 0
        self._loudness = Loudness()
        self._accepted = 0
        self._heard = 0
        self._run_start_s = 0.0
        self._run_base = 0
        self._is_stopped = False

    @property
    def heard(self) -> int:
        """Samples heard until now, at the rate of the frames played."""
        self._advance()
        return self._heard

    async def play(self, frame: AudioFrame) -> None:
        """Take a frame; wait while more than ``BUFFER_S`` is waiting to be heard."""
        await anyio.lowlevel.checkpoint()
        self._take_rate(frame.rate_hz)
        piece = max(1, int(_PIECE_S * frame.rate_hz))
        for offset in range(0, len(frame.samples), piece):
            samples = frame.samples[offset : offset + piece]
            await self._wait_until_waiting(BUFFER_S - len(samples) / frame.rate_hz)
            if self._is_stopped:
                return
            self._accept(samples)
        await self._sink.settle()

    def duck(self, db: float) -> None:
        """Play softer by ``db`` from now on; the sign does not matter."""
        self._advance()
        self._loudness.move(gain_of(-abs(db)))

    def resume(self) -> None:
        """Play as loud as at first."""
        self._advance()
        self._loudness.move(1.0)

    async def drain(self) -> None:
        """Wait until all was heard."""
        await anyio.lowlevel.checkpoint()
        await self._wait_until_waiting(0.0)
        self._advance()
        await self._sink.settle()

    def stop(self) -> int:
        """Cut at the sample heard by now; return how many were."""
        self._advance()
        if not self._is_stopped:
            self._is_stopped = True
            if self._waiting:
                self._waiting.clear()
                self._sink.end()
        return self._heard

    def _take_rate(self, rate_hz: int) -> None:
        self._rate_hz = self._rate_hz or rate_hz
        if rate_hz != self._rate_hz:
            msg = f"a playback of {self._rate_hz} Hz was given a frame of {rate_hz} Hz"
            raise ValueError(msg)

    def _accept(self, samples: Samples) -> None:
        self._advance()
        if not self._waiting:
            self._run_start_s = self._clock()
            self._run_base = self._heard
        self._waiting.append(samples)
        self._accepted += len(samples)

    async def _wait_until_waiting(self, limit_s: float) -> None:
        while not self._is_stopped:
            self._advance()
            excess_s = (self._end_s() - self._clock() if self._waiting else 0.0) - limit_s
            if excess_s <= _ROUNDING:
                return
            await anyio.sleep(max(excess_s, _TICK_S))

    def _end_s(self) -> float:
        return self._run_start_s + (self._accepted - self._run_base) / self._rate_hz

    def _advance(self) -> None:
        """Hand over to the sink what was heard since the last time."""
        if not self._waiting or self._is_stopped:
            return
        elapsed = (self._clock() - self._run_start_s) * self._rate_hz
        due = min(self._accepted, self._run_base + int(elapsed + _ROUNDING))
        while self._heard < due:
            self._hear(due - self._heard)
        if not self._waiting:
            self._sink.end()

    def _hear(self, wanted: int) -> None:
        piece = self._waiting.popleft()
        now, later = piece[:wanted], piece[wanted:]
        if len(later):
            self._waiting.appendleft(later)
        at_s = self._run_start_s + (self._heard - self._run_base) / self._rate_hz
        self._sink.write(self._loudness.apply(now, self._rate_hz), self._rate_hz, at_s)
        self._heard += len(now)
