"""Spoken forms of text, numbers and names, and how alike two phrases sound. Pure, no vendors."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.spoken.addresses import written_address
from voiced.spoken.lines import first_sentences, one_line
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
from voiced.spoken.words import FILLERS, Token, normalise, stem, tokens

__all__ = [
    "FILLERS",
    "NUMBER_VOCABULARY",
    "ORDINALS",
    "Token",
    "first_sentences",
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
    "stem",
    "tokens",
    "with_digits",
    "written_address",
    "written_name",
    "year_words",
]

_LAST: dict[tuple[str, ...], int] = {
    ("last",): -1,
    ("final",): -1,
    ("bottom",): -1,
    ("top",): 1,
    ("penultimate",): -2,
    ("next", "to", "last"): -2,
    ("second", "last"): -2,
    ("third", "last"): -3,
}
_FROM_LAST = (("to", "last"), ("from", "last"), ("from", "the", "last"), ("from", "the", "end"))
_ADDED: dict[tuple[str, ...], float] = {
    ("and", "a", "half"): 0.5,
    ("and", "a", "quarter"): 0.25,
    ("and", "three", "quarters"): 0.75,
}
_ALONE: dict[tuple[str, ...], float] = {
    ("half",): 0.5, ("a", "half"): 0.5, ("one", "half"): 0.5, ("a", "quarter"): 0.25,
    ("three", "quarters"): 0.75, ("half", "a", "dozen"): 6, ("a", "couple"): 2,
    ("a", "couple", "of"): 2, ("half", "a", "million"): 500_000,
}  # fmt: skip
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}


def parse_number(words: str | Sequence[str]) -> int | float | None:
    """The number that the words are, all of them: "twenty twenty six" is 2026.

    "two and a half", "half a dozen", "point five" and "one point five million" are numbers too.

    Args:
        words: A text, or normalised words.
    """
    said = normalise(words if isinstance(words, str) else " ".join(words))
    if said in _ALONE:
        alone = _ALONE[said]
        return int(alone) if alone == int(alone) else alone
    for more, value in _ADDED.items():
        if said[-len(more) :] == more:
            whole = parse_number(said[: -len(more)]) if said != more else None
            return whole + value if isinstance(whole, int) else None
    if said[:1] == ("point",):
        said = ("zero", *said)
    found = read_number(said)
    if found is None:
        return None
    value, used = found
    if isinstance(value, float) and used == len(said) - 1 and said[-1] in _LARGE:
        value, used = round(value * _LARGE[said[-1]], 6), used + 1
        value = int(value) if value == int(value) else value
    return value if used == len(said) else None


def parse_ordinal(words: str | Sequence[str]) -> int | None:
    """The place in a row, from 1: "the third one", "3rd", "number three"; "last" is -1.

    "second to last", "last but one" and "third from the end" count from the end.

    Args:
        words: A text, or normalised words.
    """
    said = list(normalise(words if isinstance(words, str) else " ".join(words)))
    if said[:1] == ["the"]:
        said = said[1:]
    if said[:1] == ["number"]:
        value = parse_number(said[1:])
        return value if isinstance(value, int) and value > 0 else None
    if said[:2] == ["last", "but"]:
        value = parse_number(said[2:3]) if len(said) > 2 else None  # noqa: PLR2004
        return -1 - value if isinstance(value, int) and said[3:] in ([], ["one"]) else None
    if len(said) > 1 and said[-1] in ("one", "ones"):
        said = said[:-1]
    if tuple(said) in _LAST:
        return _LAST[tuple(said)]
    found = read_ordinal(said)
    if found is None:
        return None
    rest = tuple(said[found[1] :])
    return -found[0] if rest in _FROM_LAST else found[0] if not rest else None
