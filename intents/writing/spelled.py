"""Letters and numbers in dictation: "spell a n n a", "twenty twenty six". Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.plugin import parse_number

__all__ = ["read_letters", "read_number"]

_CAPITAL = frozenset({"capital", "cap", "uppercase"})
_DIGITS = {word: str(at) for at, word in enumerate(
    "zero one two three four five six seven eight nine".split()
)}  # fmt: skip
_NUMBER_WORDS = frozenset(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion point and oh minus
    """.split()
)
_INNER = frozenset({"point", "and", "oh"})
_SCALES = frozenset({"hundred", "thousand", "million", "billion"})
_MOST_WORDS = 12
_WRITTEN_FROM = 10
_LEAST_LETTERS = 2


def read_letters(raw: Sequence[str]) -> tuple[str, int]:
    """The word that is spelled at the beginning of these, and how many of them it takes.

    Args:
        raw: Words as the transcript has them: "a", "N.", "A-N-N-A", "ANNA", "capital", "double".
    """
    letters, used, is_capital, times = "", 0, False, 1
    for at, token in enumerate(raw):
        bare = token.strip(".,;:!?")
        if bare.lower() in _CAPITAL or bare.lower() == "double":
            is_capital, times = bare.lower() in _CAPITAL, 2 if bare.lower() == "double" else 1
            continue
        read = _letters_of(bare)
        if not read:
            break
        letters += (read.upper() if is_capital else read) * times
        used, is_capital, times = at + 1, False, 1
    return (letters, used) if len(letters) >= _LEAST_LETTERS else ("", 0)


def _letters_of(token: str) -> str:
    """The letters that one word of the transcript stands for; empty where it is a word."""
    if token.lower() in _DIGITS:
        return _DIGITS[token.lower()]
    pieces = token.replace(".", "-").split("-")
    if all(len(piece) == 1 and piece.isalnum() for piece in pieces):
        return "".join(pieces).lower()
    return token.lower() if token.isalpha() and token.isupper() else ""


def read_number(words: Sequence[str], *, is_announced: bool = False) -> tuple[str, int]:
    """The number that these words begin with, in digits, and how many of them it takes.

    A number below ten in one word stays a word, unless it ``is_announced``.
    """
    most = 0
    while most < min(len(words), _MOST_WORDS) and words[most] in _NUMBER_WORDS:
        most += 1
    for used in range(most, 0, -1):
        run = words[:used]
        if run[0] in _INNER or run[-1] in _INNER or run[0] in _SCALES or run[-1] == "minus":
            continue
        value = parse_number(tuple(run))
        if value is None:
            continue
        is_small = used == 1 and abs(value) < _WRITTEN_FROM
        return (
            ("", 0)
            if is_small and not is_announced
            else (f"{value:g}" if isinstance(value, float) else str(value), used)
        )
    return "", 0
