"""How a room sounds: impulse responses made by arithmetic, and their convolution in real time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiced.testing.room.settings import RoomKind

__all__ = ["Convolver", "impulse_response"]

_DECAY_S: dict[RoomKind, float] = {"dry": 0.0, "office": 0.3, "living room": 0.6}
_DIRECT_OVER_TAIL_DB = {"office": 4.0, "living room": 1.0}
_BANDS_HZ = (
    (0, 250, 1.3),
    (250, 1000, 1.1),
    (1000, 2500, 1.0),
    (2500, 5000, 0.8),
    (5000, 8001, 0.6),
)
"""From, to, and the decay's length there as a share of the room's."""
_REFLECTIONS = 9
_REFLECTIONS_S = (0.0015, 0.028)
_TAIL_FROM_S = 0.004
_KEPT_SHARE = 0.85
_SPEECH_HZ = (80.0, 500.0)


def impulse_response(room: RoomKind, seed: int = 0) -> NDArray[np.float32]:
    """From the speaker to the microphone: direct sound at 0, reflections, a tail that decays.

    High frequencies decay sooner than low ones. Speech passes at its own level: the response's
    gain for the long-term spectrum of speech is 1.
    """
    decay_s = _DECAY_S[room]
    if not decay_s:
        return np.ones(1, dtype=np.float32)
    rng = np.random.default_rng(seed)
    response = _tail(decay_s, rng)
    _add_reflections(response, decay_s, rng)
    direct = np.sqrt(float(np.sum(np.square(response)))) * 10 ** (_DIRECT_OVER_TAIL_DB[room] / 20)
    response[0] += direct
    return (response / _speech_gain(response)).astype(np.float32)


def _tail(decay_s: float, rng: np.random.Generator) -> NDArray[np.float64]:
    samples = round(decay_s * _KEPT_SHARE * RATE_HZ)
    at_s = np.arange(samples) / RATE_HZ
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    tail: NDArray[np.float64] = np.zeros(samples)
    for low_hz, high_hz, share in _BANDS_HZ:
        spectrum = np.fft.rfft(rng.standard_normal(samples))
        band = np.fft.irfft(np.where((hz >= low_hz) & (hz < high_hz), spectrum, 0), samples)
        tail += band * 10 ** (-3 * at_s / (decay_s * share))
    tail *= np.clip(at_s / _TAIL_FROM_S, 0, 1)
    tail /= np.sqrt(float(np.sum(np.square(tail))))
    return tail


def _add_reflections(
    response: NDArray[np.float64], decay_s: float, rng: np.random.Generator
) -> None:
    at_s = np.sort(rng.uniform(*_REFLECTIONS_S, _REFLECTIONS))
    gains = rng.uniform(0.3, 0.8, _REFLECTIONS) * rng.choice([-1.0, 1.0], _REFLECTIONS)
    for when_s, gain in zip(at_s, gains, strict=True):
        response[round(when_s * RATE_HZ)] += 0.5 * gain * 10 ** (-3 * when_s / decay_s)


def _speech_gain(response: NDArray[np.float64]) -> float:
    """How much louder speech is behind the response."""
    hz = np.fft.rfftfreq(len(response), 1 / RATE_HZ)
    low_hz, knee_hz = _SPEECH_HZ
    speech = np.where(hz < low_hz, 0.0, 1 / (1 + np.square(hz / knee_hz)) ** 1.5)
    power = np.square(np.abs(np.fft.rfft(response)))
    return float(np.sqrt(np.sum(speech * power) / np.sum(speech)))


class Convolver:
    """Convolves frames of 20 ms with a response of any length, without delay.

    Overlap-save in blocks of one frame: the response is cut into blocks whose spectra are kept.
    """

    def __init__(self, response: NDArray[np.float32]) -> None:
        self._count = -(-len(response) // FRAME_SAMPLES)
        padded = np.pad(response, (0, self._count * FRAME_SAMPLES - len(response)))
        blocks = padded.reshape(self._count, FRAME_SAMPLES)
        self._spectra = np.fft.rfft(blocks, 2 * FRAME_SAMPLES, axis=1).astype(np.complex64)
        self._past = np.zeros_like(self._spectra)  # a ring; the newest block lies at _newest
        self._newest = 0
        self._before = np.zeros(FRAME_SAMPLES, dtype=np.float32)
        self._quiet_blocks = self._count + 1

    def next(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """The room's answer to the next frame, and to those before; shape (320,)."""
        self._quiet_blocks = 0 if block.any() else self._quiet_blocks + 1
        if self._quiet_blocks > self._count + 1:  # the ring is silent through and through
            return np.zeros(FRAME_SAMPLES, dtype=np.float32)
        self._newest = (self._newest - 1) % self._count
        self._past[self._newest] = np.fft.rfft(np.concatenate([self._before, block]))
        self._before = block
        split = self._count - self._newest
        total = np.einsum("bf,bf->f", self._past[self._newest :], self._spectra[:split])
        total += np.einsum("bf,bf->f", self._past[: self._newest], self._spectra[split:])
        answer: NDArray[np.float32] = np.fft.irfft(total)[FRAME_SAMPLES:].astype(np.float32)
        return answer
