"""How well said words fit a title and an address, by sound. Pure, and fast over many.

Each word that says something must be like one of the title, the host or the path. A title that
holds a thousand words to be found by any of them fits less well than one that holds what was said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from voiced.plugin import normalise, sound_similarity

from .addresses import host_of, path_words

__all__ = ["Fit", "ranked", "told_words"]

T = TypeVar("T")

_LEAST = 0.62
_LEAST_LIKE, _LEAST_SPELT, _POOL = 0.7, 0.4, 8
_HEARD, _STEM, _JOINED, _IN_PATH = 0.93, 0.97, 0.98, 0.9
_STEM_LETTERS, _PART_LETTERS = 3, 4
_MOST_WORDS = 40
_SHARE = 0.06
"""What it counts how much of the title was said."""
_MISSING_FROM = 4
"""From so many words on, one may be lost."""

_EMPTY = frozenset(
    (
        "a about an and article at browser by called dot for from in is it my named of on one "
        "or page pages site tab tabs that the this to website which with www"
    ).split()
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LETTERS = str.maketrans("", "", "aeiouhwy'")


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a thing fits, in [0, 1], and the place that it had."""

    score: float
    place: int


def told_words(said: str) -> tuple[str, ...]:
    """The words that say something; all of them where none does."""
    words = normalise(said)
    return tuple(word for word in words if word not in _EMPTY) or words


def ranked(
    said: str, things: Sequence[T], title: Callable[[T], str], url: Callable[[T], str]
) -> list[tuple[float, T]]:
    """The things that fit, with how well, best first; those that fit the same in their order."""
    words = told_words(said)
    if not words:
        return []
    texts = [_Text.of(title(each), url(each)) for each in things]
    heard = _Heard(words, {word for text in texts for word in text.words})
    scored = [(heard.score(text), index) for index, text in enumerate(texts)]
    kept = sorted((-score, index) for score, index in scored if score >= _LEAST)
    return [(-negative, things[index]) for negative, index in kept]


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of one thing, with what a match with each counts."""

    words: dict[str, float]
    title_length: int

    @classmethod
    def of(cls, title: str, url: str) -> _Text:
        named = _words(title[:400])
        words = dict.fromkeys(_words(path_words(url)[:200]), _IN_PATH)
        host = host_of(url)
        words |= dict.fromkeys((*_words(host), *_parts_of_host(host)), 1.0)
        words |= dict.fromkeys(named, 1.0)
        return cls(words, len(set(named) - _EMPTY) or 1)


def _parts_of_host(host: str) -> tuple[str, ...]:
    """What hosts are called: "news.bbc.co.uk" is "bbc", "news" and "newsbbc" to nobody."""
    return tuple(part for part in host.split(".")[:-1] if len(part) > 2)  # noqa: PLR2004 - letters


@lru_cache(maxsize=2048)
def _words(text: str) -> tuple[str, ...]:
    """The words of a written text, in lower case, without accents; numbers as they are said."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    found: list[str] = []
    for word in _WORD.findall(bare)[:_MOST_WORDS]:
        found += normalise(word) if word.isdigit() else (word,)
    return tuple(found)


class _Heard:
    """The said words, each with the words of all things that are like it."""

    def __init__(self, words: Sequence[str], vocabulary: Iterable[str]) -> None:
        self._words = words
        known = list(vocabulary)
        shapes = [_shape(word) for word in known]
        self._like = [_alike(word, known, shapes) for word in words]
        pairs = [f"{first}{second}" for first, second in pairwise(words)]
        self._pairs = [_alike(pair, known, shapes) for pair in pairs]

    def score(self, text: _Text) -> float:
        """How well a text fits all of them."""
        fits = [_best(like, text) for like in self._like]
        for at, like in enumerate(self._pairs):
            joined = _best(like, text) * _JOINED
            if joined > (fits[at] + fits[at + 1]) / 2:
                fits[at] = fits[at + 1] = joined
        lost = sum(fit == 0 for fit in fits)
        if lost > (len(fits) >= _MISSING_FROM):
            return 0.0
        share = min(1.0, sum(fit > 0 for fit in fits) / text.title_length)
        return sum(fits) / len(fits) * (1 - _SHARE + _SHARE * share)


def _best(like: dict[str, float], text: _Text) -> float:
    return max(
        (score * text.words[word] for word, score in like.items() if word in text.words),
        default=0.0,
    )


def _shape(word: str) -> str:
    """The letters that are heard most surely."""
    return word[:1] + word[1:].translate(_LETTERS)


def _alike(said: str, known: Sequence[str], shapes: Sequence[str]) -> dict[str, float]:
    """The known words that may have been said, and how like they are."""
    near = process.extract(
        _shape(said), shapes, scorer=Levenshtein.normalized_similarity, processor=None,
        score_cutoff=_LEAST_SPELT, limit=_POOL,
    )  # fmt: skip
    spelt = process.extract(
        said, known, scorer=Levenshtein.normalized_similarity, processor=None,
        score_cutoff=_LEAST_SPELT, limit=_POOL,
    )  # fmt: skip
    pool = {known[index] for _, _, index in (*near, *spelt)}
    found = {word: _HEARD * sound_similarity(said, word) for word in pool}
    found = {word: score for word, score in found.items() if score >= _LEAST_LIKE * _HEARD}
    found |= {word: _STEM for word in known if _same_stem(said, word)}
    if said in known:
        found[said] = 1.0
    return found


def _same_stem(said: str, word: str) -> bool:
    """Whether one is the other with an ending: pump and pumps, cook and cooking."""
    short, long = sorted((said, word), key=len)
    if len(short) < _STEM_LETTERS:
        return False
    endings = ("s", "es", "'s", "ing", "ed", "er", "ery")
    bare = short.removesuffix("e") if len(short) > _PART_LETTERS else short
    return any(long in (f"{short}{end}", f"{bare}{end}") for end in endings)
