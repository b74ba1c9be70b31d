"""Which words of the index a said word may be, by sound. Kept in memory, extended as it grows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, Levenshtein

from voiced.plugin import sound_similarity

from .words import sound_key

__all__ = ["Lexicon"]

_ALIKE = 0.72
_HEARD = 0.95
_MOST = 14
_POOL = 30
_LONG_KEY = 3
_LEAST_LETTERS = 2


class Lexicon:
    """The words of all names and texts by their coarse sound."""

    def __init__(self) -> None:
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._words: set[str] = set()
        self._last = 0
        self._heard: dict[str, tuple[tuple[str, float], ...]] = {}

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def extend(self, db: sqlite3.Connection) -> None:
        """Take up the words that came since the last time."""
        rows = db.execute("SELECT id, word FROM lexicon WHERE id > ? ORDER BY id", (self._last,))
        for identity, word in rows:
            self._last = identity
            if len(word) >= _LEAST_LETTERS and word.isalpha():
                self._words.add(word)
                self._by_key[sound_key(word)].append(word)
                self._heard.clear()

    def alike(self, word: str) -> tuple[tuple[str, float], ...]:
        """Other words that sound like this one, with how much, the most alike first."""
        if word.isdigit() or len(word) < _LEAST_LETTERS:
            return ()
        if word not in self._heard:
            self._heard[word] = self._found(word)
        return self._heard[word]

    def _found(self, word: str) -> tuple[tuple[str, float], ...]:
        key = sound_key(word)
        keys = [key]
        if len(key) >= _LONG_KEY:
            close = process.extract(
                key, self._by_key.keys(), scorer=Levenshtein.distance, score_cutoff=1, limit=_POOL
            )
            keys = [each for each, _, _ in close]
        pool = [
            other
            for each in keys
            for other in self._by_key.get(each, ())
            if other != word and abs(len(other) - len(word)) <= max(2, len(word) // 2)
        ]
        near = process.extract(word, pool, scorer=JaroWinkler.similarity, limit=_POOL)
        scored = [(other, sound_similarity(word, other)) for other, _, _ in near]
        alike = sorted((pair for pair in scored if pair[1] >= _ALIKE), key=lambda pair: -pair[1])
        return tuple((other, _HEARD * score) for other, score in alike[:_MOST])
