"""The slot types of notes and lists: a list that there is, the name of a new one, items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import TEXT, Candidate, SlotContext, list_of, named, normalise

from .files import list_names
from .settings import Settings

__all__ = ["ITEMS", "LIST", "NAME"]

_COMMON = ("shopping", "to do", "packing", "wish")
"""Lists that need not be made first."""

_BOUGHT = (
    "apples", "bacon", "bananas", "batteries", "beans", "beer", "bread", "butter", "carrots",
    "cereal", "cheese", "chicken", "chocolate", "coffee", "cookies", "crackers", "cream",
    "cucumbers", "eggs", "fish", "flour", "fruit", "garlic", "grapes", "ham", "honey", "jam",
    "juice", "ketchup", "lemons", "lettuce", "meat", "milk", "mushrooms", "mustard", "napkins",
    "noodles", "nuts", "oats", "oil", "onions", "oranges", "pasta", "pepper", "potatoes", "rice",
    "salad", "salt", "shampoo", "soap", "spinach", "sugar", "tea", "toothpaste", "tomatoes",
    "vinegar", "water", "wine", "yeast", "yoghurt",
)  # fmt: skip
"""Two of these without a word between are two things: "milk eggs and bread"."""

_BEFORE = frozenset("a an some the more".split())
_TEXTS = list_of(TEXT)
_LONGEST = 3
_NO_NAMES = frozenset("a an the my new another to it this that file".split())


def _lists(context: SlotContext) -> list[str]:
    settings = context.settings(Settings)
    names = (settings.usual_list, *_COMMON, *list_names(settings.path))
    return list(dict.fromkeys(" ".join(normalise(name)) for name in names))


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a list that is to be: a few words."""

    name: ClassVar[str] = "new_list"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "maxLength": 40,
        "description": "the name of a new list, such as guest",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: it is new."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it may be a name at all."""
        words = normalise(said)
        return 0 < len(words) <= _LONGEST and not _NO_NAMES.intersection(words)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:  # noqa: ARG002
        """What was said, in small letters."""
        words = " ".join(normalise(said))
        return (Candidate(words, words),) if words else ()


@dataclass(frozen=True, slots=True)
class _Items:
    """Things in a row: parted by commas and "and", or each of them a thing that is known."""

    name: ClassVar[str] = "items"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = _TEXTS.json_schema

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """Some that are bought often."""
        return _BOUGHT

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[tuple[str, ...]]]:
        """The things, without little words before them."""
        found: list[Candidate[tuple[str, ...]]] = []
        for each in _TEXTS.resolve(said, context):
            things = tuple(thing for text in each.value for thing in _things(text))
            found.append(Candidate(things, ", ".join(things), each.score))
        return found


def _things(text: str) -> list[str]:
    words = text.split()
    while len(words) > 1 and words[0].lower() in _BEFORE:
        words = words[1:]
    if all(word.lower() in _BOUGHT for word in words):
        return words
    return [" ".join(words)]


ITEMS = _Items()
LIST = named("list", _lists)
NAME = _Name()
