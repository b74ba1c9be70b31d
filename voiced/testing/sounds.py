"""Sounds of people and rooms that are no commands, made by arithmetic: coughs, keys, television.

As in ``voiced.testing.signals``: mono, int16, 16 kHz, and the same call always gives the same
samples. Another ``seed`` is another one of the kind: other length, pitch and colour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import RATE_HZ, Samples, to_int16
from voiced.testing.signals import concat, silence

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "NOISES",
    "babble",
    "breath",
    "cough",
    "door_slam",
    "key_click",
    "laugh",
    "mhm",
    "music_like",
    "sneeze",
    "television",
]

_PEAK = 0.5
_A_HZ = ((750.0, 140.0), (1250.0, 180.0), (2600.0, 300.0))
_E_HZ = ((500.0, 110.0), (1800.0, 200.0), (2600.0, 300.0))
_O_HZ = ((450.0, 100.0), (850.0, 140.0), (2500.0, 300.0))
_I_HZ = ((300.0, 90.0), (2200.0, 220.0), (3000.0, 320.0))
_M_HZ = ((260.0, 110.0),)  # closed lips: the nose lets little else through
_VOWELS = (_A_HZ, _E_HZ, _O_HZ, _I_HZ)
_CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
_PARTIALS = (1.0, 0.5, 0.3, 0.15, 0.08)


def cough(seed: int = 0) -> Samples:
    """One to three coughs: a burst as the throat opens, a rush of air, sometimes a voice."""
    rng = np.random.default_rng((seed, 1))
    return concat(*(_one_cough(rng) for _ in range(rng.integers(1, 4))), gap_s=0.12)


def laugh(seed: int = 0) -> Samples:
    """Three to seven syllables, "ha ha ha", each begun with breath, that sink and fade."""
    rng = np.random.default_rng((seed, 2))
    pitch_hz = rng.uniform(160, 380)
    syllables: list[NDArray[np.float64]] = []
    for count in range(rng.integers(3, 8)):
        breathy = _hiss(rng, rng.uniform(0.05, 0.09), _A_HZ) * 0.25
        voiced = _voice(rng, (pitch_hz, pitch_hz * 0.85), rng.uniform(0.06, 0.11), _A_HZ)
        syllables += [0.9**count * _swell(breathy), 0.9**count * _swell(voiced)]
        pitch_hz *= rng.uniform(0.92, 0.99)
    return _finished(np.concatenate(syllables))


def breath(seed: int = 0) -> Samples:
    """Somebody breathes in or out near the microphone."""
    rng = np.random.default_rng((seed, 3))
    return _finished(_swell(_noise(rng, rng.uniform(0.5, 1.2), (300, rng.uniform(2500, 5000)))))


def sneeze(seed: int = 0) -> Samples:
    """Air drawn in with a voice, then a burst of hissing air that dies away."""
    rng = np.random.default_rng((seed, 4))
    draw = _swell(_voice(rng, (180.0, 240.0), rng.uniform(0.2, 0.4), _A_HZ)) * 0.3
    burst = _noise(rng, rng.uniform(0.25, 0.4), (900, 7500))
    sound = np.concatenate([draw, np.zeros(RATE_HZ // 12), _decaying(burst, 0.08)])
    return _finished(sound)


def mhm(seed: int = 0) -> Samples:
    """A hum of two beats with closed lips, the second one higher: "mhm"."""
    rng = np.random.default_rng((seed, 5))
    pitch_hz = rng.uniform(95, 230)
    rise = rng.uniform(1.05, 1.35)
    first = _swell(_voice(rng, (pitch_hz, pitch_hz * 0.95), rng.uniform(0.12, 0.2), _M_HZ))
    middle = 0.1 * _swell(_hiss(rng, rng.uniform(0.03, 0.07), _M_HZ))
    second_hz = (pitch_hz * rise, pitch_hz * rise * 0.92)
    second = _swell(_voice(rng, second_hz, rng.uniform(0.15, 0.28), _M_HZ))
    return _finished(np.concatenate([0.8 * first, middle, second]))


def key_click(seed: int = 0) -> Samples:
    """A key of a keyboard goes down and comes up."""
    rng = np.random.default_rng((seed, 6))
    colour_hz = (rng.uniform(900, 1800), rng.uniform(4500, 7500))
    down = _decaying(_noise(rng, 0.03, colour_hz), rng.uniform(0.003, 0.006))
    wait = np.zeros(round(rng.uniform(0.05, 0.09) * RATE_HZ))
    up = 0.5 * _decaying(_noise(rng, 0.03, colour_hz), 0.003)
    return _finished(np.concatenate([down, wait, up]))


def door_slam(seed: int = 0) -> Samples:
    """A crack, then a boom below 200 Hz that rings for a third of a second."""
    rng = np.random.default_rng((seed, 7))
    boom = _decaying(_noise(rng, 0.6, (35, rng.uniform(140, 220))), rng.uniform(0.06, 0.12))
    crack = _decaying(_noise(rng, 0.6, (200, 5000)), rng.uniform(0.008, 0.02))
    return _finished(boom + 0.6 * crack)


def babble(seconds: float, seed: int = 0) -> Samples:
    """A voice that says nothing: syllables of all vowels, in phrases with pauses and melody."""
    return _babble(seconds, seed).copy()


@lru_cache(maxsize=16)
def _babble(seconds: float, seed: int) -> Samples:
    rng = np.random.default_rng((seed, 8))
    pitch_hz = rng.uniform(90, 240)
    sound = np.zeros(round(seconds * RATE_HZ))
    at = 0
    while at < len(sound):
        phrase = _phrase(rng, pitch_hz)
        sound[at : at + len(phrase)] = phrase[: len(sound) - at]
        at += len(phrase) + round(rng.uniform(0.2, 0.8) * RATE_HZ)
    return _finished(sound)


def music_like(seconds: float, seed: int = 0) -> Samples:
    """Chords of plucked strings, a new one every half second or so."""
    rng = np.random.default_rng((seed, 9))
    base_hz, beat_s = rng.uniform(110, 220), rng.uniform(0.4, 0.7)
    sound = np.zeros(round(seconds * RATE_HZ))
    for count in range(int(np.ceil(seconds / beat_s))):
        at = round(count * beat_s * RATE_HZ)
        for semitones in _CHORDS[count // 2 % len(_CHORDS)]:
            note = _plucked(base_hz * 2 ** (semitones / 12), 1.5)[: len(sound) - at]
            sound[at : at + len(note)] += rng.uniform(0.5, 1.0) * note
    return _finished(sound)


def television(seconds: float, seed: int = 0) -> Samples:
    """Voices that take turns, over soft music; its end fits its beginning, so it may be looped."""
    rng = np.random.default_rng((seed, 10))
    music = music_like(seconds, seed).astype(np.float64) / 32768
    voices = np.zeros(len(music))
    at = 0
    while at < len(voices):
        said = babble(rng.uniform(2.0, 6.0), int(rng.integers(1 << 30))) / 32768.0
        voices[at : at + len(said)] = said[: len(voices) - at]
        at += len(said) + round(rng.uniform(0.1, 2.5) * RATE_HZ)
    return _finished(voices + 0.2 * music)


NOISES: Mapping[str, Callable[[int], Samples]] = {
    "breath": breath,
    "cough": cough,
    "door slam": door_slam,
    "key click": key_click,
    "laugh": laugh,
    "mhm": mhm,
    "sneeze": sneeze,
}
"""Everything short that is not meant for an assistant, by name, for tables of measurements."""


def _one_cough(rng: np.random.Generator) -> Samples:
    burst = _decaying(_noise(rng, 0.05, (250, 6500)), 0.015)
    rush = 0.45 * _decaying(_hiss(rng, rng.uniform(0.15, 0.3), _A_HZ), rng.uniform(0.06, 0.12))
    sound = np.concatenate([burst, rush])
    if rng.random() < 0.5:  # noqa: PLR2004 - as often as not
        voiced = _voice(rng, (rng.uniform(130, 260), 110.0), rng.uniform(0.06, 0.12), _O_HZ)
        sound = np.concatenate([sound, 0.4 * _swell(voiced)])
    return _finished(sound)


def _phrase(rng: np.random.Generator, pitch_hz: float) -> NDArray[np.float64]:
    """Some syllables whose pitch falls to the end, half of them begun with a hiss."""
    syllables: list[NDArray[np.float64]] = []
    count = int(rng.integers(4, 14))
    for number in range(count):
        hz = pitch_hz * (1.15 - 0.3 * number / count) * rng.uniform(0.93, 1.07)
        if rng.random() < 0.5:  # noqa: PLR2004 - as often as not
            syllables.append(0.3 * _swell(_noise(rng, rng.uniform(0.03, 0.09), (2000, 7000))))
        vowel = _VOWELS[rng.integers(len(_VOWELS))]
        voiced = _voice(rng, (hz, hz * rng.uniform(0.9, 1.05)), rng.uniform(0.09, 0.2), vowel)
        syllables.append(rng.uniform(0.6, 1.0) * _swell(voiced))
    return np.concatenate(syllables)


def _voice(
    rng: np.random.Generator,
    pitch_hz: tuple[float, float],
    seconds: float,
    formants_hz: tuple[tuple[float, float], ...],
) -> NDArray[np.float64]:
    """A buzz that glides from one pitch to the other, with a mouth's resonances; level 1."""
    samples = round(seconds * RATE_HZ)
    hz = np.linspace(*pitch_hz, samples) * (1 + 0.01 * rng.standard_normal())
    phase = 2 * np.pi * np.cumsum(hz) / RATE_HZ
    middle_hz = sum(pitch_hz) / 2
    harmonics = np.arange(1, int(4500 / middle_hz) + 1)
    gains = _resonance(harmonics * middle_hz, formants_hz)
    offsets = rng.uniform(0, 2 * np.pi, len(harmonics))
    voice = np.sum(gains[:, None] * np.sin(np.outer(harmonics, phase) + offsets[:, None]), axis=0)
    return _levelled(voice + 0.03 * rng.standard_normal(samples))


