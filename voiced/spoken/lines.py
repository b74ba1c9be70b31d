"""Text from anywhere to one line that a terminal, a log and a voice can take. Pure."""

from __future__ import annotations

__all__ = ["one_line"]

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
