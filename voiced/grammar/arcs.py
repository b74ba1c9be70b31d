"""The arcs of a graph in a fifth of the memory: it has tens of thousands, and is kept for long."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from typing import Any, TypeAlias, overload

from voiced.stages import Arc

__all__ = ["PackedArcs", "Row", "rows_of"]

Row: TypeAlias = tuple[int, int, str | None, float, bool]
"""What an arc is made of, in its order."""


class PackedArcs(Sequence[Arc]):
    """Arcs in columns; each is made anew when it is looked at."""

    __slots__ = ("_are_loose", "_sources", "_targets", "_vocabulary", "_weights", "_words")

    def __init__(self, rows: Iterable[Row]) -> None:
        sources, targets, words, weights, are_loose = tuple(zip(*rows, strict=True)) or _NO_ROWS
        self._vocabulary = tuple(dict.fromkeys(words))
        numbers = {word: number for number, word in enumerate(self._vocabulary)}
        self._sources, self._targets = array("i", sources), array("i", targets)
        self._words = array("i", map(numbers.__getitem__, words))
        self._weights, self._are_loose = array("d", weights), bytes(are_loose)

    def rows(self) -> Iterator[Row]:
        """What the arcs are made of."""
        words = map(self._vocabulary.__getitem__, self._words)
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
            self._vocabulary[self._words[index]],
            self._weights[index],
            bool(self._are_loose[index]),
        )


def rows_of(arcs: Iterable[Arc]) -> Iterator[Row]:
    """What arcs are made of."""
    if isinstance(arcs, PackedArcs):
        return arcs.rows()
    return ((each.source, each.target, each.word, each.weight, each.is_loose) for each in arcs)


_NO_ROWS: tuple[tuple[Any, ...], ...] = ((), (), (), (), ())
