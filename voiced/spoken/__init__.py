"""Spoken forms of text, numbers and names, and how alike two phrases sound. Pure, no vendors."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.spoken.lines import one_line
from voiced.spoken.names import spoken_forms, written_name
from voiced.spoken.numbers import (
    NUMBER_VOCABULARY,
    ORDINALS,
    number_words,
    ordinal_words,
    read_number,
    read_ordinal,
    with_digits,
    year_words,
)
from voiced.spoken.sounds import phonemes, sound_similarity
from voiced.spoken.words import FILLERS, Token, normalise, tokens

__all__ = [
    "FILLERS",
    "NUMBER_VOCABULARY",
    "ORDINALS",
    "Token",
    "normalise",
    "number_words",
    "one_line",
    "ordinal_words",
    "parse_number",
    "parse_ordinal",
    "phonemes",
    "read_number",
    "read_ordinal",
    "sound_similarity",
    "spoken_forms",
    "tokens",
    "with_digits",
    "written_name",
    "year_words",
]

_LAST: dict[tuple[str, ...], int] = {
    ("last",): -1,
    ("final",): -1,
    ("newest",): -1,
    ("second", "to", "last"): -2,
    ("next", "to", "last"): -2,
    ("second", "last"): -2,
}


def parse_number(words: str | Sequence[str]) -> int | float | None:
    """The number that the words are, all of them: "twenty twenty six" is 2026.

    Args:
        words: A text, or normalised words.
    """
    words = normalise(words if isinstance(words, str) else " ".join(words))
    found = read_number(words)
    return found[0] if found is not None and found[1] == len(words) else None


def parse_ordinal(words: str | Sequence[str]) -> int | None:
    """The place in a row, from 1: "the third one", "3rd", "number three"; "last" is -1.

    Args:
        words: A text, or normalised words.
    """
    said = list(normalise(words if isinstance(words, str) else " ".join(words)))
    if said[:1] == ["the"]:
        said = said[1:]
    if said[:1] == ["number"]:
        value = parse_number(said[1:])
        return value if isinstance(value, int) and value > 0 else None
    if len(said) > 1 and said[-1] in ("one", "ones"):
        said = said[:-1]
    if tuple(said) in _LAST:
        return _LAST[tuple(said)]
    found = read_ordinal(said)
    return found[0] if found is not None and found[1] == len(said) else None
