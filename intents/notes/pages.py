"""The text of a file of notes or of a list: what is an item, and lines put in or taken out. Pure.

An item is a Markdown list item: "- milk", with a box or without ("- [ ] milk"). Every other line
is the owner's and stays as it is. Items whose box is ticked are done, and count as not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Item", "items_of", "lines_of", "new_lines", "with_lines", "without"]

_ITEM = re.compile(r"^\s*[-*+]\s+(?:\[(?P<box>[ xX])\]\s+)?(?P<text>\S.*?)\s*$")
_DATED = re.compile(r"^(?P<day>\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)\s+(?P<text>\S.*)$")


@dataclass(frozen=True, slots=True)
class Item:
    """An item that is not done, and where its line is; ``day`` stands before a note's text."""

    line: int
    text: str
    day: str = ""
    has_box: bool = False


def lines_of(text: str) -> list[str]:
    """The lines, without their ends."""
    return text.splitlines()


def items_of(lines: Sequence[str]) -> list[Item]:
    """The items that are not done, in order."""
    found: list[Item] = []
    for number, line in enumerate(lines):
        item = _ITEM.match(line)
        if item is None or item["box"] in ("x", "X"):
            continue
        dated = _DATED.match(item["text"])
        text, day = (dated["text"], dated["day"]) if dated else (item["text"], "")
        found.append(Item(number, text, day, has_box=item["box"] is not None))
    return found


def new_lines(lines: Sequence[str], texts: Iterable[str]) -> list[str]:
    """The lines of new items, with a box if the last one has one."""
    items = items_of(lines)
    mark = "- [ ] " if items and items[-1].has_box else "- "
    return [f"{mark}{text}" for text in texts]


def with_lines(lines: Sequence[str], places: Iterable[tuple[int, str]]) -> list[str]:
    """The lines with others at these places, or at the end where the text is shorter now."""
    made = list(lines)
    for place, line in sorted(places):
        made.insert(min(place, len(made)), line)
    return made


def without(lines: Sequence[str], gone: Iterable[int]) -> list[str]:
    """The lines but for those of these numbers."""
    numbers = set(gone)
    return [line for number, line in enumerate(lines) if number not in numbers]
