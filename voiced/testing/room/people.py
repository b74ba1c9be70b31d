"""What sounds at the microphone besides the speaker: who says what when, noise and hum."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, Samples, to_float32
from voiced.testing.room.levels import active_level_dbfs, audible_span, gain_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiced.testing.room.settings import RoomSettings

__all__ = ["Background", "People", "Said"]

_NOISE_SAMPLES = 2**17
_NOISE_KNEE_HZ = 1000.0
_HUM_HZ = ((50, 1.0), (100, 0.5), (150, 0.35), (250, 0.15))


@dataclass(frozen=True, slots=True)
class Said:
    """Something was scheduled: it can be heard from sample ``start`` to ``end`` of the room."""

    who: str
    start: int
    end: int

    @property
    def starts_at_s(self) -> float:
        """When it can first be heard, in seconds."""
        return self.start / RATE_HZ

    @property
    def ends_at_s(self) -> float:
        """When it can last be heard, in seconds; infinity for what does not end."""
        return self.end / RATE_HZ


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    start: int
    end: int
    samples: NDArray[np.float32]


class People:
    """All sounds that are scheduled, mixed frame by frame."""

    def __init__(self) -> None:
        self._waiting: list[_Sound] = []  # in order of their start, the latest first
        self._sounding: list[_Sound] = []

    def add(self, start: int, samples: Samples, level_dbfs: float, who: str) -> Said:
        """Let this be heard from ``start`` on, its active speech at ``level_dbfs``."""
        first, last = audible_span(samples)
        self._put(start, start + len(samples), samples, level_dbfs)
        return Said(who, start + first, start + last)

    def add_endless(
        self, span: tuple[int, int], samples: Samples, level_dbfs: float, who: str
    ) -> Said:
        """Let this be heard over and over, from the span's start to its end."""
        self._put(*span, samples, level_dbfs)
        return Said(who, *span)

    def mix(self, start: int) -> NDArray[np.float32]:
        """All that sounds in the frame from ``start`` on; shape (320,)."""
        mixed = np.zeros(FRAME_SAMPLES, dtype=np.float32)
        while self._waiting and self._waiting[-1].start < start + FRAME_SAMPLES:
            self._sounding.append(self._waiting.pop())
        for sound in self._sounding:
            first = max(start, sound.start)
            last = min(start + FRAME_SAMPLES, sound.end)
            places = np.arange(first - sound.start, last - sound.start)
            mixed[first - start : last - start] += sound.samples[places % len(sound.samples)]
        self._sounding = [each for each in self._sounding if each.end > start + FRAME_SAMPLES]
        return mixed

    def _put(self, start: int, end: int, samples: Samples, level_dbfs: float) -> None:
        if samples.any():
            gain = np.float32(gain_of(level_dbfs - active_level_dbfs(samples)))
            sound = _Sound(start, end, gain * to_float32(samples))
            insort(self._waiting, sound, key=lambda each: -each.start)


class Background:
    """The room's noise, which repeats itself after eight seconds, and a hum of the mains."""

    def __init__(self, settings: RoomSettings) -> None:
        self._noise = gain_of(settings.noise_dbfs) * _noise(settings.seed)
        self._hum = np.zeros(FRAME_SAMPLES, dtype=np.float32)  # its period is a frame
        if settings.hum_dbfs is not None:
            self._hum += gain_of(settings.hum_dbfs) * _hum()

    def mix(self, start: int) -> NDArray[np.float32]:
        """The frame from ``start`` on; shape (320,)."""
        places = np.arange(start, start + FRAME_SAMPLES) % _NOISE_SAMPLES
        mixed: NDArray[np.float32] = self._noise[places] + self._hum
        return mixed


@lru_cache(maxsize=8)
def _noise(seed: int) -> NDArray[np.float32]:
    """Noise that falls by 3 dB an octave above 1 kHz, at a level of 1; its ends fit together."""
    drawn = np.random.default_rng((seed, 1)).standard_normal(_NOISE_SAMPLES)
    hz = np.fft.rfftfreq(_NOISE_SAMPLES, 1 / RATE_HZ)
    spectrum = np.fft.rfft(drawn) / np.sqrt(1 + hz / _NOISE_KNEE_HZ)
    spectrum[0] = 0
    return _at_level_1(np.fft.irfft(spectrum))


def _hum() -> NDArray[np.float32]:
    at_s = np.arange(FRAME_SAMPLES) / RATE_HZ
    hum = np.zeros(FRAME_SAMPLES)
    for hz, gain in _HUM_HZ:
        hum += gain * np.sin(2 * np.pi * hz * at_s)
    return _at_level_1(hum)


def _at_level_1(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    levelled: NDArray[np.float32] = (sound / np.sqrt(np.mean(np.square(sound)))).astype(np.float32)
    return levelled
