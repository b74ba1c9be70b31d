"""Sound read at places between its samples: changes of rate, and delays that grow.

A windowed sinc from a table; streaming and without any delay of its own but the samples that it
looks ahead.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import RATE_HZ, Samples, silence, to_float32, to_int16

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Interpolator", "RateChange"]

_PHASES = 1024
_SIDE_LOBES = 16
_WINDOW_BETA = 8.0
_PASS = 0.94
"""The share of the band that is kept where the rate falls; the rest is the filter's slope."""


class Interpolator:
    """Reads a line at places between its samples.

    Args:
        cutoff: The highest frequency kept, as a share of half the line's rate; at 1.0, what is read
            at whole places is the line itself.
    """

    def __init__(self, cutoff: float = 1.0) -> None:
        self.reach = math.ceil(_SIDE_LOBES / cutoff)
        """How many samples before and after a place are looked at."""
        taps = np.arange(1 - self.reach, self.reach + 1)
        offsets = taps[np.newaxis, :] - np.arange(_PHASES + 1)[:, np.newaxis] / _PHASES
        inside = np.clip(1 - np.square(offsets / self.reach), 0.0, None)
        window = np.i0(_WINDOW_BETA * np.sqrt(inside)) / np.i0(_WINDOW_BETA)
        self._table = (cutoff * np.sinc(cutoff * offsets) * window).astype(np.float32)

    def read(self, line: NDArray[np.float32], places: NDArray[np.floating]) -> NDArray[np.float32]:
        """The line at ``places``, of which none is nearer to an end than ``reach``; shape (n,)."""
        whole = np.floor(places).astype(np.int64)
        phases = np.rint((places - whole) * _PHASES).astype(np.int64)
        windows = np.lib.stride_tricks.sliding_window_view(line, 2 * self.reach)
        around = windows[whole + 1 - self.reach]
        found: NDArray[np.float32] = np.einsum("ij,ij->i", around, self._table[phases])
        return found


class RateChange:
    """Streaming change of a rate to 16 kHz that holds back 1 ms of sound at most.

    Args:
        from_hz: Rate of what is fed, in hertz; 16 000 or more for that 1 ms.
    """

    def __init__(self, from_hz: int) -> None:
        self._step = from_hz / RATE_HZ
        self._read = Interpolator(min(1.0, _PASS / self._step)) if from_hz != RATE_HZ else None
        reach = self._read.reach if self._read else 0
        self._line = np.zeros(reach, dtype=np.float32)
        self._origin = -reach  # of the line's first sample, counted in what was fed
        self._given = 0

    def feed(self, samples: Samples) -> Samples:
        """All of the output that is sure after these samples."""
        if self._read is None:
            return samples
        self._line = np.concatenate([self._line, to_float32(samples)])
        end = self._origin + len(self._line) - self._read.reach
        count = max(0, math.ceil(end / self._step) - self._given)
        places = (self._given + np.arange(count)) * self._step - self._origin
        found = self._read.read(self._line, places) if count else np.zeros(0, np.float32)
        self._given += count
        self._forget()
        return to_int16(found)

    def flush(self) -> Samples:
        """The rest; nothing can be fed after it."""
        return self.feed(silence(self._read.reach if self._read else 0))

    def _forget(self) -> None:
        reach = self._read.reach if self._read else 0
        needless = max(0, math.floor(self._given * self._step) - reach - self._origin)
        self._line = self._line[needless:]
        self._origin += needless
