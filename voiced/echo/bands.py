"""Loudness by bands of frequency: how much louder the near sound is than the echo explains."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from voiced.audio import Samples, to_float32
from voiced.echo.linear import Separated, Spectrum
from voiced.rates import FRAME_SAMPLES, RATE_HZ

__all__ = ["BANDS", "Bands", "Excess", "band_powers", "in_db"]

Bands: TypeAlias = NDArray[np.float64]
"""A power for each band, shape (21,)."""

_BIN_HZ = RATE_HZ / (2 * FRAME_SAMPLES)
_EDGES_HZ = (
    *(100, 200, 300, 400, 500, 600, 700, 800, 950, 1100, 1250, 1450, 1650, 1900, 2200, 2500),
    *(2900, 3350, 3900, 4500, 5250, 6125),
)
_EDGES = [round(hz / _BIN_HZ) for hz in _EDGES_HZ]
BANDS = len(_EDGES) - 1

_LEAST = 1e-9
_FIRST_LEAK_DB, _LEAST_LEAK_DB, _MOST_LEAK_DB = 6.0, -35.0, 10.0
_UP_DB, _DOWN_DB, _SLOWLY_UP_DB = 1.35, 0.15, 0.1
_FADE = 0.6
_NOISE_FALL = 0.3
_NOISE_RISE = 10 ** (0.06 / 10)  # 3 dB a second
_FIRST_NOISE = 1e-4
_NOISE_MARGIN = 4.0
_CALM_DB = 3.0
_SETTLED = 50
_UPSET = 100
_UPSET_BY_CALM = 4
_MOST_RESTING = 50
_PACES = ((75, 4.0), (200, 2.0))
_LAST_PACE = 0.33
"""Until so many frames with an echo were heard, and afterwards."""


def band_powers(spectrum: Spectrum) -> Bands:
    """The power of each band of a spectrum of shape (321,), or of each of several of them."""
    power = spectrum.real.astype(np.float64) ** 2 + spectrum.imag.astype(np.float64) ** 2
    sums: Bands = np.add.reduceat(power, _EDGES, axis=-1)[..., :-1]
    return sums


def in_db(powers: Bands, least: float = _LEAST) -> Bands:
    """Powers in dB; ``least`` is added, so that none is minus infinity."""
    levels: Bands = 10 * np.log10(powers + least)
    return levels


class Excess:
    """Holds what is left after the linear filter against what has to be left.

    In each band that is: the noise of the room, and the echo times the share of it that the filter
    was seen to leave, in nine of ten frames. The share is learned quickly in both directions at
    first; once it is known (``is_settled``), what is louder is somebody else, and it rises slowly.
    """

    def __init__(self) -> None:
        self._noise = np.full(BANDS, _FIRST_NOISE)
        self._has_rested = False
        self._resting: list[Samples] = []
        self._before_db = 0.0
        self.forget()

    def forget(self) -> None:
        """Know nothing of the path again; the noise is the same."""
        self._leak_db = np.full(BANDS, _FIRST_LEAK_DB)
        self._echo = np.zeros(BANDS)
        self._calm = self._upset = self._learned = 0
        self.is_settled = False

    def rest(self, near: Samples) -> None:
        """Take a frame in which nothing can echo: its noise is known better than under a reply.

        It counts from the next ``hear`` on; many at once cost less.
        """
        self._resting.append(near)
        if len(self._resting) == _MOST_RESTING:
            self._rest()

    def _rest(self) -> None:
        sound = to_float32(np.stack(self._resting))
        self._resting.clear()
        spectra = np.fft.rfft(sound, 2 * FRAME_SAMPLES).astype(np.complex64)
        for powers in band_powers(spectra):
            if not self._has_rested:
                self._has_rested = True
                self._noise = powers
            self._follow_noise(powers)

    def hear(self, frame: Separated) -> float:
        """By how many dB the last two frames were louder than expected; 0 if that is not known."""
        if self._resting:
            self._rest()
        left = band_powers(frame.residual_spectrum)
        self._echo = np.maximum(band_powers(frame.echo_spectrum), _FADE * self._echo)
        self._follow_noise(left)
        expected_echo = self._echo * 10 ** (self._leak_db / 10)
        expected = expected_echo + _NOISE_MARGIN * self._noise
        excess_db = float(10 * np.log10((left.sum() + _LEAST) / (expected.sum() + _LEAST)))
        self._learn(left > expected, expected_echo, excess_db)
        self._settle(excess_db)
        lasting_db, self._before_db = min(excess_db, self._before_db), excess_db
        return lasting_db if self.is_settled else 0.0

    def _follow_noise(self, left: Bands) -> None:
        fallen = self._noise + _NOISE_FALL * (left - self._noise)
        self._noise = np.where(left < self._noise, fallen, self._noise * _NOISE_RISE)

    def _learn(self, is_above: NDArray[np.bool_], expected: Bands, excess_db: float) -> None:
        up_db = _SLOWLY_UP_DB if self.is_settled and excess_db > _CALM_DB else _UP_DB
        steps_db = np.where(is_above, up_db, -_DOWN_DB) * self._pace()
        is_audible = expected > self._noise / 4
        leak_db = self._leak_db + np.where(is_audible, steps_db, 0.0)
        self._leak_db = np.clip(leak_db, _LEAST_LEAK_DB, _MOST_LEAK_DB)

    def _pace(self) -> float:
        """How quickly the shares are learned: fast at first, then slower than a word is said."""
        self._learned += 1
        return next((pace for until, pace in _PACES if self._learned <= until), _LAST_PACE)

    def _settle(self, excess_db: float) -> None:
        """A second without surprises settles it; two seconds of them show that it is wrong."""
        if excess_db <= _CALM_DB:
            self._calm += 1
            self._upset = max(0, self._upset - _UPSET_BY_CALM)
        else:
            self._calm = 0
            self._upset += 1
        if self._calm >= _SETTLED:
            self.is_settled = True
        if self._upset >= _UPSET:
            self.forget()
