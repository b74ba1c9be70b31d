"""How well said words fit a file's name: by sound, with numbers taken at their word. Pure."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from voiced.plugin import normalise, parse_number, sound_similarity, spoken_forms, written_name

from .names import split_extension

__all__ = ["closest", "is_called", "likeness"]

_POOL = 30
_MIN_OVERLAP = 0.34
_MIN_WORD = 0.6
_UNLIKE = 0.5
_SAME = 0.95
_PARTIAL = 0.9
_WRONG_NUMBER = 0.75
_EMPTY_WORDS = frozenset("a an the my of and for to".split())
_WORD = re.compile(r"[a-z]+|\d+")
_NUMBER = re.compile(r"\d+")

# Letters that are confused by ear or by spelling share a class; vowels and h, w, y say little.
_CLASSES = str.maketrans(
    "bpvfdtgkcqjszxmnrl", "PPPPTTKKKKKKSSNNRR", "aeiouhwy'"
)  # fmt: skip


@lru_cache(maxsize=200_000)
def _traits(text: str) -> frozenset[str]:
    """The coarse sound of a text: its consonant classes in pairs, and its numbers."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word.isdigit():
            found.add(word)
            continue
        key = word.replace("ph", "f").translate(_CLASSES) or word[0]
        found.add(key[0])
        found.update(map("".join, pairwise(key)))
    return frozenset(found)


def _overlap(said: frozenset[str], name: frozenset[str]) -> float:
    shared = len(said & name)
    if not shared:
        return 0.0
    return 0.8 * shared / len(said) + 0.2 * shared / len(said | name)


def closest(said: str, names: Iterable[str]) -> list[tuple[float, str]]:
    """The names that may be meant, with their likeness, best first. Fast over thousands."""
    words = " ".join(normalise(said))
    written = _traits(f"{written_name(words)} {words}"), _traits(written_name(words))
    scored = ((max(_overlap(each, _traits(name)) for each in written), name) for name in set(names))
    pool = heapq.nlargest(_POOL, (pair for pair in scored if pair[0] >= _MIN_OVERLAP))
    return sorted(((likeness(words, name), name) for _, name in pool), reverse=True)


def likeness(said: str, name: str) -> float:
    """How well normalised words fit a name, in [0, 1]; 1 is its whole name or stem as it is said.

    Words that are only a part of the name score below 0.9. A number that was said and is not in
    the name counts against it.
    """
    forms = spoken_forms(name)
    if not forms:
        return 0.0
    stem_words = normalise(split_extension(forms[0].split(" dot ", 1)[0])[0])
    fits = _fits(said.split(), stem_words)
    score = max(_whole(said, forms, min(fits, default=1.0)), _part(fits, len(stem_words)))
    numbers = set(_NUMBER.findall(written_name(said)))
    has_all = numbers <= set(_NUMBER.findall(name))
    return score if has_all else score * _WRONG_NUMBER


def is_called(said: str, name: str) -> bool:
    """Whether no word of what was said is unlike all words of the name: "shopping" and "packing".

    Words that sound like the whole name, as "sun set" does, are it. Numbers are not looked at:
    there are too many ways to say one.
    """
    forms = spoken_forms(name)
    words = " ".join(normalise(said))
    if not forms or max(sound_similarity(words, form) for form in forms) >= _PARTIAL:
        return True
    plain = [word for word in words.split() if parse_number([word]) is None]
    fits = _fits(plain, normalise(" ".join(forms[0].split(" dot "))))
    return min(fits, default=1.0) >= _UNLIKE


def _whole(said: str, forms: tuple[str, ...], worst_fit: float) -> float:
    """The likeness of all the words at once; a word that is like none of the name's counts."""
    has_ending = " dot " in said
    compared = [form for form in forms if has_ending == (" dot " in form)] or list(forms)
    score = max(sound_similarity(said, form) for form in compared)
    return score if score >= _SAME else score * (0.85 + 0.15 * worst_fit)


def _fits(said: list[str], name: tuple[str, ...]) -> list[float]:
    """For each word that says something, how like it the nearest word of the name is."""
    meant = [word for word in said if word not in _EMPTY_WORDS]
    return [max(sound_similarity(word, other) for other in name) for word in meant if name]


def _part(fits: list[float], name_length: int) -> float:
    if not fits or len(fits) > name_length or min(fits) < _MIN_WORD:
        return 0.0
    return _PARTIAL * (sum(fits) / len(fits)) * (0.85 + 0.15 * len(fits) / name_length)
