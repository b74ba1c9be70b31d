"""The slot types that templates refer to, with their phrases as lists of words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard
from weakref import WeakValueDictionary

from voiced.errors import PluginError
from voiced.grammar.automaton import smallest
from voiced.grammar.graph import WordList
from voiced.grammar.templates import Label, Net, Reference, SlotRef, add_phrase
from voiced.plugin import Intent
from voiced.slots import SlotContext, SlotType

__all__ = ["ListPhrases", "SlotTypes", "word_list"]


@dataclass(frozen=True, slots=True)
class ListPhrases:
    """What ``{name}`` stands for: hassil templates; ``is_open``: other words are taken too.

    ``is_certain``: words that its type says fit are such a value, however many they are.
    """

    phrases: Sequence[str]
    is_open: bool = False
    is_certain: bool = False


def word_list(name: str, listed: ListPhrases, rules: Mapping[str, str]) -> WordList:
    """The phrases of a list, compiled."""
    net = Net()
    for phrase in listed.phrases:
        add_phrase(net, phrase, name=name, rules=rules)
    arcs = [(source, label, target) for source, label, target in net.arcs if _is_word(label)]
    return WordList(smallest(net.states, arcs), listed.is_open, listed.is_certain)


_in_use: WeakValueDictionary[ListPhrases, WordList] = WeakValueDictionary()
"""The lists of the grammars that there are; most are the same when one is built again."""


def _plain_list(name: str, listed: ListPhrases) -> WordList:
    """A list without rules; lists of the same phrases are one."""
    known = _in_use.get(listed)
    if known is None:
        known = _in_use[listed] = word_list(name, listed, {})
    return known


def _is_word(label: Label | None) -> TypeGuard[str | None]:
    return label is None or isinstance(label, str)


class SlotTypes:
    """The slot types that templates refer to; each is asked for its phrases once."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._types: dict[str, tuple[Intent, SlotType[object]]] = {}

    def resolve(self, intent: Intent, reference: Reference) -> SlotRef:
        """What ``{slot}`` or ``{type:slot}`` of an intent's template stands for."""
        slot = intent.slots.get(reference.slot_name)
        if slot is None:
            known = ", ".join(intent.slots) or "there are none"
            msg = f"{{{reference.slot_name}}} is not a parameter ({known})"
            raise ValueError(msg)
        if reference.list_name not in (slot.name, slot.type.name):
            msg = f"parameter {slot.name} is of type {slot.type.name}, not {reference.list_name}"
            raise ValueError(msg)
        return SlotRef(self._name(intent, slot.type), slot.name)

    def _name(self, intent: Intent, slot_type: SlotType[object]) -> str:
        if id(slot_type) not in self._names:
            name = slot_type.name
            if name in self._types:
                name = f"{name} {len(self._types)}"
            self._names[id(slot_type)] = name
            self._types[name] = (intent, slot_type)
        return self._names[id(slot_type)]

    def checks(self) -> dict[str, Callable[[str], bool]]:
        """The types that tell from the words alone that they are no such value."""
        checks: dict[str, Callable[[str], bool]] = {}
        for name, (_, kind) in self._types.items():
            fits: Callable[[str], bool] | None = getattr(kind, "fits", None)
            if fits is not None:
                checks[name] = fits
        return checks

    def lists(self, context: SlotContext) -> dict[str, WordList]:
        """The phrases of all types, compiled."""
        return {
            name: _plain_list(name, _phrases(intent, slot_type, context))
            for name, (intent, slot_type) in self._types.items()
        }


def _phrases(intent: Intent, slot_type: SlotType[object], context: SlotContext) -> ListPhrases:
    try:
        phrases = tuple(slot_type.phrases(context))
        return ListPhrases(phrases, slot_type.is_open, getattr(slot_type, "is_certain", False))
    except (Exception, SystemExit) as error:  # the plugin boundary: a slot type may do anything
        reason = f"{intent.name}: the phrases of {{{slot_type.name}}} cannot be had: {error}"
        raise PluginError(reason, plugin=intent.name) from error
