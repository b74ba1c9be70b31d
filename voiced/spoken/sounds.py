"""How alike two phrases sound: letters to phonemes by rule, then a weighted edit distance."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby

from voiced.spoken.phonics import EXCEPTIONS, LETTER_NAMES, RULES
from voiced.spoken.words import normalise

__all__ = ["phonemes", "sound_similarity"]

_SCAN = re.compile("|".join(f"({pattern})" for pattern, _ in RULES))
_SAME_AS_LETTER = "="

_VOWELS = {
    # height (0 open, 1 closed), backness (0 front, 1 back), glide (-1 to the front, 1 to the back)
    "i": (1.0, 0.0, 0.0),
    "I": (0.8, 0.2, 0.0),
    "e": (0.5, 0.1, 0.0),
    "A": (0.65, 0.1, -0.4),
    "a": (0.1, 0.3, 0.0),
    "@": (0.45, 0.5, 0.0),
    "o": (0.35, 0.9, 0.0),
    "u": (0.95, 0.9, 0.0),
    "Y": (0.2, 0.4, -0.7),
    "W": (0.2, 0.6, 0.7),
    "O": (0.4, 0.8, -0.7),
}
_CONSONANT_WEIGHT = 1.0
_VOWEL_WEIGHT = 0.6
_CONSONANTS = 1.2
"""What one consonant for another costs where they are not alike."""
_WEAK = {"@": 0.35, "I": 0.45, "h": 0.4, "y": 0.5, "w": 0.7, "r": 0.7, "t": 0.8, "d": 0.8}
_NEAR = {
    "sz": 0.1, "SZ": 0.15, "CJ": 0.25, "SC": 0.35, "ZJ": 0.3, "SJ": 0.5, "td": 0.25, "pb": 0.3,
    "kg": 0.3, "fv": 0.25, "0f": 0.3, "0s": 0.4, "0z": 0.5, "0d": 0.4, "0t": 0.4, "0v": 0.4,
    "mn": 0.35, "nN": 0.25, "mN": 0.45, "sS": 0.35, "zZ": 0.4, "zS": 0.5, "tC": 0.4, "dJ": 0.4,
    "lr": 0.6, "lw": 0.6, "rw": 0.5, "bv": 0.45, "pf": 0.55, "pt": 0.55, "kt": 0.6, "pk": 0.6,
    "bd": 0.6, "dg": 0.6, "bg": 0.65, "nd": 0.65, "mb": 0.6, "gN": 0.7, "hf": 0.7, "sf": 0.6,
    "sC": 0.5, "zJ": 0.6, "yJ": 0.6, "wv": 0.5, "nl": 0.6, "dl": 0.7, "dr": 0.7, "tr": 0.75,
    "tk": 0.6, "st": 0.7, "zd": 0.75, "ks": 0.8,
}  # fmt: skip
_MIXED = {"yi": 0.2, "yI": 0.3, "wu": 0.25, "wo": 0.5, "r@": 0.35, "l@": 0.6, "lo": 0.6, "lu": 0.6}


@lru_cache(maxsize=16384)
def phonemes(word: str) -> str:
    """The phonemes of one normalised word, one character each (see voiced.spoken.phonics)."""
    if len(word) == 1 and word in LETTER_NAMES:
        return LETTER_NAMES[word]
    if word in EXCEPTIONS:
        return EXCEPTIONS[word]
    return _squeeze(_SCAN.sub(_replace, word.replace("'", "")))


def _replace(match: re.Match[str]) -> str:
    sound = RULES[(match.lastindex or 1) - 1][1]
    return match[0] if sound == _SAME_AS_LETTER else sound


def _weight(phoneme: str) -> float:
    return _WEAK.get(phoneme, _VOWEL_WEIGHT if phoneme in _VOWELS else _CONSONANT_WEIGHT)


def _substitution(a: str, b: str) -> float:
    if a == b:
        return 0.0
    for pair in (a + b, b + a):
        if pair in _NEAR:
            return _NEAR[pair]
        if pair in _MIXED:
            return _MIXED[pair]
    if a in _VOWELS and b in _VOWELS:
        distance = sum(abs(x - y) for x, y in zip(_VOWELS[a], _VOWELS[b], strict=True))
        return min(_VOWEL_WEIGHT, 0.1 + 0.4 * distance)
    if a not in _VOWELS and b not in _VOWELS:
        return _CONSONANTS
    return _weight(a) + _weight(b)


class _Weights(dict[str, float]):
    def __missing__(self, phoneme: str) -> float:
        return _weight(phoneme)


class _Substitutions(dict[str, float]):
    def __init__(self, phoneme: str) -> None:
        super().__init__({other: _substitution(phoneme, other) for other in _ALL})
        self._phoneme = phoneme

    def __missing__(self, other: str) -> float:
        return _substitution(self._phoneme, other)


_ALL = "".join((*_VOWELS, "pbtdkgfvszmnlrwyh0SZCJN"))
"""All phonemes; letters of other alphabets and digits stand for themselves."""

_WEIGHTS = _Weights({phoneme: _weight(phoneme) for phoneme in _ALL})
_SUBSTITUTED = {phoneme: _Substitutions(phoneme) for phoneme in _ALL}


def _distance(a: str, b: str) -> float:
    weights = [_WEIGHTS[phoneme] for phoneme in b]
    above = [0.0]
    for weight in weights:
        above.append(above[-1] + weight)
    for left in a:
        lost = _WEIGHTS[left]
        others = _SUBSTITUTED.get(left) or _Substitutions(left)
        last = above[0] + lost
        row = [last]
        for index, right in enumerate(b):
            replaced, missing = above[index] + others[right], above[index + 1] + lost
            last += weights[index]
            if replaced < last:  # noqa: PLR1730 - twice as fast as min()
                last = replaced
            if missing < last:  # noqa: PLR1730
                last = missing
            row.append(last)
        above = row
    return above[-1]


@lru_cache(maxsize=16384)
def _sound(text: str) -> str:
    return _squeeze("".join(phonemes(word) for word in normalise(text)))


def _squeeze(sounds: str) -> str:
    """Doubled phonemes once: a double letter, or a word that ends as the next begins."""
    return "".join(phoneme for phoneme, _ in groupby(sounds))


@lru_cache(maxsize=65536)
def sound_similarity(a: str, b: str) -> float:
    """How alike two phrases sound, in [0, 1]; word boundaries do not count.

    The same words are 1; what a recogniser confuses is above 0.7; clearly different phrases are
    below 0.5.
    """
    if a == b:
        return 1.0
    first, second = _sound(a), _sound(b)
    if not first or not second:
        return 0.0
    length = max(sum(map(_WEIGHTS.__getitem__, each)) for each in (first, second))
    return max(0.0, 1.0 - _distance(*sorted((first, second))) / length)
