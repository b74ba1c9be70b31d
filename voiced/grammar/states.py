"""What may follow at each place of the net of all templates, made ready for looking it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voiced.grammar.automaton import Automaton
from voiced.grammar.costs import exchanged, left_out
from voiced.grammar.templates import Accept, Label, SlotRef

__all__ = ["BEAM", "State", "states_of"]

BEAM = 3.2
"""Readings that cost so much more than the best one at the same word are given up."""


_NOTHING: Mapping[str, int] = {}
"""One for all states, since there are thousands."""


class State:
    """What may follow in one state of the net."""

    __slots__ = ("follows_slot", "intents", "little", "skippable", "slots", "words")

    def __init__(self, arcs: Mapping[Label, int]) -> None:
        self.follows_slot = False
        self.words = {label: to for label, to in arcs.items() if isinstance(label, str)}
        self.slots = tuple((label, to) for label, to in arcs.items() if isinstance(label, SlotRef))
        self.intents = tuple(label.intent for label in arcs if isinstance(label, Accept))
        little = {word: to for word, to in self.words.items() if exchanged(word, word) < BEAM}
        self.little = little or _NOTHING
        costs = ((left_out(word), target) for word, target in self.words.items())
        self.skippable = tuple(sorted(pair for pair in costs if pair[0] <= BEAM))


def states_of(skeleton: Automaton[Label]) -> list[State]:
    """The states of a net, with the same numbers."""
    states = [State(arcs) for arcs in skeleton.arcs]
    for target in _ends_of_slots(states):
        states[target].follows_slot = True
    return states


def _ends_of_slots(states: Iterable[State]) -> list[int]:
    return [target for state in states for _, target in state.slots]
