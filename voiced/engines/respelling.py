"""What is really said for a sentence: the lexicon applied, every word traceable to the text.

Pure; shared by all synthesizers. Here are no engines and no sound.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Respelling", "SourceWord", "respell"]

_TOKEN = re.compile(r"\S+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_ENDING = r"(?P<ending>['\u2019]s|s['\u2019]|s|['\u2019])?"
_HISSING = re.compile(r"(?:s|x|z|ch|sh)$", re.IGNORECASE)
_LONE_LETTER = re.compile(r"(?:^|\s)\w$")
_KEPT_LEXICONS = 16


@dataclass(frozen=True, slots=True)
class SourceWord:
    """A word as it stands in the sentence, punctuation included; ``start`` is its index there.

    Words that the lexicon respells together are one.
    """

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Respelling:
    """``spoken`` goes to the engine; ``word_at`` leads from a place in it back to the sentence."""

    spoken: str
    words: tuple[SourceWord, ...]
    starts: tuple[int, ...]

    def word_at(self, index: int) -> int:
        """The number of the word that holds character ``index`` of ``spoken``; -1 before all."""
        return bisect_right(self.starts, index) - 1


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """A lexicon, ready for use: entries by their folded spelling, and what finds them."""

    spellings: Mapping[str, str]
    pattern: re.Pattern[str]

    def respell(self, found: re.Match[str]) -> str:
        whole = self.spellings.get(_folded(found[0]))
        if whole is not None:
            return whole
        spelling = self.spellings.get(_folded(found["entry"]), found["entry"])
        return spelling + _ending(spelling, found["ending"] or "")


def respell(sentence: str, lexicon: Mapping[str, str]) -> Respelling:
    """Respell whole words by the lexicon, whatever their case; punctuation around them stays.

    An entry may be several words. It also stands for its plural and its possessive ("LLMs"), where
    those have no entries of their own. Control characters and halves of surrogate pairs become
    spaces, because C libraries end or fail at them.
    """
    text = _CONTROL.sub(" ", sentence)
    entries = _compiled(tuple(lexicon.items())) if lexicon else None
    pieces: list[str] = []
    words: list[SourceWord] = []
    starts: list[int] = []
    length = 0
    for start, end in _spans(text, entries):
        word = text[start:end]
        respelled = entries.pattern.sub(entries.respell, word) if entries else word
        piece = " ".join(respelled.split())
        pieces.append(piece)
        words.append(SourceWord(word, start))
        starts.append(length)
        length += len(piece) + 1
    return Respelling(" ".join(pieces), tuple(words), tuple(starts))


@lru_cache(maxsize=_KEPT_LEXICONS)
def _compiled(entries: tuple[tuple[str, str], ...]) -> _Lexicon:
    spellings = {_folded(word): spelling for word, spelling in entries if word.strip()}
    longest_first = sorted(spellings, key=len, reverse=True)
    anyone = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    pattern = rf"(?<!\w)(?P<entry>{anyone or '(?!)'}){_ENDING}(?!\w)"
    return _Lexicon(spellings, re.compile(pattern, re.IGNORECASE))


def _folded(words: str) -> str:
    return " ".join(words.casefold().replace("\u2019", "'").split())


def _ending(spelling: str, ending: str) -> str:
    """The plural or possessive of the respelled word, as the engines say it."""
    if "s" not in ending.lower():
        return ""
    if _HISSING.search(spelling) and not _LONE_LETTER.search(spelling):
        return "es"
    return "'s" if _LONE_LETTER.search(spelling) or len(ending) > 1 else "s"


def _spans(text: str, entries: _Lexicon | None) -> Iterator[tuple[int, int]]:
    """Where the words of the text begin and end; those of one entry are not parted."""
    joined = [found.span() for found in entries.pattern.finditer(text)] if entries else []
    begun: int | None = None
    for token in _TOKEN.finditer(text):
        start = token.start() if begun is None else begun
        goes_on = any(low < token.end() < high for low, high in joined)
        begun = start if goes_on else None
        if not goes_on:
            yield start, token.end()
