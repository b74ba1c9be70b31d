"""Was a sentence of the grammar spoken? The words found, held against free phones. No vendors.

A recogniser that knows only a grammar makes a sentence of anything. Free phones fit any speech
about equally well, so words that were spoken fit nearly as well as phones, and others do not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["LOOSE", "Segment", "confidence"]

LOOSE = "~"
"""Begins the label of a word that stands for any."""

_HALF_FIT, _FIT_SLOPE = -33.0, 2.5
"""In the recogniser's log units for each frame. Of 115 real orders understood, none is below -28;
of 238 readings of speech as another grammar's, 2 are above -33. Synthetic voices fit worse."""

_RIVALLED_FIT, _LOOSE_FIT = -38.0, -31.0
"""The same where loose words, which take what is no sentence, could have been found and were not;
and where they were. Of 111 real orders for coffee, none is read as a sentence of the built-in
intents without a loose word above -42."""

_MIN_COVERAGE, _RIVALLED_COVERAGE = 0.7, 0.8
_MAX_WORD_FRAMES = 130
_MIN_LETTER_FRAMES = 10
"""A loop over letters fits any speech as well as free phones do; but who spells takes his time."""
_FILLERS = ("<", "[", "+", "SIL", "(NULL)")
"""(NULL) is a step of the grammar without a word: one frame, whose perfect score is no evidence."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A word or phone: frames ``start`` to ``end``, end excluded, and its acoustic log score."""

    label: str
    start: int
    end: int
    score: float

    @property
    def is_filler(self) -> bool:
        """Silence or noise."""
        return self.label.startswith(_FILLERS)

    @property
    def is_loose(self) -> bool:
        """A word that stands for any."""
        return self.label.startswith(LOOSE)

    @property
    def is_letter(self) -> bool:
        """A letter that is spelled; "a" and "i" are words, too."""
        word = self.label.partition("(")[0]
        return len(word) == 1 and word not in "ai"


def confidence(
    words: Sequence[Segment], phones: Sequence[Segment], *, is_rivalled: bool = False
) -> float:
    """How sure it is that the words were spoken, in [0, 1]; 0 where it is plain they were not.

    Args:
        words: What the grammar's recogniser found, silence and noise included.
        phones: What the recogniser of phones found in the same sound.
        is_rivalled: The grammar has loose words, which compete with its sentences.
    """
    spoken = [word for word in words if not word.is_filler]
    sounding = sum(phone.end - phone.start for phone in phones if not phone.is_filler)
    if not spoken or not sounding:
        return 0.0
    least, half_fit = _MIN_COVERAGE, _HALF_FIT
    if is_rivalled and any(word.is_loose for word in spoken):
        half_fit = _LOOSE_FIT
    elif is_rivalled:
        least, half_fit = _RIVALLED_COVERAGE, _RIVALLED_FIT
    if sum(word.end - word.start for word in spoken) < least * sounding:
        return 0.0
    if max(word.end - word.start for word in spoken) > _MAX_WORD_FRAMES:
        return 0.0
    if any(word.is_letter and word.end - word.start < _MIN_LETTER_FRAMES for word in spoken):
        return 0.0
    fit = _fit(spoken, phones)
    return 1.0 / (1.0 + math.exp(min(50.0, (half_fit - fit) / _FIT_SLOPE)))


def _fit(spoken: Sequence[Segment], phones: Sequence[Segment]) -> float:
    """Mean over the words of their score for each frame, less that of the phones there."""
    frames = max(segment.end for segment in (*spoken, *phones))
    free = np.zeros(frames)
    for phone in phones:
        free[phone.start : phone.end] = phone.score / max(1, phone.end - phone.start)
    fits = [
        (word.score - float(free[word.start : word.end].sum())) / max(1, word.end - word.start)
        for word in spoken
    ]
    return sum(fits) / len(fits)
