"""Pronunciations, in the phones of CMUdict, for words that the recogniser's dictionary lacks."""

from __future__ import annotations

from collections.abc import Callable

from voiced.spoken import phonemes

__all__ = ["pronunciations"]

_PHONES = {
    "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "g": "G", "f": "F", "v": "V", "s": "S",
    "z": "Z", "m": "M", "n": "N", "l": "L", "r": "R", "w": "W", "y": "Y", "h": "HH", "0": "TH",
    "S": "SH", "Z": "ZH", "C": "CH", "J": "JH", "N": "NG", "i": "IY", "I": "IH", "e": "EH",
    "A": "EY", "a": "AE", "@": "AH", "o": "OW", "u": "UW", "Y": "AY", "W": "AW", "O": "OY",
    "2": "ER", "3": "AO",
}  # fmt: skip
_BROAD = {"a": "AA", "o": "AO", "0": "DH"}
_R_COLOURED = (("@r", "2"), ("or", "3r"))
_MIN_PART = 3


def pronunciations(word: str, known: Callable[[str], str | None]) -> tuple[str, ...]:
    """Ways to say a word: put together from known words, else by the rules of English spelling.

    Args:
        word: A lower-case word.
        known: The phones of a dictionary word, separated by spaces, or None.

    Returns:
        Phones separated by spaces, the likeliest first; at least one unless the word has no
        letters.
    """
    joined = _from_parts(word, known)
    if joined is not None:
        return (joined,)
    sounds = phonemes(word)
    for plain, coloured in _R_COLOURED:
        sounds = sounds.replace(plain, coloured)
    narrow = " ".join(_PHONES[sound] for sound in sounds if sound in _PHONES)
    broad = " ".join(_BROAD.get(sound, _PHONES[sound]) for sound in sounds if sound in _PHONES)
    return tuple(dict.fromkeys(phones for phones in (narrow, broad) if phones))


def _from_parts(word: str, known: Callable[[str], str | None]) -> str | None:
    """A compound ("notepad"): two known words, the longer first part is tried first."""
    for cut in range(len(word) - _MIN_PART, _MIN_PART - 1, -1):
        first, second = known(word[:cut]), known(word[cut:])
        if first is not None and second is not None:
            return f"{first} {second}"
    return None
