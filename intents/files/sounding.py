"""How things are told apart that would be called the same when they are spoken. Reads nothing."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from .listing import Entry
from .refusals import said as shown
from .sizes import in_words

__all__ = ["told_apart"]


def _sound(text: str) -> str:
    """What is left of a name when it is spoken: neither case nor the form of its letters."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _name(entry: Entry) -> str:
    return shown(entry.name)


def _place(entry: Entry) -> str:
    return f"{_name(entry)} in {shown(entry.spot.parent.name)}" if entry.spot.parts else ""


def _date(entry: Entry) -> str:
    return f"{_name(entry)} from {entry.modified:%-d %B %Y}"


def _time(entry: Entry) -> str:
    return f"{_date(entry)} at {entry.modified:%H:%M}"


def _size(entry: Entry) -> str:
    return f"{_name(entry)} with {in_words(entry.size_bytes)}"


_WAYS: tuple[Callable[[Entry], str], ...] = (_name, _place, _date, _time, _size)


def told_apart(entries: Sequence[Entry]) -> list[str]:
    """What each is called: by its name, else also by its folder, its date, or its size."""
    found = [_name(entry) for entry in entries]
    open_ones = set(range(len(entries)))
    for way in _WAYS:
        told = {index: way(entries[index]) for index in open_ones}
        counts = Counter(map(_sound, told.values()))
        for index, text in told.items():
            if counts[_sound(text)] == 1 and text:
                found[index] = text
                open_ones.discard(index)
    return found
