"""What is really said for a sentence: the lexicon applied, every word traceable to the text.

Pure; shared by the synthesizers that run in the process. Here are no engines and no sound.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Respelling", "SourceWord", "respell"]

_TOKEN = re.compile(r"\S+")
_CORE = re.compile(r"\w(?:[\w'\u2019.-]*\w)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceWord:
    """A word as it stands in the sentence, punctuation included; ``start`` is its index there."""

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


def respell(sentence: str, lexicon: Mapping[str, str]) -> Respelling:
    """Respell whole words by the lexicon, whatever their case; punctuation around them stays.

    Control characters and halves of surrogate pairs become spaces, because C libraries end or
    fail at them.
    """
    respelled = {word.casefold(): spelling for word, spelling in lexicon.items()}

    def core(match: re.Match[str]) -> str:
        return respelled.get(match[0].casefold(), match[0])

    pieces: list[str] = []
    words: list[SourceWord] = []
    starts: list[int] = []
    length = 0
    for token in _TOKEN.finditer(_CONTROL.sub(" ", sentence)):
        piece = _CORE.sub(core, token[0])
        pieces.append(piece)
        words.append(SourceWord(token[0], token.start()))
        starts.append(length)
        length += len(piece) + 1
    return Respelling(" ".join(pieces), tuple(words), tuple(starts))
