"""The words of a reading's slots, as the user spelled them where he said them as they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voiced.grammar.reading import Filled, Reading
from voiced.spoken import Token

__all__ = ["slots_of"]

_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
_ENDINGS = ".,;:!?"
_INITIALS = re.compile(r"\b[A-Za-z]\.[A-Za-z]\.$")


def slots_of(
    reading: Reading, said: Sequence[str], text: str, pieces: Sequence[Token]
) -> dict[str, str]:
    """For each slot of a reading of ``said``, the words of ``text`` that fill it."""
    return {filled.slot: _words(filled, said, text, pieces) for filled in reading.slots}


def _words(filled: Filled, said: Sequence[str], text: str, pieces: Sequence[Token]) -> str:
    if filled.phrase is not None and not filled.is_exact:
        return " ".join(filled.phrase)
    spelled = _as_spelled(filled.start, filled.end, text, pieces)
    return spelled or " ".join(said[filled.start : filled.end])


def _as_spelled(start: int, end: int, text: str, pieces: Sequence[Token]) -> str:
    """The written text of some words, or nothing where they are a part of a written piece."""
    position = 0
    first = last = None
    for index, piece in enumerate(pieces):
        if position == start:
            first = index
        position += len(piece.words)
        if position == end:
            last = index
    if first is None or last is None:
        return ""
    low = pieces[first - 1].end if first else 0
    high = pieces[last + 1].start if last + 1 < len(pieces) else len(text)
    left, right = pieces[first].start, pieces[last].end
    while left > low and not text[left - 1].isspace():
        left -= 1
    while right < high and not text[right].isspace():
        right += 1
    found = text[left:right].strip(_QUOTES)
    return found if _INITIALS.search(found) else found.rstrip(_ENDINGS + _QUOTES)
