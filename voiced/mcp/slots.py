"""The slot types of a tool's arguments, where the built-in ones do not fit JSON's types. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.slots import NUMBER, Candidate, SlotContext, SlotType, choice, list_of

__all__ = ["FLAG", "Figure", "Several"]

_WORDS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number between two bounds, whole or not."""

    least: float = -math.inf
    most: float = math.inf
    is_whole: bool = False
    name: ClassVar[str] = "number"
    is_open: ClassVar[bool] = False

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """The type, and the bounds that there are."""
        schema: dict[str, Any] = {"type": "integer" if self.is_whole else "number"}
        bounds = {"minimum": self.least, "maximum": self.most}
        return schema | {key: bound for key, bound in bounds.items() if math.isfinite(bound)}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As the built-in number."""
        return NUMBER.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[int | float]]:
        """The number that was written or said, if it lies between the bounds."""
        written = _written(said)
        found = NUMBER.resolve(said, context) if written is None else (Candidate(written, said),)
        return tuple(each for each in found if self._holds(each.value))

    def _holds(self, value: float) -> bool:
        return self.least <= value <= self.most and not (self.is_whole and value != int(value))


def _written(said: str) -> int | float | None:
    if re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", said, re.ASCII) is None:
        return None
    return float(said) if "." in said else int(said)


@dataclass(frozen=True, slots=True)
class _Flag:
    """Yes or no."""

    name: ClassVar[str] = "yes_or_no"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {"type": "boolean"}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The words for it."""
        return _FLAG_WORDS.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[bool]]:
        """True or false."""
        return _FLAG_WORDS.resolve(said, context)


_FLAG_WORDS = choice("yes_or_no", _WORDS)
FLAG = _Flag()


@dataclass(frozen=True, slots=True)
class Several:
    """Several values of one type, as a plugin's ``list_of``; a tool may also be given none."""

    item: SlotType[Any]

    @property
    def name(self) -> str:
        """The plural of the item's name."""
        return list_of(self.item).name

    @property
    def is_open(self) -> bool:
        """As the item is."""
        return self.item.is_open

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A list of the item's type; it may be empty."""
        return dict(list_of(self.item).json_schema) | {"minItems": 0}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """A few items in a row."""
        return list_of(self.item).phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[tuple[Any, ...]]]:
        """The values, in their order; nothing where one of them does not fit."""
        if "".join(said.split()) == "[]":
            return (Candidate((), "nothing"),)
        return list_of(self.item).resolve(said, context)
