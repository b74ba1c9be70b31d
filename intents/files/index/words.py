"""Names and texts as words, the same for what is indexed and for what is said. Pure."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from voiced.plugin import number_words

__all__ = ["name_words", "place_words", "sound_key", "text_words"]

_CAMEL = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_LONGEST_WORD = 40
_DIGITS = {number_words(number)[0]: str(number) for number in range(13)}

# Letters that are confused by ear or by spelling share a class; vowels and h, w, y say little.
_CLASSES = str.maketrans("bpvfdtgkcqjszxmnrl", "PPPPTTKKKKKKKKNNRR", "aeiouhwy'")


def _plain(text: str) -> str:
    """Without accents and compatibility forms, so that one letter has one code."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(char for char in parts if not unicodedata.combining(char))


def _tokens(text: str) -> list[str]:
    found = _WORD.findall(_CAMEL.sub(" ", _plain(text)))
    return [word.lower()[:_LONGEST_WORD] for word in found]


def name_words(name: str) -> list[str]:
    """The words of a file's name, its extension among them, numbers without leading zeros.

    "IMG_20240103.jpg" gives img, 20240103, 2024, january, 3, jpg.
    """
    shown = os.fsencode(name).decode("utf-8", "replace")
    words: list[str] = []
    for match in _DATE.finditer(shown):
        words += [match[1], _MONTHS[int(match[2]) - 1], match[3].lstrip("0")]
    for word in _tokens(shown):
        words.append(word)
        if word.isdigit() and word.startswith("0"):
            words.append(word.lstrip("0") or "0")
        elif word in _DIGITS:
            words.append(_DIGITS[word])
    return list(dict.fromkeys(words))


def place_words(parts: Iterable[str]) -> list[str]:
    """The words of the folders that something lies in."""
    return list(dict.fromkeys(word for part in parts for word in name_words(part)))


def text_words(text: str, most: int) -> list[str]:
    """The distinct words of a document, in the order in which they first come."""
    found: dict[str, None] = {}
    for match in _WORD.finditer(_plain(text)):
        word = match[0].lower()
        if len(word) <= _LONGEST_WORD:
            found[word] = None
            if len(found) >= most:
                break
    return list(found)


@lru_cache(maxsize=4096)
def sound_key(word: str) -> str:
    """The coarse sound of a word: its classes of consonants, doubled ones once."""
    if word.isdigit():
        return word
    spelled = word.replace("ph", "f").replace("gh", "").replace("kn", "n").replace("wr", "r")
    key = spelled.translate(_CLASSES)
    return "".join(char for char, _ in groupby(key)) or word[:1]
