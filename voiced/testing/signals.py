"""Sounds for tests, made by arithmetic: the same call always gives the same samples.

All are mono, int16, 16 kHz. Levels are in dB relative to full scale. No recordings here, and no
engines that speak.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, Framer, Samples, to_int16
from voiced.audio import silence as zeros

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "chirp",
    "click_train",
    "concat",
    "frames",
    "noise",
    "silence",
    "speech_like",
    "tone",
    "with_noise",
]

_FADE_S = 0.005
_SYLLABLES_HZ = 4.0
_PITCH_HZ = 120.0
_FORMANTS_HZ = ((700.0, 130.0), (1200.0, 170.0), (2600.0, 250.0))
"""Centre and width of the resonances that make a buzz sound like a vowel."""


def silence(seconds: float) -> Samples:
    """Zeros."""
    return zeros(round(seconds * RATE_HZ))


def tone(seconds: float, hz: float = 440.0, peak: float = 0.5) -> Samples:
    """A sine that fades in and out over 5 ms, so that its ends do not click."""
    return to_int16(peak * _faded(np.sin(2 * np.pi * hz * _time_s(seconds))))


def chirp(seconds: float, from_hz: float = 100.0, to_hz: float = 7000.0) -> Samples:
    """A sine whose frequency rises evenly: good for finding itself again in a recording."""
    at_s = _time_s(seconds)
    phase = 2 * np.pi * (from_hz * at_s + (to_hz - from_hz) / (2 * seconds) * at_s**2)
    return to_int16(0.5 * _faded(np.sin(phase)))


def noise(seconds: float, seed: int = 0, level_dbfs: float = -30.0) -> Samples:
    """White noise of the given root-mean-square level."""
    drawn = np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    return to_int16(drawn * 10 ** (level_dbfs / 20))


def click_train(seconds: float, every_s: float = 0.5, peak: float = 0.9) -> Samples:
    """Clicks of 1 ms, the first one at 0."""
    clicks = np.zeros(round(seconds * RATE_HZ))
    width = RATE_HZ // 1000
    for count in range(int(np.ceil(seconds / every_s))):
        start = round(count * every_s * RATE_HZ)
        clicks[start : start + width] = peak
    return to_int16(clicks)


def speech_like(seconds: float, seed: int = 0, level_dbfs: float = -20.0) -> Samples:
    """A voice without words: a buzz with vowels' resonances, in four syllables a second.

    Detectors of energy and of speech take it for speech from end to end.
    """
    return _speech_like(seconds, seed, level_dbfs).copy()


@lru_cache(maxsize=16)
def _speech_like(seconds: float, seed: int, level_dbfs: float) -> Samples:
    rng = np.random.default_rng(seed)
    at_s = _time_s(seconds)
    pitch_hz = _PITCH_HZ * (1 + 0.08 * np.sin(2 * np.pi * 0.7 * at_s + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    voice = np.zeros(len(at_s))
    for harmonic in range(1, int(4000 / _PITCH_HZ)):
        gain = _vowel_gain(harmonic * _PITCH_HZ)
        voice += gain * np.sin(harmonic * phase + rng.uniform(0, 2 * np.pi))
    loudness = 0.65 + 0.35 * np.sin(2 * np.pi * _SYLLABLES_HZ * at_s + rng.uniform(0, 6))
    breath = 0.02 * rng.standard_normal(len(at_s))
    return to_int16(_at_level(_faded(voice * loudness + breath), level_dbfs))


def concat(*sounds: Samples, gap_s: float = 0.0) -> Samples:
    """The sounds in a row, with a silence of ``gap_s`` between any two."""
    pieces: list[Samples] = []
    for sound in sounds:
        pieces += [silence(gap_s), sound] if pieces else [sound]
    return np.concatenate(pieces) if pieces else zeros(0)


def with_noise(sound: Samples, snr_db: float, seed: int = 0) -> Samples:
    """The sound in white noise, ``snr_db`` below the sound's own mean power."""
    clean = sound.astype(np.float64) / 32768
    power = float(np.mean(clean**2)) if len(clean) else 0.0
    drawn = np.random.default_rng(seed).standard_normal(len(clean))
    return to_int16(clean + drawn * np.sqrt(power * 10 ** (-snr_db / 10)))


def frames(sound: Samples, start: int = 0) -> list[AudioFrame]:
    """The sound in frames of 20 ms, the last one filled up with silence."""
    framer = Framer(start=start)
    return [*framer.feed(sound), *framer.flush()]


def _time_s(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def _faded(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    fade = min(round(_FADE_S * RATE_HZ), len(sound) // 2)
    envelope = np.ones(len(sound))
    envelope[:fade] = np.linspace(0, 1, fade)
    envelope[len(sound) - fade :] = np.linspace(1, 0, fade)
    return sound * envelope


def _at_level(sound: NDArray[np.float64], level_dbfs: float) -> NDArray[np.float64]:
    power = float(np.mean(sound**2)) if len(sound) else 0.0
    return sound * (10 ** (level_dbfs / 20) / np.sqrt(power)) if power else sound


def _vowel_gain(hz: float) -> float:
    return sum(1 / (1 + ((hz - centre) / width) ** 2) for centre, width in _FORMANTS_HZ)