def _hiss(
    rng: np.random.Generator, seconds: float, formants_hz: tuple[tuple[float, float], ...]
) -> NDArray[np.float64]:
    """Breath through a mouth of these resonances; level 1."""
    samples = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    return _levelled(np.fft.irfft(spectrum * (0.1 + _resonance(hz, formants_hz)), samples))


def _noise(
    rng: np.random.Generator, seconds: float, band_hz: tuple[float, float]
) -> NDArray[np.float64]:
    """Noise whose spectrum falls by 12 dB an octave outside of the band; level 1."""
    samples = round(seconds * RATE_HZ)
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 1.0)
    low_hz, high_hz = band_hz
    shape = 1 / (1 + (low_hz / hz) ** 2) / (1 + (hz / high_hz) ** 2)
    return _levelled(np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * shape, samples))


@lru_cache(maxsize=64)
def _plucked(hz: float, seconds: float) -> NDArray[np.float64]:
    at_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = np.zeros(len(at_s))
    for number, gain in enumerate(_PARTIALS, start=1):
        tone += gain * np.sin(2 * np.pi * hz * number * at_s) * np.exp(-at_s * (2 + number))
    tone *= np.clip(at_s / 0.005, 0, 1) * np.clip((seconds - at_s) / 0.05, 0, 1)
    return tone


