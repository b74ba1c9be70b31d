"""The arcs of a graph in a fifth of the memory: it has tens of thousands, and is kept for long."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from typing import overload

from voiced.stages import Arc

__all__ = ["PackedArcs"]


class PackedArcs(Sequence[Arc]):
    """Arcs in columns; each is made anew when it is looked at."""

    __slots__ = ("_are_loose", "_sources", "_targets", "_vocabulary", "_weights", "_words")

    def __init__(self, arcs: Iterable[Arc]) -> None:
        numbers: dict[str | None, int] = {}
        self._sources, self._targets, self._words = array("i"), array("i"), array("i")
        self._weights, self._are_loose = array("d"), bytearray()
        for arc in arcs:
            self._sources.append(arc.source)
            self._targets.append(arc.target)
            self._words.append(numbers.setdefault(arc.word, len(numbers)))
            self._weights.append(arc.weight)
            self._are_loose.append(arc.is_loose)
        self._vocabulary = tuple(numbers)

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[Arc]:
        words = map(self._vocabulary.__getitem__, self._words)
        loose = map(bool, self._are_loose)
        return starmap(
            Arc, zip(self._sources, self._targets, words, self._weights, loose, strict=True)
        )

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
