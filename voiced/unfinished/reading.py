"""A text as words and parts between commas, without what only leads in or is polite."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voiced.unfinished.words import COURTESIES, LEAD_INS

__all__ = ["Said", "read"]

_SCAN = re.compile(r"[a-z0-9]+(?:'[a-z]+)*'?|[^\sa-z0-9']")
_APOSTROPHES = str.maketrans("\u2019\u2018\u02bc`\u00b4", "'''''")
_BREAKS = frozenset(",;:\u2026-\u2013\u2014")
_DOTS = re.compile(r"\.\s*\.[\s.]*$")
_MOST_WORDS = 60
"""What came before tells nothing of the end."""


@dataclass(frozen=True, slots=True)
class Said:
    """``words`` are all of them, lower case; ``core`` without lead-ins and courtesies.

    ``parts`` are the words between commas; ``is_broken`` says that the text ends in a comma, a
    dash or three dots, ``asks`` in a question mark, ``is_polite`` with a courtesy.
    """

    words: tuple[str, ...]
    core: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    is_broken: bool
    asks: bool
    is_polite: bool

    @property
    def phrase(self) -> str:
        """The core as text; all words where there is nothing else."""
        return " ".join(self.core or self.words)

    @property
    def last(self) -> str:
        """The last word of the core, or nothing."""
        return self.core[-1] if self.core else ""

    @property
    def before(self) -> str:
        """The word before the last one, or nothing."""
        return self.core[-2] if len(self.core) > 1 else ""

    @property
    def first(self) -> str:
        """The first word of the core, or nothing."""
        return self.core[0] if self.core else ""


def read(text: str) -> Said:
    """Split a text; whatever is in it, nothing is raised."""
    lowered = text.lower().translate(_APOSTROPHES).strip()
    pieces = _SCAN.findall(lowered)
    words = tuple(piece.strip("'") for piece in pieces if piece[0].isalnum())[-_MOST_WORDS:]
    bare, is_polite = _without_courtesies(_without_lead_ins(words))
    return Said(
        words=words,
        core=bare,
        parts=_parts(pieces),
        is_broken=bool(pieces) and (pieces[-1] in _BREAKS or _DOTS.search(lowered) is not None),
        asks=bool(pieces) and pieces[-1] == "?",
        is_polite=is_polite,
    )


def _parts(pieces: list[str]) -> tuple[tuple[str, ...], ...]:
    parts: list[tuple[str, ...]] = []
    part: list[str] = []
    for piece in [*pieces, ","]:
        if piece[0].isalnum():
            part.append(piece)
        elif piece in ",;" and part:
            parts.append(tuple(part))
            part = []
    return tuple(parts)


def _without_lead_ins(words: tuple[str, ...]) -> tuple[str, ...]:
    for length in (2, 1, 2, 1, 2, 1):
        while len(words) > length and " ".join(words[:length]) in LEAD_INS:
            words = words[length:]
    return words


def _without_courtesies(words: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    is_polite = False
    for length in (4, 3, 2, 1, 2, 1):
        while len(words) > length and " ".join(words[-length:]) in COURTESIES:
            words, is_polite = words[:-length], True
    return words, is_polite
