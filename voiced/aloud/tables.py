"""Tables of Markdown as sentences: what the columns are called, then row by row."""

from __future__ import annotations

import re

__all__ = ["Table"]

_RULER = re.compile(r"[\s|:-]*-[\s|:-]*")
_PAIR = 2


class Table:
    """Takes rows one by one; a row is told as soon as it is known what it is."""

    def __init__(self) -> None:
        self._first: list[str] | None = None
        self._names: list[str] | None = None

    def row(self, line: str) -> str:
        """What can be told with this line, with blank lines around it."""
        if _RULER.fullmatch(line):
            self._names, self._first = self._first, None
            return _told(_row(self._names or []))
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if self._names is not None:
            return _told(_with_names(self._names, cells))
        waiting, self._first = self._first, cells
        return _told(_row(waiting or []))

    def close(self) -> str:
        """The table is over: what waits is told."""
        waiting, self._first, self._names = self._first, None, None
        return _told(_row(waiting or []))


def _told(row: str) -> str:
    return f"\n\n{row}\n\n" if row else ""


def _row(cells: list[str]) -> str:
    return ", ".join(cell for cell in cells if cell)


def _with_names(names: list[str], cells: list[str]) -> str:
    """The first cell says what the row is about: "Oslo: high 3, low -2"."""
    first, *others = cells
    if len(names) <= _PAIR:
        named = others
    else:
        labels = [*names[1:], *[""] * len(others)]
        named = [f"{label} {cell}".strip() for label, cell in zip(labels, others, strict=False)]
    told = _row(named)
    return f"{first}: {told}" if first and told else first or told
