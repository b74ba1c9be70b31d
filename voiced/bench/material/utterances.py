"""What somebody says as a value: the sound, and where each word lies in it. Arithmetic only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voiced.audio import RATE_HZ, Samples, level_dbfs, silence

__all__ = [
    "AUDIBLE",
    "LEVEL_DBFS",
    "Pause",
    "Take",
    "Utterance",
    "Word",
    "at_talking_level",
    "joined",
    "trimmed",
]

AUDIBLE = 200
"""Amplitude (int16) from which a sample is sound."""

LEVEL_DBFS = -23.0
"""Root-mean-square level of every utterance, pauses left out, in dB relative to full scale."""

_PEAK = 31_000
_FAINT = 0.01


@dataclass(frozen=True, slots=True)
class Word:
    """A word as a recogniser writes it; ``start`` and ``end`` in samples of its utterance."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """Sound, int16 of shape (n,) at 16 kHz, from its first audible sample to its last one."""

    samples: Samples
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """All words in a row."""
        return " ".join(word.text for word in self.words)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE_HZ


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence inside an utterance, in its samples."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.end - self.start) / RATE_HZ


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """An utterance with its label. ``voice`` names who speaks, or the file it comes from."""

    kind: str
    utterance: Utterance
    pauses: tuple[Pause, ...] = ()
    voice: str = ""

    @property
    def text(self) -> str:
        """All words in a row; empty for sounds that are no words."""
        return self.utterance.text


def trimmed(samples: Samples, words: Sequence[Word] = ()) -> Utterance:
    """The sound without what is not audible at its ends; its words move with it."""
    audible = np.flatnonzero(np.abs(samples.astype(np.int32)) >= AUDIBLE)
    if not len(audible):
        return Utterance(silence(0), ())
    first, length = int(audible[0]), int(audible[-1] - audible[0]) + 1

    def inside(at: int) -> int:
        return min(max(at - first, 0), length)

    moved = (Word(word.text, inside(word.start), inside(word.end)) for word in words)
    return Utterance(samples[first : first + length].copy(), tuple(moved))


def at_talking_level(samples: Samples) -> Samples:
    """The sound at ``LEVEL_DBFS``, or less where it would clip."""
    loudness = np.abs(samples.astype(np.int32))
    peak = int(loudness.max(initial=0))
    if not peak:
        return samples
    sounding = np.flatnonzero(loudness >= peak * _FAINT)
    level = level_dbfs(samples[sounding[0] : sounding[-1] + 1])
    gain = min(10 ** ((LEVEL_DBFS - level) / 20), _PEAK / peak)
    scaled: Samples = np.rint(samples * gain).astype(np.int16)
    return scaled


def joined(parts: Sequence[Utterance], gaps: Sequence[int]) -> tuple[Utterance, tuple[Pause, ...]]:
    """The parts in a row, with so many samples of silence between any two, and where those are."""
    sounds, words, pauses = [parts[0].samples], [*parts[0].words], list[Pause]()
    at = len(parts[0].samples)
    for part, gap in zip(parts[1:], gaps, strict=True):
        pauses.append(Pause(at, at + gap))
        at += gap
        sounds += [silence(gap), part.samples]
        words += [Word(word.text, at + word.start, at + word.end) for word in part.words]
        at += len(part.samples)
    return Utterance(np.concatenate(sounds), tuple(words)), tuple(pauses)
