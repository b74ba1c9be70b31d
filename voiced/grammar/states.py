"""What may follow at each place of the net of all templates, made ready for looking it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voiced.grammar.automaton import Automaton
from voiced.grammar.costs import exchanged, left_out
from voiced.grammar.templates import Accept, Label, SlotRef

__all__ = ["BEAM", "State", "states_of"]

BEAM = 3.2
"""Readings that cost so much more than the best one at the same word are given up."""


class State:
    """What may follow in one state of the net."""

    __slots__ = ("follows_slot", "intents", "little", "skippable", "slots", "words")

    def __init__(self, arcs: Mapping[Label, int]) -> None:
        self.words: dict[str, int] = {}
        self.slots: list[tuple[SlotRef, int]] = []
        self.intents: list[str] = []
        self.follows_slot = False
        for label, target in arcs.items():
            match label:
                case SlotRef():
                    self.slots.append((label, target))
                case Accept(intent):
                    self.intents.append(intent)
                case str():
                    self.words[label] = target
        self.little = {
            word: target for word, target in self.words.items() if exchanged(word, word) < BEAM
        }
        costs = ((left_out(word), target) for word, target in self.words.items())
        self.skippable = sorted(pair for pair in costs if pair[0] <= BEAM)


def states_of(skeleton: Automaton[Label]) -> list[State]:
    """The states of a net, with the same numbers."""
    states = [State(arcs) for arcs in skeleton.arcs]
    for target in _ends_of_slots(states):
        states[target].follows_slot = True
    return states


def _ends_of_slots(states: Iterable[State]) -> list[int]:
    return [target for state in states for _, target in state.slots]