def _resonance(
    hz: NDArray[np.floating], formants_hz: tuple[tuple[float, float], ...]
) -> NDArray[np.float64]:
    gains = np.zeros(len(hz))
    for number, (centre, width) in enumerate(formants_hz):
        gains += 0.6**number / (1 + np.square((hz - centre) / width))
    return gains


def _levelled(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    levelled: NDArray[np.float64] = sound / np.sqrt(float(np.mean(np.square(sound))))
    return levelled


def _swell(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Comes and goes evenly, without a click."""
    swelling: NDArray[np.float64] = sound * np.sqrt(np.sin(np.linspace(0, np.pi, len(sound))))
    return swelling


def _decaying(sound: NDArray[np.float64], time_s: float) -> NDArray[np.float64]:
    """Begins within a millisecond and falls to a third every ``time_s``; silent at its end."""
    at_s = np.arange(len(sound)) / RATE_HZ
    ends = np.clip(at_s / 0.001, 0, 1) * np.clip((at_s[-1] - at_s) / 0.005, 0, 1)
    decaying: NDArray[np.float64] = sound * np.exp(-at_s / time_s) * ends
    return decaying


def _finished(sound: NDArray[np.float64]) -> Samples:
    peak = float(np.max(np.abs(sound))) if len(sound) else 0.0
    return to_int16(_PEAK * sound / peak) if peak else silence(len(sound) / RATE_HZ)
