"""Nets without loops to their smallest deterministic automaton. Knows nothing of what labels mean.

States of the result are in topological order: every arc leads to a higher state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Automaton", "smallest"]

L = TypeVar("L", bound=Hashable)
Arcs = Iterable[tuple[int, L | None, int]]


@dataclass(frozen=True, slots=True)
class Automaton(Generic[L]):
    """``arcs[state]`` maps labels to states; state 0 is the start, ``ends`` accept."""

    arcs: tuple[dict[L, int], ...]
    ends: frozenset[int]


class _Subsets(Generic[L]):
    """The subset construction: sets of the net's states that the same labels lead to."""

    def __init__(self, states: int, arcs: Arcs[L]) -> None:
        self._empty: list[list[int]] = [[] for _ in range(states)]
        self._labelled: list[list[tuple[L, int]]] = [[] for _ in range(states)]
        for source, label, target in arcs:
            if label is None:
                self._empty[source].append(target)
            else:
                self._labelled[source].append((label, target))
        self._closures: dict[int, frozenset[int]] = {}

    def closure(self, states: Collection[int]) -> frozenset[int]:
        """The states, and those that epsilon leads to from them."""
        if len(states) == 1:
            return self._closure_of(*states)
        return frozenset[int]().union(*map(self._closure_of, states))

    def _closure_of(self, state: int) -> frozenset[int]:
        known = self._closures.get(state)
        if known is None:
            known = self._closures[state] = self._found_from(state)
        return known

    def _found_from(self, first: int) -> frozenset[int]:
        pending = [first]
        seen = {first}
        while pending:
            for target in self._empty[pending.pop()]:
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        return frozenset(state for state in seen if self._labelled[state] or not self._empty[state])

    def following(self, states: frozenset[int]) -> dict[L, frozenset[int]]:
        """Where each label leads from a closed set."""
        reached: dict[L, set[int]] = {}
        for state in sorted(states):
            for label, target in self._labelled[state]:
                reached.setdefault(label, set()).add(target)
        return {label: self.closure(targets) for label, targets in reached.items()}


class _Register(Generic[L]):
    """States already built, by what can follow them; equal ones are one."""

    def __init__(self) -> None:
        self.arcs: list[dict[L, int]] = []
        self.accepting: list[bool] = []
        self._known: dict[Hashable, int] = {}

    def state(self, arcs: dict[L, int], *, accepts: bool) -> int:
        key = (accepts, frozenset(arcs.items()))
        state = self._known.setdefault(key, len(self.arcs))
        if state == len(self.arcs):
            self.arcs.append(arcs)
            self.accepting.append(accepts)
        return state


def smallest(states: int, arcs: Arcs[L], *, start: int = 0, end: int = 1) -> Automaton[L]:
    """Determinise and minimise. The arcs must form no loop; label None is epsilon."""
    subsets = _Subsets(states, arcs)
    register: _Register[L] = _Register()
    built: dict[frozenset[int], int] = {}
    first = subsets.closure([start])
    pending = [(first, subsets.following(first))]
    while pending:
        here, following = pending[-1]
        missing = [subset for subset in following.values() if subset not in built]
        if missing:
            pending.extend((subset, subsets.following(subset)) for subset in missing)
            continue
        pending.pop()
        targets = {label: built[subset] for label, subset in following.items()}
        built[here] = register.state(targets, accepts=end in here)
    return _numbered(register.arcs, register.accepting, built[first])


def _numbered(arcs: list[dict[L, int]], accepting: list[bool], start: int) -> Automaton[L]:
    """Turn the numbers round: the register numbered every state after the ones it leads to."""
    number: Callable[[int], int] = lambda state: start - state  # noqa: E731
    kept = [
        {label: number(target) for label, target in arcs[state].items()}
        for state in range(start, -1, -1)
    ]
    ends = frozenset(number(state) for state in range(start + 1) if accepting[state])
    return Automaton(tuple(kept), ends)
