"""What may have been meant where one word was heard as quite another one, or not at all.

The aligner refuses such a sentence. Here one word that matters may be lost: replaced by a word
unlike it, left out, or added. All others must fit nearly as they stand, and tell enough of what it
is about: "turn off the" is said of anything, "music in the office" is not. What comes of it is
worth a question, "did you mean ...?", and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voiced.grammar.costs import (
    Sounds,
    is_decisive,
    left_out,
    negates,
    strayed,
    telling,
)
from voiced.grammar.reading import Filled, Reading
from voiced.grammar.spans import Phrases, Span
from voiced.grammar.states import State

__all__ = ["Guesser"]

_LOST = 1.0
"""What the one word costs that is lost, however it was."""

_SMALL, _SMALL_WORD = 1.1, 0.5
"""What all else may cost, and one word of it that was not said, or stands in no template."""

_MOST = _LOST + _SMALL

_LEAST_TOLD, _LEAST_TOLD_BY_TEMPLATE = 1.05, 0.3
"""What the words that fit must tell, and those of them that stand in the template itself."""

_AS_GOOD = 0.07
"""Readings whose scores lie this close to the best one are as good."""

_WIDTH, _LONGEST = 240, 16

_Key = tuple[int, tuple[Filled, ...]]
_Told = tuple[float, float]
"""How much the words that fit tell: all of them, and those of templates alone."""

_NOTHING: _Told = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Path:
    """The cheapest way to a place; one that has lost a word costs at least that."""

    cost: float
    told: _Told

    @property
    def has_lost(self) -> bool:
        return self.cost >= _LOST


_Frontier = dict[_Key, _Path]


class Guesser:
    """Reads sentences with one word lost.

    Args:
        states: The net of the templates.
        lists: The lists that they refer to.
        sounds: All words of templates and lists.
    """

    def __init__(
        self, states: Sequence[State], lists: Mapping[str, Phrases], sounds: Sounds
    ) -> None:
        self._states = states
        self._lists = lists
        self._sounds = sounds

    def readings(self, said: Sequence[str]) -> list[Reading]:
        """Those that fit best, all about as well; a word like "not" must not have been said."""
        if not 1 < len(said) <= _LONGEST or negates(said):
            return []
        found = _Walk(self._states, self._lists, self._sounds, said).run()
        found.sort(key=lambda each: (-each.score, each.cost))
        return [each for each in found if each.score >= found[0].score - _AS_GOOD]


class _Walk:
    """One walk over one sentence, from left to right."""

    def __init__(
        self,
        states: Sequence[State],
        lists: Mapping[str, Phrases],
        sounds: Sounds,
        said: Sequence[str],
    ) -> None:
        self._states = states
        self._lists = lists
        self._sounds = sounds
        self._said = said
        self._frontiers: list[_Frontier] = [{} for _ in range(len(said) + 1)]
        self._spans: dict[tuple[str, int], list[Span]] = {}

    def run(self) -> list[Reading]:
        self._frontiers[0][0, ()] = _Path(0.0, _NOTHING)
        for position in range(len(self._said)):
            for key, path in self._kept(position):
                self._hear(position, key, path)
                self._pass_over(position, key, path)
                self._fill(position, key, path)
        return [
            Reading(intent, slots, path.cost, *path.told)
            for (state, slots), path in self._kept(len(self._said))
            if path.told[0] >= _LEAST_TOLD and path.told[1] >= _LEAST_TOLD_BY_TEMPLATE
            for intent in self._states[state].intents
        ]

    def _kept(self, position: int) -> list[tuple[_Key, _Path]]:
        """The best paths at a position, with those that go on without a word of the template."""
        frontier = self._frontiers[position]
        pending = list(frontier)
        while pending:
            key = pending.pop()
            path = frontier[key]
            for cost, target in self._unsaid(self._states[key[0]], path):
                after = (target, key[1])
                if self._reach(position, after, path, cost):
                    pending.append(after)
        ranked = sorted(frontier.items(), key=lambda item: (item[1].cost, -item[1].told[0]))
        return ranked[:_WIDTH]

    @staticmethod
    def _unsaid(state: State, path: _Path) -> Iterator[tuple[float, int]]:
        for word, target in state.words.items():
            cost = left_out(word)
            if cost <= _SMALL_WORD:
                yield cost, target
            elif not path.has_lost:
                yield _LOST, target

    def _hear(self, position: int, key: _Key, path: _Path) -> None:
        """Read the next word as a word of the template."""
        state, slots = key
        words = self._states[state].words
        for word, replaced in self._sounds.candidates(self._said[position]) if words else ():
            if word in words:
                told = telling(word) * max(0.0, 1.0 - replaced)
                self._reach(position + 1, (words[word], slots), path, replaced, (told, told))

    def _pass_over(self, position: int, key: _Key, path: _Path) -> None:
        """Take the next word for a stray one, or for any word of the template.

        The verb that an order begins with is what was said, whatever it was said of.
        """
        state, slots = key
        said, words = self._said[position], self._states[state].words
        stray = strayed(said, is_first=state == 0)
        if stray <= _SMALL_WORD:
            self._reach(position + 1, key, path, stray)
        is_verb = state == 0 and said in words
        if not path.has_lost and not is_verb and not is_decisive(said):
            self._reach(position + 1, key, path, _LOST)
            for target in words.values():
                self._reach(position + 1, (target, slots), path, _LOST)

    def _fill(self, position: int, key: _Key, path: _Path) -> None:
        """Read the next words as a phrase of a list; words as they are would prove nothing."""
        state, slots = key
        for reference, target in self._states[state].slots:
            for span in self._spans_of(reference.source, position):
                if span.phrase is not None:
                    is_exact = span.cost == 0
                    filled = Filled(reference.slot, position, span.end, span.phrase, is_exact)
                    told = sum(map(telling, span.phrase)) * max(0.0, 1.0 - span.cost)
                    after = (target, (*slots, filled))
                    self._reach(span.end, after, path, span.cost, (told, 0.0))

    def _spans_of(self, name: str, position: int) -> list[Span]:
        key = (name, position)
        if key not in self._spans:
            self._spans[key] = self._lists[name].spans(self._said, position, self._sounds)
        return self._spans[key]

    def _reach(
        self, position: int, key: _Key, path: _Path, cost: float, told: _Told = _NOTHING
    ) -> bool:
        """Add a path to a place; False where it costs too much, or a better one leads there."""
        total = path.cost + cost
        if total > (_MOST if path.has_lost or cost >= _LOST else _SMALL):
            return False
        frontier = self._frontiers[position]
        known = frontier.get(key)
        if known is not None and known.cost <= total:
            return False
        frontier[key] = _Path(total, (path.told[0] + told[0], path.told[1] + told[1]))
        return True
