"""The slot type of several values in a row: "milk, eggs and bread"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from typing import Any, Generic, TypeVar

from voiced.slots.base import Candidate, SlotContext, SlotType

__all__ = ["ListType", "list_of"]

T = TypeVar("T")

_MOST = 20
_SEPARATOR = re.compile(r"\s*(?:[,;&]\s*(?:and\s+)?|(?<=\s)(?:and|plus|as well as)\s+)+", re.I)
_JOINER = re.compile(r"^(?:and|plus)\s+", re.IGNORECASE)
_LONGEST_WORDS = 6
_LEAST, _NEAR = 0.7, 0.06
_READINGS, _MOST_LISTED = 6, 200

_Items = tuple[Sequence[Candidate[T]], ...]


@dataclass(frozen=True, slots=True)
class ListType(Generic[T]):
    """Values of the type ``item``, as a tuple; made by ``list_of``.

    Items are parted by commas and "and"; those of a closed type also by nothing at all ("milk
    eggs and bread"). The model sends an array, which arrives as its JSON text.
    """

    item: SlotType[T]

    @property
    def name(self) -> str:
        """The name of the inner type in the plural."""
        return f"{self.item.name}s"

    @property
    def is_open(self) -> bool:
        """As the inner type."""
        return self.item.is_open

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """An array of what the inner type takes."""
        items = dict(self.item.json_schema)
        return {"type": "array", "items": items, "minItems": 1, "maxItems": _MOST}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """A few items in a row; of an open type or a long list, fewer."""
        listed = tuple(self.item.phrases(context))
        if not listed or self.item.is_open:
            return listed
        one = f"({'|'.join(listed)})"
        if len(listed) > _MOST_LISTED:
            return (f"{one} [[and] {one}]",)
        return (f"{one} [[and] {one} [[and] {one} [[and] {one}]]]",)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[tuple[T, ...]]]:
        """The values; where items may mean several things, one candidate for each reading."""
        items = self._items(said, context)
        if items is None or not 0 < len(items) <= _MOST:
            return ()
        near = [[each for each in found if found[0].score - each.score < _NEAR] for found in items]
        readings = [_joined(chosen) for chosen in islice(product(*near), _READINGS)]
        return sorted(readings, key=lambda each: -each.score)

    def _items(self, said: str, context: SlotContext) -> _Items[T] | None:
        pieces = _json_items(said)
        if pieces is None:
            whole = _JOINER.sub("", said.strip())
            pieces = [piece.strip() for piece in _SEPARATOR.split(whole) if piece.strip()]
        found: list[Sequence[Candidate[T]]] = []
        for piece in pieces:
            read = self._read(piece, context)
            if read is None:
                return None
            found.extend(read)
        return tuple(found)

    def _read(self, piece: str, context: SlotContext) -> _Items[T] | None:
        """One item, or several without anything between: the fewest whose worst fits best."""
        if self.item.is_open:
            found = self.item.resolve(piece, context)
            return (found,) if found else None
        words = piece.split()

        @cache
        def best(start: int) -> tuple[float, int, _Items[T]] | None:
            if start == len(words):
                return (1.0, 0, ())
            readings: list[tuple[float, int, _Items[T]]] = []
            for end in range(start + 1, min(len(words), start + _LONGEST_WORDS) + 1):
                rest = best(end)
                item = self.item.resolve(" ".join(words[start:end]), context) if rest else ()
                if rest and item and item[0].score >= _LEAST:
                    worst = min(item[0].score, rest[0])
                    readings.append((worst, rest[1] - 1, (item, *rest[2])))
            return max(readings, key=lambda each: each[:2], default=None)

        whole = best(0)
        return whole[2] if whole else None


def _json_items(said: str) -> list[str] | None:
    if not said.lstrip().startswith("["):
        return None
    try:
        items: list[object] = json.loads(said)
    except (ValueError, RecursionError):
        return None
    return [str(item) for item in items]


def _joined(items: Sequence[Candidate[T]]) -> Candidate[tuple[T, ...]]:
    *head, last = [item.spoken for item in items]
    spoken = f"{', '.join(head)} and {last}" if head else last
    return Candidate(tuple(item.value for item in items), spoken, min(item.score for item in items))


def list_of(item: SlotType[T]) -> ListType[T]:
    """Make a slot type of several values.

    It is written as ``Annotated[tuple[str, ...], list_of(TEXT)]``.
    """
    return ListType(item)
