"""Where the phrases of a list may stand in a said sentence, and at what cost."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voiced.grammar.costs import Sounds, absorbed, added, importance, left_out
from voiced.grammar.graph import WordList

__all__ = ["Phrases", "Span"]

_MAX_COST = 2.5
_READINGS = 3
_OPEN_COST, _UNKNOWN_COST = 0.05, 0.5
"""What words as they are cost; the latter where others are known, such as the names of files."""

_HANGING_COST, _JOINED_COST = 0.5, 0.1
_HANGING = frozenset("a an and at by for from in into my of onto the to with your".split())
"""Words that nothing ends with that fills a slot: "put milk in [on] my list"."""

_OPEN_IMPORTANCE, _MOST_OPEN_IMPORTANCE = 0.6, 1.2
"""Words taken as they are prove little, and many of them no more than two."""

_CERTAIN_SHARE, _MOST_CERTAIN_IMPORTANCE = 0.2, 2.0
"""What a word costs that is surely of such a value, against any other; and what they prove."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words up to ``end`` fill a slot; ``phrase`` is None where an open slot took them as said."""

    end: int
    cost: float
    importance: float
    phrase: tuple[str, ...] | None


_Path = tuple[float, float, tuple[str, ...]]
"""Cost, importance and words of a part of a phrase."""

_Frontier = dict[int, list[_Path]]


class Phrases:
    """One list, ready to be looked for. Entering a phrase needs a word that sounds like one.

    Args:
        words: The list.
        fits: Tells of an open one whether words may be such a value at all.
    """

    def __init__(self, words: WordList, fits: Callable[[str], bool] | None = None) -> None:
        self._fits = fits
        self._arcs = words.automaton.arcs
        self._ends = words.automaton.ends
        self._is_open = words.is_open
        self.is_certain = words.is_certain and fits is not None
        self._open_cost = _UNKNOWN_COST if words.size else _OPEN_COST
        self._skippable = [
            [(word, target, left_out(word)) for word, target in arcs.items() if left_out(word) < 1]
            for arcs in self._arcs
        ]

    def spans(self, said: Sequence[str], start: int, sounds: Sounds) -> list[Span]:
        """All places from ``start`` on, a few readings for each end."""
        found = self._closed(said, start, sounds)
        if self._is_open:
            cost, weight = self._open_cost, 0.0
            share = _CERTAIN_SHARE if self.is_certain else 1.0
            most = _MOST_CERTAIN_IMPORTANCE if self.is_certain else _MOST_OPEN_IMPORTANCE
            for end in range(start + 1, len(said) + 1):
                cost += share * absorbed(said[end - 1])
                weight = min(weight + _OPEN_IMPORTANCE, most)
                hanging = _HANGING_COST if said[end - 1] in _HANGING else 0.0
                if self._fits is None or self._fits(" ".join(said[start:end])):
                    found.append(Span(end, cost + hanging, weight, None))
        return found

    def _may_begin(self, said: Sequence[str], start: int, sounds: Sounds) -> bool:
        """Whether a phrase begins with the word there, alone or with the next one."""
        first = self._arcs[0]
        if any(word in first for word, _ in sounds.candidates(said[start])):
            return True
        joined = "".join(said[start : start + 2])
        return any(word in first for word, _ in sounds.joined(joined))

    def _closed(self, said: Sequence[str], start: int, sounds: Sounds) -> list[Span]:
        if not self._skippable[0] and not self._may_begin(said, start, sounds):
            return []
        found: list[Span] = []
        frontiers: list[_Frontier] = [{} for _ in range(len(said) - start + 2)]
        frontiers[0][0] = [(0.0, 0.0, ())]
        for position in range(start, len(said) + 1):
            frontier = frontiers[position - start]
            self._skip(frontier)
            if position > start:
                found.extend(self._ended(frontier, position))
            if position < len(said) and frontier:
                self._step(frontier, frontiers[position - start + 1], said[position], sounds)
                if position + 1 < len(said):
                    joined = said[position] + said[position + 1]
                    self._join(frontier, frontiers[position - start + 2], joined, sounds)
            if not any(frontiers[position - start + 1 :]):
                break
        return found

    def _skip(self, frontier: _Frontier) -> None:
        """Pass over words of the phrases that need not be said; states only lead upwards."""
        pending = sorted(state for state in frontier if self._skippable[state])
        while pending:
            state = pending.pop(0)
            for word, target, cost in self._skippable[state]:
                is_new = target not in frontier
                for path in list(frontier[state]):
                    _keep(frontier, target, (path[0] + cost, path[1], (*path[2], word)))
                if is_new and target in frontier:  # a path that costs too much is not kept
                    insort(pending, target)

    def _step(self, frontier: _Frontier, following: _Frontier, word: str, sounds: Sounds) -> None:
        candidates = sounds.candidates(word)
        stray = added(word)
        for state, paths in frontier.items():
            arcs = self._arcs[state]
            for candidate, cost in candidates:
                if candidate in arcs:
                    _extend(following, arcs[candidate], paths, candidate, cost)
            if state and arcs:
                for path in paths:
                    _keep(following, state, (path[0] + stray, path[1], path[2]))

    def _join(self, frontier: _Frontier, following: _Frontier, joined: str, sounds: Sounds) -> None:
        """Two words as one: "bud jet" for "budget"."""
        for candidate, cost in sounds.joined(joined):
            for state, paths in frontier.items():
                target = self._arcs[state].get(candidate)
                if target is not None:
                    _extend(following, target, paths, candidate, cost + _JOINED_COST)

    def _ended(self, frontier: _Frontier, end: int) -> list[Span]:
        paths = sorted(
            path
            for state, paths in frontier.items()
            if state in self._ends
            for path in paths
            if path[1] > 0 or path[0] == 0
        )
        return [Span(end, cost, gain, words) for cost, gain, words in paths[:_READINGS]]


def _extend(following: _Frontier, target: int, paths: list[_Path], word: str, cost: float) -> None:
    gain = importance(word)
    for path in paths:
        _keep(following, target, (path[0] + cost, path[1] + gain, (*path[2], word)))


def _keep(frontier: _Frontier, state: int, path: _Path) -> None:
    """Add a path to a state, which holds its few cheapest."""
    if path[0] > _MAX_COST:
        return
    paths = frontier.setdefault(state, [])
    for known in paths:
        if known[2] == path[2] and known[0] <= path[0]:
            return
    insort(paths, path)
    del paths[_READINGS:]
