"""Interruptions from a folder of recordings: real people instead of the embedded voice."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import RATE_HZ, Samples, level_dbfs, silence
from voiced.bench.material.utterances import AUDIBLE, Take, Utterance, Word, at_talking_level
from voiced.bench.orders import read_sound
from voiced.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["interruptions_from", "speech_of"]

_ENDINGS = frozenset({".flac", ".wav"})
_BLOCK = RATE_HZ // 100
_STEADY = 3
_ABOVE_NOISE_DB = 12.0
_BELOW_LOUDEST_DB = 30.0


def interruptions_from(folder: Path) -> tuple[Take, ...]:
    """Every WAV and FLAC file of the folder, from its first audible sample on, by file name.

    What is said is read from ``NAME.txt`` beside ``NAME.wav``, where it exists; its words are laid
    evenly over the sound. Without it the take has no words.

    Raises:
        ConfigError: There is no speech in the folder.
        AudioFormatError: A file cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError(file=str(folder), key="--speech", reason="it is not a folder")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS)
    takes = [_take(path) for path in files]
    spoken = tuple(take for take in takes if len(take.utterance.samples))
    if not spoken:
        reason = "it holds no WAV or FLAC file with speech"
        raise ConfigError(file=str(folder), key="--speech", reason=reason)
    return spoken


def _take(path: Path) -> Take:
    speech = speech_of(read_sound(path))
    told = path.with_suffix(".txt")
    texts = told.read_text(encoding="utf-8").split() if told.is_file() else []
    letters = [0, *accumulate(map(len, texts))]
    edges = [round(len(speech) * count / max(1, letters[-1])) for count in letters]
    words = tuple(
        Word(re.sub(r"^\W+|\W+$", "", text), edges[at], edges[at + 1])
        for at, text in enumerate(texts)
    )
    return Take("recording", Utterance(speech, words), voice=path.name)


def speech_of(samples: Samples) -> Samples:
    """The speech in a recording, at a talker's level: from the first loud place to the last one.

    A place is loud when three blocks of 10 ms in a row are well above the recording's own noise
    and not far below its loudest block.
    """
    samples = at_talking_level(samples)
    count = len(samples) // _BLOCK
    if count < _STEADY or not samples.any():
        return silence(0)
    levels = np.array([level_dbfs(block) for block in np.split(samples[: count * _BLOCK], count)])
    noise, loudest = float(np.percentile(levels, 5)), float(levels.max())
    gate = min(max(noise + _ABOVE_NOISE_DB, loudest - _BELOW_LOUDEST_DB), loudest - 3)
    loud = np.convolve(levels >= gate, np.ones(_STEADY), "valid") >= _STEADY
    places = np.flatnonzero(loud)
    if not len(places):
        return silence(0)
    start = int(places[0]) * _BLOCK
    audible = np.flatnonzero(np.abs(samples[start:].astype(np.int32)) >= AUDIBLE)
    start += int(audible[0]) if len(audible) else 0
    return samples[start : (int(places[-1]) + _STEADY) * _BLOCK].copy()
