"""From the words of an utterance to the text that is typed: signs, capitals, spaces. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .phrases import LONGEST, SIGNS, Sign
from .spelled import read_letters, read_number

__all__ = ["Manner", "render"]

Manner: TypeAlias = Literal["heard", "spoken"]

_MARKS = ".,;:!?"
_EDGES = re.compile(r"^\W+|\W+$")
_ENDS_SENTENCE = (".", "!", "?", "\u2026")
_SELF = re.compile(r"i(?:'(?:m|ll|ve|d|s))?", re.IGNORECASE)
_SPELL, _SPELLED = "spell", frozenset({"spelled", "spelt"})
_ANNOUNCES = frozenset({"number", "numeral", "digit"})
_CAP = frozenset({"cap", "capital"})


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word or a sign. ``mark`` is what the recogniser wrote after it."""

    sign: Sign
    mark: str = ""
    is_word: bool = True


def render(words: Sequence[str], tail: str, manner: Manner) -> str:
    """What is typed after ``tail``, its first space included.

    Args:
        words: The transcript's words, with the punctuation that the recogniser wrote.
        tail: The end of what stands there already; empty: nothing is known.
        manner: "heard" keeps that punctuation.
    """
    pieces: list[_Piece] = []
    at = 0
    while at < len(words):
        at += _take(words[at:], pieces, manner)
    return _joined(pieces, tail, is_cased=any(word != word.lower() for word in words))


def _take(words: Sequence[str], pieces: list[_Piece], manner: Manner) -> int:
    """Add what the first of these words mean; how many of them that took."""
    bare = [_EDGES.sub("", word).lower() for word in words]
    for reader in (_read_escaped, _read_sign, _read_spelled, _read_capital, _read_number):
        used = reader(words, bare, pieces)
        if used:
            return used
    mark = words[0][len(words[0].rstrip(_MARKS)) :] if manner == "heard" else ""
    if not bare[0] and set(words[0]) <= set(_MARKS):  # a mark on its own
        pieces.append(_Piece(Sign(mark), is_word=False))
        return 1
    pieces.append(_Piece(Sign(words[0].rstrip(_MARKS), joins_left=False), mark))
    return 1


def _read_escaped(words: Sequence[str], bare: Sequence[str], pieces: list[_Piece]) -> int:
    """What follows "the word" is itself, and no sign."""
    for length in range(LONGEST, 0, -1):
        if bare[:2] == ["the", "word"] and tuple(bare[2 : 2 + length]) in SIGNS:
            text = " ".join(word.strip(_MARKS) for word in words[2 : 2 + length])
            pieces.append(_Piece(Sign(text, joins_left=False)))
            return 2 + length
    return 0


def _read_sign(_words: Sequence[str], bare: Sequence[str], pieces: list[_Piece]) -> int:
    for length in range(LONGEST, 0, -1):
        sign = SIGNS.get(tuple(bare[:length])) if len(bare) >= length else None
        if sign is None:
            continue
        if pieces:  # a spoken sign stands for what the recogniser wrote there
            pieces[-1] = _Piece(pieces[-1].sign, "", pieces[-1].is_word)
        pieces.append(_Piece(sign, is_word=False))
        return length
    return 0


def _read_spelled(words: Sequence[str], bare: Sequence[str], pieces: list[_Piece]) -> int:
    if bare[0] != _SPELL and bare[0] not in _SPELLED:
        return 0
    letters, used = read_letters(words[1:])
    if not used:
        return 0
    if bare[0] in _SPELLED and pieces and pieces[-1].is_word:  # "Ana, spelled a n n a"
        before = pieces.pop().sign.text
        if letters.islower() and before[:1].isupper():
            letters = letters.capitalize()
    pieces.append(_Piece(Sign(letters, joins_left=False)))
    return 1 + used


def _read_capital(words: Sequence[str], bare: Sequence[str], pieces: list[_Piece]) -> int:
    is_all = bare[:2] == ["all", "caps"]
    used = 2 if is_all else 1
    if len(words) <= used or not (is_all or bare[0] in _CAP):
        return 0
    word = words[used].rstrip(_MARKS)
    mark = words[used][len(word) :]
    text = word.upper() if is_all else word[:1].upper() + word[1:]
    pieces.append(_Piece(Sign(text, joins_left=False), mark))
    return used + 1


def _read_number(words: Sequence[str], bare: Sequence[str], pieces: list[_Piece]) -> int:
    is_announced = bare[0] in _ANNOUNCES and len(bare) > 1
    skipped = 1 if is_announced else 0
    run = _unbroken(words[skipped:], bare[skipped:])
    digits, used = read_number(run, is_announced=is_announced)
    if not used:
        return 0
    last = words[skipped + used - 1]
    pieces.append(_Piece(Sign(digits, joins_left=False), last[len(last.rstrip(_MARKS)) :]))
    return skipped + used


def _unbroken(words: Sequence[str], bare: Sequence[str]) -> list[str]:
    """The words up to the first that punctuation ends, hyphens taken apart only if all is one."""
    run: list[str] = []
    for word, plain in zip(words, bare, strict=True):
        run.append(plain)
        if word[-1:] in _MARKS:
            break
    return run


def _joined(pieces: Sequence[_Piece], tail: str, *, is_cased: bool) -> str:
    text = ""
    for piece in pieces:
        before = tail + text
        sign = piece.sign
        word = _cased(sign.text, before, is_first=not text, is_cased=is_cased and piece.is_word)
        if before and not (sign.joins_left or _joins_right(before)):
            text += " "
        text += word + piece.mark
    return text


def _joins_right(before: str) -> bool:
    """Whether what stands there wants no space after it."""
    if before[-1:].isspace():
        return True
    if before.endswith('"'):
        return before.count('"') % 2 == 1
    return before.endswith(("(", "#", "$", "/", "\\", "@", "_", "-", "'"))


def _cased(word: str, before: str, *, is_first: bool, is_cased: bool) -> str:
    """The word with a capital where a sentence begins, and without one where it goes on."""
    if _SELF.fullmatch(word):
        return word[:1].upper() + word[1:]
    stripped = before.rstrip(' "(')
    begins = not stripped or stripped.endswith((*_ENDS_SENTENCE, "\n"))
    if begins:
        return word[:1].upper() + word[1:]
    goes_on = is_first and is_cased and word[1:].islower()
    return word[:1].lower() + word[1:] if goes_on else word
