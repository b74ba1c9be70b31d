"""Sentence templates (hassil syntax) to nets of words.

A net is an automaton without loops whose arcs carry words, references to lists, or nothing. What
the words cost and how sound is matched against them does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import TypeAlias

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from voiced.errors import PluginError
from voiced.sentence_rules import take_read
from voiced.spoken import normalise

__all__ = ["Accept", "Label", "Net", "Reference", "SlotRef", "add_phrase", "add_template"]

_MAX_PERMUTED = 6
_MAX_DEPTH = 24
_SPECIAL = re.compile(r"[\[\](){}<>|;\\]")
_SPACE = re.compile(r"(\s+)")


@dataclass(frozen=True, slots=True)
class SlotRef:
    """A place where a phrase of list ``source`` stands and fills ``slot``."""

    source: str
    slot: str


@dataclass(frozen=True, slots=True)
class Accept:
    """The end of a sentence of ``intent``."""

    intent: str


Label: TypeAlias = "str | SlotRef | Accept"
NetArc: TypeAlias = "tuple[int, Label | None, int]"


@dataclass(slots=True)
class Net:
    """Arcs ``(source, label, target)`` over states counted from 0.

    State 0 is the start, state 1 the end.
    """

    arcs: list[NetArc] = field(default_factory=list[NetArc])
    states: int = 2

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def join(self, source: int, label: Label | None, target: int) -> None:
        """Add an arc; label None is epsilon."""
        self.arcs.append((source, label, target))


@dataclass(frozen=True, slots=True)
class Reference:
    """A list that a template names, ``{list_name:slot_name}``."""

    list_name: str
    slot_name: str


_DraftArc: TypeAlias = "tuple[int, str | Reference | None, int]"


@dataclass(slots=True)
class _Draft:
    """The arcs of one template, as those of a net; its references are not resolved.

    It ends in state ``end``.
    """

    arcs: list[_DraftArc] = field(default_factory=list[_DraftArc])
    states: int = 2
    end: int = 0

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def join(self, source: int, label: str | Reference | None, target: int) -> None:
        """Add an arc; label None is epsilon."""
        self.arcs.append((source, label, target))

    def put_into(
        self, net: Net, resolve: Callable[[Reference], SlotRef], accepted: Label | None
    ) -> None:
        """Add the arcs to a net, from its start to its end, where ``accepted`` leads."""
        offset = net.states - 2
        net.states += self.states - 2
        number = [0, 1, *range(offset + 2, offset + self.states)]
        for source, label, target in self.arcs:
            resolved = resolve(label) if isinstance(label, Reference) else label
            net.join(number[source], resolved, number[target])
        net.join(number[self.end], accepted, 1)


_Ends: TypeAlias = dict[str, int]
"""Where a partly built template stands: letters of an unfinished word -> state before it."""


@dataclass(frozen=True, slots=True)
class _Builder:
    """Writes one template down, from left to right.

    Words may be put together from pieces ("light[s]", "[un]lock"), so a word is only added once
    a space or the end shows that it is whole.
    """

    net: _Draft
    rules: Mapping[str, str]

    def add(self, expression: Expression, ends: _Ends, depth: int) -> _Ends:
        match expression:
            case TextChunk():
                return self._text(expression.original_text, ends)
            case ListReference():
                return self._list(expression, ends)
            case RuleReference():
                return self._rule(expression.rule_name, ends, depth)
            case Permutation():
                return self._permutation(expression.items, ends, depth)
            case Alternative():
                return self._merge([self.add(item, ends, depth) for item in expression.items])
            case Group():
                for item in expression.items:
                    ends = self.add(item, ends, depth)
                return ends
            case _:
                msg = f"{type(expression).__name__} is not supported"
                raise ValueError(msg)

    def whole(self, ends: _Ends) -> int:
        """Finish the unfinished words; the state behind them."""
        if len(ends) == 1 and "" in ends:
            return ends[""]
        target = self.net.state()
        for letters, state in ends.items():
            _chain(self.net, state, normalise(letters), target)
        return target

    def _text(self, text: str, ends: _Ends) -> _Ends:
        for piece in _SPACE.split(text):
            if piece.isspace():
                ends = {"": self.whole(ends)}
            elif piece:
                ends = {letters + piece: state for letters, state in ends.items()}
        return ends

    def _list(self, reference: ListReference, ends: _Ends) -> _Ends:
        target = self.net.state()
        named = Reference(reference.list_name, reference.slot_name)
        self.net.join(self.whole(ends), named, target)
        return {"": target}

    def _rule(self, name: str, ends: _Ends, depth: int) -> _Ends:
        if name not in self.rules:
            msg = f"there is no rule <{name}>"
            raise ValueError(msg)
        if depth >= _MAX_DEPTH:
            msg = f"rule <{name}> refers to itself"
            raise ValueError(msg)
        return self.add(_parse(self.rules[name]), ends, depth + 1)

    def _permutation(self, items: list[Expression], ends: _Ends, depth: int) -> _Ends:
        """Every order of the items: one state for each set of items already said."""
        if len(items) > _MAX_PERMUTED:
            msg = f"{len(items)} parts in any order are too many, {_MAX_PERMUTED} are the most"
            raise ValueError(msg)
        everything = (1 << len(items)) - 1
        said: dict[int, list[_Ends]] = {0: [ends]}
        for done in range(everything):
            here = self._merge(said[done])
            for index, item in enumerate(items):
                if not done & 1 << index:
                    after = self.add(item, here, depth)
                    said.setdefault(done | 1 << index, []).append(after)
        return self._merge(said[everything])

    def _merge(self, branches: list[_Ends]) -> _Ends:
        if len(branches) == 1:
            return branches[0]
        merged: _Ends = {}
        for letters in dict.fromkeys(key for ends in branches for key in ends):
            sources = dict.fromkeys(ends[letters] for ends in branches if letters in ends)
            merged[letters] = self._meet(list(sources))
        return merged

    def _meet(self, states: list[int]) -> int:
        if len(states) == 1:
            return states[0]
        target = self.net.state()
        for state in states:
            self.net.join(state, None, target)
        return target


def add_template(
    net: Net,
    template: str,
    *,
    intent: str,
    resolve: Callable[[Reference], SlotRef],
    rules: Mapping[str, str],
) -> None:
    """Add all sentences of a template, from the net's start to its end.

    Args:
        net: Where they are added.
        template: A sentence in hassil syntax.
        intent: The intent that the sentences mean.
        resolve: Says what a reference in braces stands for; may raise ValueError.
        rules: Bodies of the rules that the template may use.

    Raises:
        PluginError: The template is wrong; names the intent and the template.
    """
    try:
        draft = _drafted(template, rules) if rules else _known(template)
        draft.put_into(net, resolve, Accept(intent))
    except (ParseError, ValueError) as error:
        raise _mistake(intent, f"template {template!r}: {error}") from error


def add_phrase(net: Net, phrase: str, *, name: str, rules: Mapping[str, str]) -> None:
    """Add the wordings of one phrase of the list ``name``.

    Raises:
        PluginError: The phrase is no template, or refers to a list.
    """
    if not _SPECIAL.search(phrase):
        words = normalise(phrase)
        if words:
            _chain(net, 0, words, 1)
        return
    try:
        _drafted(phrase, rules).put_into(net, _refuse_lists, None)
    except (ParseError, ValueError) as error:
        raise _mistake(name, f"phrase {phrase!r} of {{{name}}}: {error}") from error


def _drafted(template: str, rules: Mapping[str, str]) -> _Draft:
    draft = _Draft()
    builder = _Builder(draft, rules)
    draft.end = builder.whole(builder.add(_parse(template), {"": 0}, 0))
    return draft


@lru_cache(maxsize=4096)
def _known(template: str) -> _Draft:
    """A grammar that is built again reads nothing anew."""
    return _drafted(template, {})


def _chain(net: Net | _Draft, state: int, words: tuple[str, ...], target: int) -> None:
    """Join two states by words, or by nothing."""
    for word in words[:-1]:
        following = net.state()
        net.join(state, intern(word), following)
        state = following
    net.join(state, intern(words[-1]) if words else None, target)


def _parse(sentence: str) -> Expression:
    return take_read(sentence) or parse_sentence(sentence).expression


def _refuse_lists(reference: Reference) -> SlotRef:
    msg = f"a phrase cannot refer to {{{reference.list_name}}}"
    raise ValueError(msg)


def _mistake(plugin: str, reason: str) -> PluginError:
    return PluginError(
        f"{plugin}: {reason}", plugin=plugin, mend="see the template syntax in docs/plugins.md"
    )
