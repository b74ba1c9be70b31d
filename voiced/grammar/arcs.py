"""The arcs of a graph in a fifth of the memory: it has tens of thousands, and is kept for long."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import TypeAlias, overload

from voiced.stages import Arc

__all__ = ["PackedArcs", "Row", "rows_of"]

Row: TypeAlias = tuple[int, int, str | None, float, bool]
"""What an arc is made of, in its order."""


class PackedArcs(Sequence[Arc]):
    """Arcs in columns; each is made anew when it is looked at. Added to only while it is made."""

    __slots__ = ("_are_loose", "_numbers", "_sources", "_targets", "_weights", "_words")

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._sources, self._targets, self._words = array("i"), array("i"), array("i")
        self._weights, self._are_loose = array("d"), bytearray()
        self._numbers: dict[str | None, int] = {}
        for source, target, word, weight, is_loose in rows:
            self.add(source, target, word, weight, is_loose=is_loose)

    def add(
        self, source: int, target: int, word: str | None, weight: float, *, is_loose: bool = False
    ) -> None:
        """Add an arc."""
        self._sources.append(source)
        self._targets.append(target)
        self._words.append(self._numbers.setdefault(word, len(self._numbers)))
        self._weights.append(weight)
        self._are_loose.append(is_loose)

    @property
    def touched(self) -> set[int]:
        """The states that an arc leads from or to."""
        return {*self._sources, *self._targets}

    def renumber(self, number: Mapping[int, int]) -> None:
        """Give the states other numbers."""
        self._sources = array("i", map(number.__getitem__, self._sources))
        self._targets = array("i", map(number.__getitem__, self._targets))

    def rows(self) -> Iterator[Row]:
        """What the arcs are made of."""
        words = map(tuple(self._numbers).__getitem__, self._words)
        are_loose = map(bool, self._are_loose)
        return zip(self._sources, self._targets, words, self._weights, are_loose, strict=True)

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[Arc]:
        return starmap(Arc, self.rows())

    @overload
    def __getitem__(self, index: int) -> Arc: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Arc]: ...

    def __getitem__(self, index: int | slice) -> Arc | Sequence[Arc]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return Arc(
            self._sources[index],
            self._targets[index],
            tuple(self._numbers)[self._words[index]],
            self._weights[index],
            bool(self._are_loose[index]),
        )


def rows_of(arcs: Iterable[Arc]) -> Iterator[Row]:
    """What arcs are made of."""
    if isinstance(arcs, PackedArcs):
        return arcs.rows()
    return ((each.source, each.target, each.word, each.weight, each.is_loose) for each in arcs)
