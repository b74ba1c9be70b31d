"""Text from anywhere to what a terminal, a log and a voice can take. Pure."""

from __future__ import annotations

import re

__all__ = ["first_sentences", "one_line"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def one_line(text: str) -> str:
    """The text as it can be shown and spoken: valid, printable, on one line.

    Bytes of a file's name that are no text become U+FFFD; control characters and line ends a space.
    """
    return " ".join("".join(map(_shown, text)).split())


def _shown(character: str) -> str:
    if "\ud800" <= character <= "\udfff":  # a surrogate: a byte or half a character
        return _UNKNOWN
    return character if character.isprintable() else " "


def first_sentences(text: str, letters: int, most: int = 1000) -> str:
    """Whole sentences of the beginning of a line, at most so many, and not more than ``letters``.

    Of a first sentence that is longer than that, whole words.
    """
    found = ""
    for sentence in _SENTENCE.split(text)[:most]:
        if found and len(found) + len(sentence) >= letters:
            break
        found = f"{found} {sentence}".strip()
    if len(found) > letters:
        found = found[:letters].rsplit(" ", 1)[0]
    return found
