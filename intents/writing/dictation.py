"""Dictation as a pure state machine: what was said, in; letters to type and to take back, out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .phrases import SCRATCH, STOP
from .rendering import Manner, render

__all__ = ["Dictation", "Erase", "Heard", "Type", "hear"]

_PIECES = 200
_TAIL = 40
_BARE = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True)
class Type:
    """Type this."""

    text: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Take back so many letters."""

    letters: int


@dataclass(frozen=True, slots=True)
class Dictation:
    """What was typed, utterance by utterance; what was scratched is not in it."""

    pieces: tuple[str, ...] = ()

    @property
    def tail(self) -> str:
        """The end of it."""
        return "".join(self.pieces[-3:])[-_TAIL:]

    @property
    def letters(self) -> int:
        """How long it is."""
        return sum(map(len, self.pieces))


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an utterance. ``nothing_left``: there was nothing to scratch."""

    dictation: Dictation
    edits: tuple[Type | Erase, ...] = ()
    is_over: bool = False
    nothing_left: bool = False


def hear(before: Dictation, said: str, manner: Manner = "heard") -> Heard:
    """Take an utterance.

    Args:
        before: What was typed so far.
        said: The transcript, with or without punctuation and capitals.
        manner: Whether what the recogniser wrote as punctuation is kept.
    """
    words = said.split()
    is_over = False
    for length in (3, 2):
        if _bare(words[-length:]) in STOP:
            words, is_over = words[:-length], True
            break
    found = Heard(before, is_over=is_over)
    parts = _parted(words)
    for number, part in enumerate(parts):
        if number + 1 < len(parts) and part:  # it is scratched before it is typed
            continue
        if number + 1 < len(parts):
            found = _scratch(found)
        elif part:
            found = _write(found, part, manner)
    return found


def _parted(words: Sequence[str]) -> list[list[str]]:
    """The words between "scratch that" and "scratch that"; the last part is what is left."""
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(words):
        if _bare(words[at : at + 2]) in SCRATCH:
            parts.append([])
            at += 2
            continue
        parts[-1].append(words[at])
        at += 1
    return parts


def _bare(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(_BARE.sub("", word).lower() for word in words)


def _scratch(found: Heard) -> Heard:
    pieces = found.dictation.pieces
    if not pieces:
        return replace(found, nothing_left=True)
    edits = (*found.edits, Erase(len(pieces[-1])))
    return replace(found, dictation=Dictation(pieces[:-1]), edits=edits)


def _write(found: Heard, words: Sequence[str], manner: Manner) -> Heard:
    text = unicodedata.normalize("NFC", render(words, found.dictation.tail, manner))
    if not text:
        return found
    pieces = (*found.dictation.pieces, text)[-_PIECES:]
    return replace(found, dictation=Dictation(pieces), edits=(*found.edits, Type(text)))
