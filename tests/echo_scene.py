"""A talker and a loudspeaker in one room, as arrays: far, echo, near. All by arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples

FULL = 32768.0


@lru_cache
def babble(seconds: float, seed: int, level_dbfs: float = -20.0) -> np.ndarray:
    """Syllables of shaped noise and buzz, with pauses: as lively as speech, but no words."""
    rng = np.random.default_rng(seed)
    sound, at = np.zeros(round(seconds * RATE_HZ)), 0
    while at < len(sound):
        length = int(rng.uniform(0.07, 0.22) * RATE_HZ)
        at_s = np.arange(length) / RATE_HZ
        pitch_hz = rng.uniform(95, 220)
        voice = sum(np.sin(2 * np.pi * pitch_hz * n * at_s) / n**0.5 for n in range(1, 20))
        source = np.fft.rfft(voice + rng.standard_normal(length))
        hz = np.fft.rfftfreq(length, 1 / RATE_HZ)
        formants = rng.uniform((250, 800, 2200), (900, 2200, 3600))
        shape = sum(1 / (1 + ((hz - centre) / 150) ** 2) for centre in formants)
        syllable = np.fft.irfft(source * shape, length) * np.hanning(length)
        syllable *= rng.uniform(0.3, 1.0) / np.sqrt(np.mean(syllable**2))
        fit = syllable[: len(sound) - at]
        sound[at : at + len(fit)] = fit
        at += length + int(rng.choice((0, 0, 0.02, 0.15)) * RATE_HZ)
    return _at_level(sound, level_dbfs)


def room(sound: np.ndarray, delay_ms: float, level_dbfs: float, seed: int = 0) -> np.ndarray:
    """What the microphone hears of it, through 0.25 s of reverberation."""
    rng = np.random.default_rng(seed)
    tail = rng.standard_normal(RATE_HZ // 4) * 10 ** (-3 * np.arange(RATE_HZ // 4) / RATE_HZ / 0.25)
    path = 0.7 * tail / np.sqrt(np.sum(tail**2))
    path[0] = 1.0
    size = 2 ** (len(sound) + len(path)).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(path, size), size)[: len(sound)]
    delay = round(delay_ms * RATE_HZ / 1000)
    late = np.concatenate([np.zeros(delay), heard])[: len(sound)]
    return _at_level(late, level_dbfs)


def noise(seconds: float, level_dbfs: float = -65.0) -> np.ndarray:
    drawn = np.random.default_rng(99).standard_normal(round(seconds * RATE_HZ))
    return drawn * FULL * 10 ** (level_dbfs / 20)


def int16(sound: np.ndarray) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def frames(near: np.ndarray, far: np.ndarray) -> Iterator[tuple[AudioFrame, Samples]]:
    one, other = int16(near), int16(far)
    for start in range(0, len(one) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        block = slice(start, start + FRAME_SAMPLES)
        yield AudioFrame(one[block], RATE_HZ, start), other[block]


def _at_level(sound: np.ndarray, level_dbfs: float) -> np.ndarray:
    return sound * FULL * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound**2))
