"""Words that were spelled: "a n n a", "b as in bravo", "double t", "alpha november". Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.spoken import Token, tokens

__all__ = ["unspelled"]

_ALPHABET = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar "
    "papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
).split()
_LETTER_OF = {word: word[0] for word in (*_ALPHABET, "alfa", "juliett", "whisky", "x-ray")}
_AS_IN = (("as", "in"), ("like", "in"), ("for",))
_LEAST, _LEAST_NAMED = 2, 3


def unspelled(text: str) -> str:
    """The text with runs of letters put together: "call a n n a" is "call anna".

    Two letters or more make a word; of the spelling alphabet, three.
    """
    pieces = tokens(text)
    words = [" ".join(piece.words) for piece in pieces]
    for start in range(len(words)):
        letters, end, named = _run(words, start)
        if named >= _LEAST_NAMED or len(letters) - named >= _LEAST:
            return _replaced(text, pieces, (start, end), letters)
    return text


def _replaced(text: str, pieces: Sequence[Token], place: tuple[int, int], letters: str) -> str:
    start, end = place
    rest = text[pieces[end - 1].end :]
    return f"{text[: pieces[start].start]}{letters}{unspelled(rest) if rest.strip() else rest}"


def _run(words: Sequence[str], start: int) -> tuple[str, int, int]:
    """The letters that begin there, where they end, and how many are said by their names."""
    letters, named, index = "", 0, start
    while index < len(words):
        found, used = _letters(words, index)
        if not found:
            break
        named += words[index] in _LETTER_OF
        letters, index = letters + found, index + used
    return letters, index, named


def _letters(words: Sequence[str], index: int) -> tuple[str, int]:
    word = words[index]
    if word in ("double", "capital") and index + 1 < len(words):
        letter = words[index + 1]
        count = 2 if word == "double" else 1
        return (letter * count, 2) if _is_letter(letter) else ("", 0)
    if word in _LETTER_OF:
        return _LETTER_OF[word], 1
    if " " in word and all(map(_is_letter, word.split())):
        return word.replace(" ", ""), 1
    if not _is_letter(word):
        return "", 0
    for lead in _AS_IN:
        after = index + 1 + len(lead)
        named = words[after] if after < len(words) else ""
        if tuple(words[index + 1 : after]) == lead and named.startswith(word):
            return word, 2 + len(lead)
    return word, 1


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
