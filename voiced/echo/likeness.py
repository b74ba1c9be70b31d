"""Whether what is left of the near sound is the far sound after all, at whatever delay.

Two voices are alike at no delay. So where the rest that the filter leaves is like the far sound at
some delay, the filter has the wrong path: the echo's delay jumped, or the room is another one. Only
the last moments are compared, so a jump is known before a word is.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voiced.echo.linear import PARTITIONS, Floats, Spectrum
from voiced.rates import FRAME_SAMPLES, RATE_HZ

__all__ = ["Likeness"]

_WINDOW = 6
_SIZE = 12_288  # no less than PARTITIONS + _WINDOW frames, and quick to transform
_LOWEST_BIN = 100 * _SIZE // RATE_HZ
_SMOOTHED_BINS = 200
_BINS = np.arange(_SIZE // 2 + 1)
_LOW = np.maximum(0, _BINS - _SMOOTHED_BINS // 2)
_HIGH = np.minimum(len(_BINS), _BINS + _SMOOTHED_BINS // 2)
_FLOOR, _LEAST_ENERGY = 0.1, 1e-3
_LIKE, _SAME_SAMPLES, _RECENT_FRAMES = 0.2, RATE_HZ // 1000, 6
_CLEARLY_LIKE = 0.5
"""A voice over a reply is now and then as like it as the first, but at another delay each time; it
was never seen to be as like it as the last, which most of an echo is.
"""

_LEAST = 1e-12
_NEVER = -1000


class Likeness:
    """Remembers the last frames of both and compares them. All frames are float32, shape (320,)."""

    def __init__(self) -> None:
        silent = np.zeros(FRAME_SAMPLES, np.float32)
        self._lefts: deque[Floats] = deque([silent] * _WINDOW, _WINDOW)
        self._fars: deque[Floats] = deque([silent] * (PARTITIONS + _WINDOW), PARTITIONS + _WINDOW)
        self._frame = 0
        self._seen_in = self._seen_at = _NEVER

    def hear(self, left: Floats, far: Floats) -> None:
        """Take what the filter left of a frame, and what was played in it."""
        self._lefts.append(left)
        self._fars.append(far)
        self._frame += 1

    def is_own(self) -> bool:
        """Whether the rest of the last 120 ms is far sound of the last 600 ms.

        Asked in each frame in which the rest is louder than it should be.
        """
        share, delay = self._most()
        is_same = self._frame - self._seen_in <= _RECENT_FRAMES
        is_same = is_same and abs(delay - self._seen_at) <= _SAME_SAMPLES
        if share >= _LIKE:
            self._seen_in, self._seen_at = self._frame, delay
        return share >= _CLEARLY_LIKE or (share >= _LIKE and is_same)

    def _most(self) -> tuple[float, int]:
        """The share of the rest that the far sound explains, at the delay at which it is most.

        Both are made white by the far sound's spectrum first, so that hum or a tone in both does
        not count.
        """
        left, far = np.concatenate(self._lefts), np.concatenate(self._fars)
        left_spectrum, far_spectrum = _spectrum(left), _spectrum(far)
        white = _whitening(far_spectrum)
        delays = len(far) - len(left) + 1
        products = np.fft.irfft(far_spectrum * np.conj(left_spectrum) * white, _SIZE)[:delays]
        white_far = np.fft.irfft(far_spectrum * np.sqrt(white), _SIZE)[: len(far)]
        sums = np.concatenate([[0.0], np.cumsum(white_far**2, dtype=np.float64)])
        energies = sums[len(left) :] - sums[:delays] + _LEAST_ENERGY * sums[-1]
        shares = products**2 / (energies * _energy(left_spectrum, white) + _LEAST)
        best = int(np.argmax(shares))
        return float(shares[best]), delays - 1 - best


def _spectrum(sound: Floats) -> Spectrum:
    return np.fft.rfft(sound, _SIZE).astype(np.complex64)


def _energy(spectrum: Spectrum, white: Floats) -> float:
    """The energy of a sound of this spectrum, made white."""
    powers = (spectrum.real**2 + spectrum.imag**2) * white
    return float(2 * powers.sum(dtype=np.float64) - powers[0] - powers[-1]) / _SIZE


def _whitening(spectrum: Spectrum) -> Floats:
    """What makes the power of each bin about the same, save where there is hardly any."""
    power = spectrum.real**2 + spectrum.imag**2
    sums = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    smooth = (sums[_HIGH] - sums[_LOW]) / (_HIGH - _LOW)
    white: Floats = (1 / (smooth + _FLOOR * smooth.mean() + _LEAST)).astype(np.float32)
    white[:_LOWEST_BIN] = 0.0
    return white
