"""Sound that is read between its samples, at another rate and at a speed that may change.

A windowed sine at every place: no state but the position, and half a millisecond of delay.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voiced.audio import Samples, silence

__all__ = ["FractionalReader"]

_LONGEST_S = 3.0
_HALF_WIDTH = 8
_PHASES = 256


class FractionalReader:
    """Appended at one rate, read at another.

    Args:
        rate_hz: Rate of what is appended.
        to_hz: Rate of what is read.
    """

    def __init__(self, rate_hz: int, to_hz: int) -> None:
        self.rate_hz = rate_hz
        self._step = rate_hz / to_hz
        self._reach, self._kernels = _kernels(max(1.0, self._step))
        self._samples: NDArray[np.float32] = np.zeros(0, np.float32)
        self._start = 0
        self._position = 0.0

    @property
    def position_s(self) -> float:
        """Where reading goes on, in seconds since the first sample."""
        return self._position / self.rate_hz

    @property
    def end_s(self) -> float:
        """Up to where it can be read, in seconds since the first sample."""
        return (self._start + len(self._samples) - self._reach) / self.rate_hz

    def append(self, samples: Samples) -> None:
        """Add sound; what is older than three seconds is dropped."""
        joined = np.concatenate([self._samples, samples.astype(np.float32)])
        excess = max(0, len(joined) - int(_LONGEST_S * self.rate_hz))
        self._samples = joined[excess:]
        self._start += excess

    def seek(self, position_s: float) -> None:
        """Go on reading here."""
        self._position = position_s * self.rate_hz

    def lacks_s(self, samples: int) -> float:
        """How much sound is too little to read so many samples; 0 or less if it is enough."""
        if int(self._position) - self._reach + 1 < self._start:
            return (self._start + self._reach - self._position) / self.rate_hz
        return (self._position + (samples + 1) * self._step) / self.rate_hz - self.end_s

    def read(self, samples: int, speed: float = 1.0) -> Samples | None:
        """The next samples at a speed near 1; None if there are not enough."""
        if self.lacks_s(samples) > 0:
            return None
        at = self._position + speed * self._step * np.arange(samples)
        whole = np.floor(at).astype(np.int64)
        phases = ((at - whole) * _PHASES).astype(np.int64)
        self._position += speed * self._step * samples
        first = int(whole[0]) - self._reach + 1
        self._samples, self._start = self._samples[first - self._start :], first
        taps = self._kernels.shape[1]
        if not np.any(self._samples[: int(whole[-1]) - first + taps]):
            return silence(samples)
        windows = self._samples[(whole - self._reach + 1 - first)[:, None] + np.arange(taps)]
        sound = np.einsum("nt,nt->n", windows, self._kernels[phases])
        taken: Samples = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
        return taken


@lru_cache(maxsize=8)
def _kernels(step: float) -> tuple[int, NDArray[np.float32]]:
    """How far a low-pass filter reaches, and one for each part of a sample: (phases, taps)."""
    reach = int(np.ceil(_HALF_WIDTH * step)) + 1
    delays = (np.arange(_PHASES) + 0.5)[:, None] / _PHASES
    at = (np.arange(2 * reach) - (reach - 1) - delays) / step
    window = np.cos(np.pi * np.clip(at / (_HALF_WIDTH + 1), -0.5, 0.5)) ** 2
    kernels = np.sinc(at) * window
    return reach, (kernels / kernels.sum(axis=1, keepdims=True)).astype(np.float32)
