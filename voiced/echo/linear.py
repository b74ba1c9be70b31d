"""An adaptive filter that learns the room: the linear part of the echo, subtracted.

It takes away less than a canceller with a suppressor does, but nothing at all of the user's voice:
that makes it the better witness of somebody speaking over loud playback.

A partitioned-block filter in the frequency domain, whose step for each tap is a Kalman gain: large
while a tap is not known, small while there is other sound than the echo (Enzner and Vary 2006,
Kuech and others 2014). So it needs no detector of double talk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from voiced.rates import FRAME_SAMPLES

__all__ = ["PARTITIONS", "Floats", "LinearFilter", "Separated", "Spectrum"]

Floats: TypeAlias = NDArray[np.float32]
Spectrum: TypeAlias = NDArray[np.complex64]

PARTITIONS = 30
"""Frames that the filter looks back: 600 ms of path."""

_BINS = FRAME_SAMPLES + 1
_FIRST_DOUBT = 0.1
_FIRST_NEAR_POWER = 1e-3
_LEAST_POWER = 1e-6
_AUDIBLE_POWER = 1e-4
_LOUDEST, _MOST_POWER = 8.0, 1e4
"""An echo is never so loud, even where the microphone clips, and no path so strong: the filter has
diverged, and begins anew."""

_KEPT = np.float32(0.995)
_SMOOTHING = np.float32(0.5)
_TRIMMED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Separated:
    """One frame, taken apart: float32 of shape (320,) in [-1, 1], and spectra of shape (321,).

    ``residual`` is the near sound without ``echo``, the filter's estimate. ``far_spectrum`` is of
    the last two frames, the other two are of this one.
    """

    residual: Floats
    echo: Floats
    residual_spectrum: Spectrum
    echo_spectrum: Spectrum
    far_spectrum: Spectrum


class LinearFilter:
    """Learns the path from far to near, frame by frame. All frames are float32, shape (320,)."""

    def __init__(self) -> None:
        self._far = np.zeros(2 * FRAME_SAMPLES, np.float32)
        self._fars = np.zeros((PARTITIONS, _BINS), np.complex64)
        self.forget()

    def forget(self) -> None:
        """Know nothing of the room again."""
        self._taps: Spectrum = np.zeros((PARTITIONS, _BINS), np.complex64)
        self._doubt: Floats = np.full((PARTITIONS, _BINS), _FIRST_DOUBT, np.float32)
        self._near_power: Floats = np.full(_BINS, _FIRST_NEAR_POWER, np.float32)
        self._next = 0

    @property
    def delay(self) -> int:
        """The delay of the strongest part of the path, in frames."""
        return int(np.argmax(np.sum(_power(self._taps), axis=1)))

    def separate(self, near: Floats, far: Floats) -> Separated:
        """Take the echo out of a near frame, and learn from it."""
        echo = self.pass_over(far)
        if not float(np.abs(echo).max()) < _LOUDEST:  # a number that is none is not less, either
            self.forget()
            echo = np.zeros_like(echo)
        residual = near - echo
        error = _spectrum(residual)
        self._learn(error)
        return Separated(residual, echo, error, _spectrum(echo), self._fars[0])

    def pass_over(self, far: Floats) -> Floats:
        """Take a far frame whose near one nobody heard; its echo, as far as that is known."""
        self._far[:FRAME_SAMPLES] = self._far[FRAME_SAMPLES:]
        self._far[FRAME_SAMPLES:] = far
        self._fars = np.roll(self._fars, 1, axis=0)
        self._fars[0] = np.fft.rfft(self._far)
        estimate = np.fft.irfft(np.sum(self._fars * self._taps, axis=0))
        echo: Floats = estimate[FRAME_SAMPLES:].astype(np.float32)
        return echo

    def _learn(self, error: Spectrum) -> None:
        far_power = _power(self._fars)
        if far_power.max() < _AUDIBLE_POWER:
            return
        self._near_power += (1 - _SMOOTHING) * (_power(error) - self._near_power)
        # half: of each block of two frames, only one is compared
        expected = 0.5 * np.sum(self._doubt * far_power, axis=0) + self._near_power + _LEAST_POWER
        gain = self._doubt / expected
        self._taps += gain * np.conj(self._fars) * error
        power: Floats = _power(self._taps)
        if not float(power.max()) < _MOST_POWER:
            self.forget()
            return
        self._doubt *= 1 - 0.5 * gain * far_power
        # rooms change: a tap is known a little less well with each frame, by what it may be
        self._doubt += (1 - _KEPT) * (2 * power - self._doubt)
        self._trim()

    def _trim(self) -> None:
        """Cut a few partitions to their length: wrapped round, they would not be a filter.

        Not all of them each time: it is most of the cost, and they drift slowly.
        """
        which = [(self._next + count) % PARTITIONS for count in range(_TRIMMED)]
        self._next = (self._next + _TRIMMED) % PARTITIONS
        taps = np.fft.irfft(self._taps[which], axis=1)
        taps[:, FRAME_SAMPLES:] = 0
        self._taps[which] = np.fft.rfft(taps, axis=1)


def _spectrum(frame: Floats) -> Spectrum:
    padded = np.concatenate([np.zeros(FRAME_SAMPLES, np.float32), frame])
    return np.fft.rfft(padded).astype(np.complex64)


def _power(spectrum: Spectrum) -> Floats:
    return spectrum.real**2 + spectrum.imag**2
