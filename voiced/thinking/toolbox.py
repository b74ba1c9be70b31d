"""Which tools a model is offered where it cannot hold all: a core, and those nearest to the words.

What is offered is only appended to within a conversation, so that the server's cache holds; where
the share is used up, it begins anew with the core. Pure: words are compared, nothing is asked.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from voiced.plugin import Intent
from voiced.spoken import normalise, number_words, stem
from voiced.stages import Tool

__all__ = ["FIND", "FIND_TOOL", "Offered", "ToolIndex", "letters_of"]

FIND = "find_tools"
"""The tool by which the model asks for others."""

FIND_TOOL = Tool(
    FIND,
    "There are more tools than these. Say in a few words what is to be done, and get the tools for "
    "it. Never say that something cannot be done before you have looked here.",
    {
        "type": "object",
        "properties": {"what": {"type": "string"}},
        "required": ["what"],
        "additionalProperties": False,
    },
)

_FIRST = 0.6
"""So much of the room the first request may fill: the rest is for those that come later."""
_NEAREST = 5
"""So many that are nearest to a request must be offered."""
_FRAME_LETTERS = 60
"""What a server's template writes around each tool, about."""

_SLOT = re.compile(r"\{([^{}]*)\}")
_NUMBER = "#"
_NUMBERS = frozenset(word for value in range(100) for word in number_words(value))
_SATURATION = 1.2
_NAME, _SENTENCE, _DESCRIPTION, _SCHEMA = 2.0, 3.0, 1.0, 0.7


def letters_of(tool: Tool) -> int:
    """How long a tool is in a request, about."""
    shown = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return len(json.dumps(shown, ensure_ascii=False)) + _FRAME_LETTERS


class ToolIndex:
    """Finds tools by words: those of their names, descriptions, sentences and schemas.

    Args:
        tools: All of them.
        intents: Theirs.
    """

    def __init__(self, tools: Sequence[Tool], intents: Iterable[Intent]) -> None:
        self._intents = {intent.name: intent for intent in intents}
        self.tools = {tool.name: tool for tool in tools}
        self.letters = {tool.name: letters_of(tool) for tool in tools}
        self._weights: dict[str, Mapping[str, float]] = {}
        self._rarity: dict[str, float] = {}

    def nearest(self, words: str) -> list[str]:
        """The names of the tools that have any of these words, the nearest first."""
        if not self._weights:  # nobody may ever ask
            self._weigh()
        said = set(_stems(words))
        scores = {name: self._score(weights, said) for name, weights in self._weights.items()}
        found = [name for name, score in scores.items() if score > 0]
        return sorted(found, key=lambda name: (-scores[name], name))

    def _weigh(self) -> None:
        known = [tool for tool in self.tools.values() if tool.name in self._intents]
        self._weights = {tool.name: _weights(tool, self._intents[tool.name]) for tool in known}
        held = Counter(word for weights in self._weights.values() for word in weights)
        count = len(self._weights)
        self._rarity = {word: math.log(1 + count / number) for word, number in held.items()}

    def _score(self, weights: Mapping[str, float], said: set[str]) -> float:
        return sum(
            self._rarity[word] * weights[word] / (weights[word] + _SATURATION)
            for word in said
            if word in weights
        )


def _weights(tool: Tool, intent: Intent) -> Mapping[str, float]:
    weights: defaultdict[str, float] = defaultdict(float)
    _add(weights, _NAME, tool.name.replace(".", " ").replace("_", " "))
    _add(weights, _DESCRIPTION, tool.description)
    for text in _texts(tool.parameters):
        _add(weights, _SCHEMA, text)
    templates = [*intent.sentences, *intent.taught, *intent.examples]
    share: defaultdict[str, float] = defaultdict(float)
    for template in templates:
        _add(share, 1.0 / len(templates), template)
    for word, part in share.items():
        weights[word] += _SENTENCE * math.sqrt(part)
    kinds = {slot.type.json_schema.get("type") for slot in intent.slots.values()}
    if not kinds.isdisjoint(("number", "integer")):
        weights[_NUMBER] += _SENTENCE
    return weights


def _add(weights: defaultdict[str, float], weight: float, text: str) -> None:
    for word in set(_stems(text)):
        weights[word] += weight


def _stems(text: str) -> Iterator[str]:
    for word in normalise(_SLOT.sub(lambda found: f" {found[1].partition(':')[0]} ", text)):
        yield _NUMBER if word in _NUMBERS else stem(word)


def _texts(schema: object) -> Iterator[str]:
    """What a schema says in words: descriptions and choices."""
    match schema:
        case str():
            yield schema
        case list():
            for each in cast("list[object]", schema):
                yield from _texts(each)
        case Mapping():
            fields = cast("Mapping[str, object]", schema)
            for name in ("description", "enum", "anyOf", "items"):
                yield from _texts(fields.get(name))
            properties = fields.get("properties")
            if isinstance(properties, Mapping):
                for name, each in cast("Mapping[str, object]", properties).items():
                    yield name.replace("_", " ")
                    yield from _texts(each)
        case _:
            return


class Offered:
    """The tools of one conversation: all where there is room, else a core and more as it goes on.

    Args:
        index: Knows all.
        core: Those that are always offered, first and in this order.
        letters: So much room there is for tools; None: for as many as there are.
    """

    def __init__(self, index: ToolIndex, core: Sequence[str], letters: int | None) -> None:
        self._index = index
        self._all = tuple(index.tools.values())
        self.is_whole = letters is None or sum(index.letters.values()) <= letters
        self._core = tuple(index.tools[name] for name in core if name in index.tools)
        self._core += () if self.is_whole else (FIND_TOOL,)
        self._room = (letters or 0) - sum(map(letters_of, self._core))
        self._chosen: list[str] = []

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What is offered now."""
        if self.is_whole:
            return self._all
        return self._core + tuple(self._index.tools[name] for name in self._chosen)

    def has(self, name: str) -> bool:
        """Whether it is offered now."""
        if self.is_whole:
            return name in self._index.tools
        return name in self._chosen or any(tool.name == name for tool in self._core)

    def begin_anew(self) -> None:
        """Another conversation begins."""
        self._chosen = []

    def begin(self, words: str) -> None:
        """A request begins: what is nearest to its words must be among the tools."""
        if self.is_whole or not words:
            return
        nearest = self._index.nearest(words)
        if not self._chosen:
            self._fill(nearest)
        else:
            self._need(nearest[:_NEAREST], nearest)

    def find(self, words: str) -> tuple[Tool, ...]:
        """What the model asks for; it is among the tools from now on."""
        nearest = self._index.nearest(words)
        self._need(nearest[:_NEAREST], nearest)
        return tuple(self._index.tools[name] for name in nearest[:_NEAREST] if self.has(name))

    def add(self, name: str) -> None:
        """Offer this one, too."""
        if name in self._index.tools:
            self._need([name], [name])

    def _need(self, wanted: Sequence[str], nearest: Sequence[str]) -> None:
        missing = [name for name in wanted if not self.has(name)]
        if self._letters_of([*self._chosen, *missing]) <= self._room:
            self._chosen += missing
            return
        before, self._chosen = self._chosen, []
        self._fill([*wanted, *nearest, *reversed(before)])

    def _fill(self, names: Iterable[str]) -> None:
        for name in dict.fromkeys(names):
            if not self.has(name):
                fits = self._letters_of([*self._chosen, name]) <= _FIRST * self._room
                if fits or not self._chosen:
                    self._chosen.append(name)

    def _letters_of(self, names: Iterable[str]) -> int:
        return sum(self._index.letters[name] for name in names)
