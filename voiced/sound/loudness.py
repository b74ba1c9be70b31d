"""Gain: one that changes without a click, and one that does not clip. Arithmetic only."""

from __future__ import annotations

import numpy as np

from voiced.audio import Samples, to_float32, to_int16

__all__ = ["RAMP_S", "Loudness", "amplified", "gain_of"]

RAMP_S = 0.020
"""How long a change of gain from silence to full takes, in seconds."""


def gain_of(db: float) -> float:
    """The factor that makes sound louder by ``db``."""
    return float(10.0 ** (db / 20.0))


_KNEE = 0.6
"""Above this share of full scale sound is bent towards full scale instead of cut off at it."""


def amplified(samples: Samples, db: float) -> Samples:
    """The samples louder by ``db``; what would clip is bent, so that speech stays clear."""
    if db == 0.0 or not len(samples):
        return samples
    loud = to_float32(samples) * np.float32(gain_of(db))
    if db > 0.0:
        excess = np.maximum(np.abs(loud) - _KNEE, 0.0)
        bent = _KNEE + (1.0 - _KNEE) * np.tanh(excess / (1.0 - _KNEE))
        loud = np.where(excess > 0.0, np.copysign(bent, loud), loud)
    return to_int16(loud)


class Loudness:
    """A gain that moves evenly towards its target.

    ``move`` may be called from another thread than ``apply``: it sets one attribute, and only
    ``apply`` moves the gain.
    """

    def __init__(self) -> None:
        self._gain = 1.0
        self._aim = (1.0, RAMP_S)

    @property
    def is_silent(self) -> bool:
        """True when nothing can be heard any more."""
        return self._gain == 0.0 and self._aim[0] == 0.0

    def move(self, gain: float, *, ramp_s: float = RAMP_S) -> None:
        """Go to this gain; the whole way from 0 to 1 would take ``ramp_s``."""
        self._aim = (gain, ramp_s)

    def apply(self, samples: Samples, rate_hz: int) -> Samples:
        """The samples, as loud as they are to be."""
        target, ramp_s = self._aim  # read once: the other thread may change it at any moment
        if self._gain == target:
            return samples if target == 1.0 else _scaled(samples, target)
        step = 1.0 / (rate_hz * ramp_s)
        ramp = self._gain + np.sign(target - self._gain) * step * np.arange(1, len(samples) + 1)
        gains = np.minimum(ramp, target) if target > self._gain else np.maximum(ramp, target)
        if len(gains):
            self._gain = float(gains[-1])
        return _scaled(samples, gains)


def _scaled(samples: Samples, gain: object) -> Samples:
    softer: Samples = np.clip(np.rint(samples * np.asarray(gain)), -32768, 32767).astype(np.int16)
    return softer
