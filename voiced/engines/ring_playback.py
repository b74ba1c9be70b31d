"""A playback that a sound callback empties: the loop's side and the callback's side of a lease.

No device here, so that it can be tested without one. The two sides share a deque and a few
attributes, each written by one side only; no locks, since a callback must never wait.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import numpy as np

from voiced.audio import AudioFrame, Resampler, Samples, silence
from voiced.errors import DeviceCause, DeviceError
from voiced.sound.far import FarSignal
from voiced.sound.loudness import Loudness, gain_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BUFFER_S", "Output", "RingPlayback"]

BUFFER_S = 0.2
"""How much sound may wait for the callback before ``play`` waits, in seconds."""

_PIECE_S = 0.02
_FADE_S = 0.005
_TICK_S = 0.005
_WATCHDOG_S = 2.0


class RingPlayback:
    """A lease of a speaker whose callback calls ``render``.

    Args:
        rate_hz: The device's rate, in hertz.
        latency_s: How long after ``render`` its sound is heard.
        check: Raises DeviceError when the device is lost; called while waiting.
        clock: Seconds; one that both threads may read.
    """

    def __init__(
        self,
        rate_hz: int,
        latency_s: float,
        check: Callable[[], None],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._rate_hz = rate_hz
        self._latency_s = latency_s
        self._check = check
        self._clock = clock
        self._loudness = Loudness()
        self._is_stopped = False
        # the loop's side
        self._resampler: Resampler | None = None
        self._accepted = 0  # at the frames' rate
        self._resampler_is_empty = True
        self._pushed = 0  # at the device's rate
        self._heard = 0
        # shared: the loop appends at the right, the callback takes from the left
        self._ring: deque[Samples] = deque()
        # the callback's side
        self._rendered = 0
        self._last = (0, 0, 0.0)  # the last block with sound: from, to, when

    @property
    def heard(self) -> int:
        """Samples heard until now, at the rate of the frames played."""
        if self._resampler is None or self._is_stopped:
            return self._heard
        device_heard = self._device_heard()
        heard = int(device_heard * self._resampler.from_hz / self._rate_hz)
        if device_heard >= self._pushed and self._resampler_is_empty:
            heard = self._accepted
        self._heard = min(self._accepted, max(self._heard, heard))
        return self._heard

    async def play(self, frame: AudioFrame) -> None:
        """Take a frame; wait while more than ``BUFFER_S`` is waiting to be heard.

        Raises:
            DeviceError: The device is lost.
        """
        await anyio.lowlevel.checkpoint()
        resampler = self._resampler_for(frame.rate_hz)
        piece = max(1, int(_PIECE_S * frame.rate_hz))
        for offset in range(0, len(frame.samples), piece):
            samples = frame.samples[offset : offset + piece]
            await self._wait_until_waiting(BUFFER_S - len(samples) / frame.rate_hz)
            if self._is_stopped:
                return
            self._accepted += len(samples)
            self._resampler_is_empty = False
            self._push(resampler.feed(samples))

    def duck(self, db: float) -> None:
        """Play softer by ``db`` from the next block on; the sign does not matter."""
        if not self._is_stopped:
            self._loudness.move(gain_of(-abs(db)))

    def resume(self) -> None:
        """Play as loud as at first."""
        if not self._is_stopped:
            self._loudness.move(1.0)

    async def drain(self) -> None:
        """Wait until all was heard.

        Raises:
            DeviceError: The device is lost.
        """
        await anyio.lowlevel.checkpoint()
        if self._resampler is not None and not self._is_stopped:
            self._push(self._resampler.flush())
            self._resampler_is_empty = True
        await self._wait_until_waiting(0.0)
        while not self._is_stopped and self.heard < self._accepted:
            self._check()
            await anyio.sleep(_TICK_S)

    def stop(self) -> int:
        """Fade to silence within 5 ms of the next block; return the samples heard."""
        heard = self.heard
        if not self._is_stopped:
            self._is_stopped = True
            self._loudness.move(0.0, ramp_s=_FADE_S)
        return heard

    # The callback's side.

    @property
    def is_over(self) -> bool:
        """True when the callback need not ask any more."""
        return self._is_stopped and (self._loudness.is_silent or not self._ring)

    def render(self, samples: int) -> Samples:
        """The next samples for the device; silence where there are none. Never waits."""
        if self.is_over:
            self._ring.clear()
            return silence(samples)
        block = silence(samples)
        filled = 0
        while filled < samples and self._ring:
            piece = self._ring.popleft()
            taken = piece[: samples - filled]
            if len(taken) < len(piece):
                self._ring.appendleft(piece[len(taken) :])
            block[filled : filled + len(taken)] = taken
            filled += len(taken)
        if filled:
            self._last = (self._rendered, self._rendered + filled, self._clock())
            self._rendered += filled
        return self._loudness.apply(block, self._rate_hz)

    # The loop's side again.

    def _resampler_for(self, rate_hz: int) -> Resampler:
        if self._resampler is None:
            self._resampler = Resampler(rate_hz, self._rate_hz)
        if rate_hz != self._resampler.from_hz:
            msg = f"a playback of {self._resampler.from_hz} Hz was given a frame of {rate_hz} Hz"
            raise ValueError(msg)
        return self._resampler

    def _push(self, samples: Samples) -> None:
        if len(samples):
            self._pushed += len(samples)
            self._ring.append(samples)

    async def _wait_until_waiting(self, limit_s: float) -> None:
        while not self._is_stopped:
            self._check()
            excess_s = (self._pushed - self._rendered) / self._rate_hz - limit_s
            if excess_s <= 0:
                return
            await anyio.sleep(max(excess_s, _TICK_S))

    def _device_heard(self) -> int:
        """Samples that left the device: what was rendered, as far as its latency is over."""
        begin, end, at_s = self._last
        since = self._clock() - at_s - self._latency_s
        return max(0, min(end, begin + int(since * self._rate_hz)))


class Output:
    """What the sound callback's thread and the loop share; each attribute has one writer.

    Args:
        name: The device's.
        rate_hz: The device's rate, in hertz.
    """

    def __init__(self, name: str, rate_hz: int) -> None:
        self.name = name
        self.rate_hz = rate_hz
        self.latency_s = 0.0
        self.far = FarSignal()
        self.is_over = False
        self._lease: RingPlayback | None = None
        self._current: RingPlayback | None = None
        self._leaving: RingPlayback | None = None
        self._called_s = time.perf_counter()

    def lease(self, playback: RingPlayback | None) -> None:
        """From the next block on, play this one; the one before fades away."""
        before, self._lease = self._lease, playback
        if before is not None:
            before.stop()

    @property
    def problem(self) -> str | None:
        """Why nothing can be heard any more, or None."""
        if self.is_over:
            return "the sound server closed it"
        if time.perf_counter() - self._called_s > _WATCHDOG_S:
            return f"it took no sound for {_WATCHDOG_S:g} s"
        return None

    @property
    def error(self) -> DeviceError | None:
        """The same as an error."""
        problem = self.problem
        if problem is None:
            return None
        cause: DeviceCause = "gone" if self.is_over else "silent"
        msg = f"speaker: {self.name!r} is lost: {problem}"
        return DeviceError(msg, stage="speaker", retryable=True, cause=cause)

    def check(self) -> None:
        """Raise DeviceError when the device is lost."""
        error = self.error
        if error is not None:
            raise error

    def render(self, samples: int) -> Samples:
        """One block for the device, at its rate. In a thread where nothing may block."""
        self._called_s = time.perf_counter()
        sound = self._mixed(samples)
        self.far.push(sound, self.rate_hz)
        return sound

    def finish(self) -> None:
        """The device will ask for nothing more."""
        self.is_over = True

    def _mixed(self, samples: int) -> Samples:
        wanted = self._lease
        if wanted is not self._current:
            self._leaving, self._current = self._current, wanted
        sound = silence(samples) if wanted is None else wanted.render(samples)
        if self._leaving is not None:
            both = sound.astype(np.int32) + self._leaving.render(samples)
            sound = np.clip(both, -32768, 32767).astype(np.int16)
            if self._leaving.is_over:
                self._leaving = None
        return sound
