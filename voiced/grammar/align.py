"""The aligner: the cheapest ways to read a said sentence as one of a grammar's.

It walks the sentence from left to right and keeps the best partial readings at each word (a
beam). Exact readings are looked for first; only if there are none is the net cast wider.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from voiced.grammar.costs import Sounds, added, exchanged, importance, led_in
from voiced.grammar.reading import Filled, Reading, is_guess
from voiced.grammar.spans import Phrases, Span
from voiced.grammar.states import BEAM, State

__all__ = ["Aligner"]

_WIDTH = 160
_LIMITS = (0.45, 1.0)
"""What readings may cost that are looked for first."""

_COST_SHARE = 0.7
"""Most that a reading may cost, as a share of what the said words count for."""
_JOINED_COST = 0.1
_MATTERS, _UNPARTED_COST, _HIDDEN = 1.0, 1.0, 0.35
_LEAST_HEARD, _SURE_COST = 0.8, 0.45
"""What the words of the template must count for where an open slot takes words as they are, or
where the rest does not fit well."""


_Key = tuple[int, tuple[Filled, ...]]
_Gain = tuple[float, float, float]
"""What the words that fit count for: all of them, and those of templates alone; and what those
words of templates cost that matter and were not said."""

_Frontier = dict[_Key, tuple[float, _Gain]]
_Spans = dict[tuple[str, int], list[Span]]
"""Where the phrases of lists stand in a sentence, by list and first word."""


class Aligner:
    """Reads sentences against the templates of all intents.

    Args:
        states: The net of the templates.
        lists: The lists that they refer to.
        sounds: All words of templates and lists.
    """

    def __init__(
        self, states: Sequence[State], lists: Mapping[str, Phrases], sounds: Sounds
    ) -> None:
        self.states = states
        self.lists = lists
        self.sounds = sounds

    def readings(self, said: Sequence[str]) -> list[Reading]:
        """The readings found, cheapest first; several slots or intents may fit the same words."""
        most = _COST_SHARE * sum(max(0.5, importance(word)) for word in said)
        found: list[Reading] = []
        spans: _Spans = {}
        for limit in (*(limit for limit in _LIMITS if limit < most), most):
            found = _Walk(self, said, spans, limit).run()
            if found:
                break
        found = sorted(found, key=lambda each: (each.cost, -each.literal, -each.importance))
        return [] if is_guess(found) else found


class _Walk:
    """One walk over one sentence; ``spans`` are what walks over it have found before."""

    def __init__(self, aligner: Aligner, said: Sequence[str], spans: _Spans, limit: float) -> None:
        self._states = aligner.states
        self._lists = aligner.lists
        self._sounds = aligner.sounds
        self._said = said
        self._limit = limit
        self._frontiers: list[_Frontier] = [{} for _ in range(len(said) + 1)]
        self._spans = spans

    def run(self) -> list[Reading]:
        self._frontiers[0][0, ()] = (0.0, (0.0, 0.0, 0.0))
        for position in range(len(self._said)):
            for key, cost, gain in self._best(position):
                self._hear(position, key, cost, gain)
                self._fill(position, key, cost, gain)
        last = self._best(len(self._said))
        return [
            Reading(intent, slots, cost, gain[0], gain[1])
            for (state, slots), cost, gain in last
            if _is_founded(slots, cost, gain)
            for intent in self._states[state].intents
        ]

    def _best(self, position: int) -> list[tuple[_Key, float, _Gain]]:
        """The readings kept at a position, with those that leave out words of the templates."""
        frontier = self._frontiers[position]
        if not frontier:
            return []
        limit = min(self._limit, min(cost for cost, _ in frontier.values()) + BEAM)
        pending = [(cost, key[0], key[1], gain) for key, (cost, gain) in frontier.items()]
        pending = heapq.nsmallest(_WIDTH, pending, key=lambda entry: entry[0])
        heap = [entry for entry in pending if entry[0] <= limit]
        order = 0
        queue = [(entry[0], index, entry) for index, entry in enumerate(heap)]
        order = len(queue)
        heapq.heapify(queue)
        kept: list[tuple[_Key, float, _Gain]] = []
        done: set[_Key] = set()
        while queue and len(kept) < _WIDTH:
            cost, _, (_, state, slots, gain) = heapq.heappop(queue)
            key = (state, slots)
            if key in done:
                continue
            done.add(key)
            kept.append((key, cost, gain))
            for skip, target in self._states[state].skippable:
                if cost + skip > limit:
                    break
                if (target, slots) not in done:
                    order += 1
                    lost = gain if skip < _MATTERS else (gain[0], gain[1], gain[2] + skip)
                    heapq.heappush(queue, (cost + skip, order, (cost + skip, target, slots, lost)))
        return kept

    def _hear(self, position: int, key: _Key, cost: float, gain: _Gain) -> None:
        """Read the next word as a word of the template, or pass over it."""
        state, slots = key
        words = self._states[state].words
        said = self._said[position]
        if words:
            for word, replaced in self._sounds.candidates(said):
                target = words.get(word)
                if target is not None:
                    total = cost + replaced
                    self._reach(position + 1, (target, slots), total, _heard(gain, word))
            self._join(position, key, cost, gain)
            for word, target in self._states[state].little.items():
                total = cost + exchanged(said, word)
                if total <= self._limit:
                    self._reach(position + 1, (target, slots), total, gain)
        stray = added(said) if state else led_in(said)
        self._reach(position + 1, key, cost + stray, gain)

    def _join(self, position: int, key: _Key, cost: float, gain: _Gain) -> None:
        """Read two words as one: "note pad" as "notepad"."""
        if position + 1 < len(self._said):
            joined = self._said[position] + self._said[position + 1]
            for word, replaced in self._sounds.joined(joined):
                target = self._states[key[0]].words.get(word)
                if target is not None:
                    total = cost + replaced + _JOINED_COST
                    self._reach(position + 2, (target, key[1]), total, _heard(gain, word))

    def _fill(self, position: int, key: _Key, cost: float, gain: _Gain) -> None:
        """Read the next words as a phrase of a list."""
        state, slots = key
        for reference, target in self._states[state].slots:
            for span in self._spans_of(reference.source, position):
                total = cost + span.cost
                if span.phrase is None:
                    is_certain = self._lists[reference.source].is_certain
                    total += self._loose(position, key, gain, is_certain=is_certain)
                if total > self._limit:
                    continue
                filled = Filled(
                    reference.slot, position, span.end, span.phrase, span.cost == 0, gain[1]
                )
                more = (gain[0] + span.importance, *gain[1:])
                self._reach(span.end, (target, (*slots, filled)), total, more)

    def _loose(self, position: int, key: _Key, gain: _Gain, *, is_certain: bool) -> float:
        """What it costs more that an open slot begins there, with words as they are.

        The word that parts it from the slot before was not said, or its first word rather is one
        of the template's: "create a folder cold receipts", where the slot is not certain of it.
        """
        here, slots = self._states[key[0]], key[1]
        is_unparted = bool(slots) and slots[-1].heard == gain[1] and not here.follows_slot
        cost = _UNPARTED_COST if is_unparted else 0.0
        if not is_certain and any(
            word in here.words and replaced <= _HIDDEN
            for word, replaced in self._sounds.candidates(self._said[position])
        ):
            cost += _HIDDEN
        return cost

    def _spans_of(self, name: str, position: int) -> list[Span]:
        key = (name, position)
        if key not in self._spans:
            self._spans[key] = self._lists[name].spans(self._said, position, self._sounds)
        return self._spans[key]

    def _reach(self, position: int, key: _Key, cost: float, gain: _Gain) -> None:
        if cost > self._limit:
            return
        frontier = self._frontiers[position]
        known = frontier.get(key)
        if known is None or cost < known[0]:
            frontier[key] = (cost, gain)


def _is_founded(slots: tuple[Filled, ...], cost: float, gain: _Gain) -> bool:
    """Whether enough of the template was said; open slots make anything fit, so they need more."""
    if all(filled.phrase for filled in slots):
        return gain[1] >= _LEAST_HEARD or cost <= _SURE_COST
    return gain[1] >= _LEAST_HEARD and gain[2] == 0


def _heard(gain: _Gain, word: str) -> _Gain:
    counts = importance(word)
    return gain[0] + counts, gain[1] + counts, gain[2]
