"""Words of a small vocabulary, as a recogniser may have misheard them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voiced.spoken import normalise, sound_similarity

__all__ = ["NEAR", "Heard", "hear"]

NEAR = 0.75
"""The least likeness at which a word is taken for one of the vocabulary."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood, and in [0, 1] how near it is to what was said."""

    words: tuple[str, ...]
    score: float


def hear(said: str, vocabulary: Iterable[str]) -> Heard | None:
    """The words of ``vocabulary`` that were probably said: "too daze ago" is "two days ago".

    Two words may be one ("yester day"). None where a word is like no word of the vocabulary.
    """
    known = vocabulary if isinstance(vocabulary, frozenset) else frozenset(vocabulary)
    words = normalise(said)
    heard: list[str] = []
    scores: list[float] = []
    while words:
        word, score, used = _next(words, known)
        if score < NEAR:
            return None
        heard.append(word)
        scores.append(score)
        words = words[used:]
    return Heard(tuple(heard), sum(scores) / len(scores)) if heard else None


def _next(words: tuple[str, ...], known: frozenset[str]) -> tuple[str, float, int]:
    if words[0] in known:
        return words[0], 1.0, 1
    if "".join(words[:2]) in known:
        return "".join(words[:2]), 1.0, 2
    for used in (1, 2):
        said = " ".join(words[:used])
        score, word = max((sound_similarity(said, each), each) for each in sorted(known))
        if score >= NEAR:
            return word, score, used
    return words[0], 0.0, 1
