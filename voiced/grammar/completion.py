"""Does a text end a sentence of the grammar, may it go on, or must it? For partial transcripts.

A text is walked through the templates word by word, without the aligner: this is asked for every
partial. Where no word fits any more, a second walk forgives about one lost or changed word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from voiced.grammar.costs import Sounds, added, led_in
from voiced.grammar.graph import WordList
from voiced.grammar.rewording import COURTESIES
from voiced.grammar.states import State
from voiced.grammar.steps import NO_LIST, Completion, Place, Steps
from voiced.spoken import FILLERS, normalise

__all__ = ["Completer", "Completion"]

_MAX_WORDS = 40
"""Longer texts are dictation: nothing is known of them."""

_MAX_KNOWN = 512
_FORGIVEN, _FORGIVEN_WORDS = 0.5, 3
"""What the second walk may cost (see costs.py), and how long a text is that it is tried on."""

_AS_GOOD = 0.15
"""Readings that cost so little more than the best one count as well."""

_HESITATION = frozenset("uh uhm um er erm eh hm hmm so well actually".split())
"""Who ends with one of these is about to go on."""

_UNKNOWN = Completion()
_START: Place = (0, NO_LIST, 0)


class Completer:
    """Judges texts against templates and lists. Keeps the answers to the latest ones."""

    def __init__(
        self,
        states: Sequence[State],
        lists: Mapping[str, WordList],
        sounds: Sounds,
        choosy: Collection[str] = (),
    ) -> None:
        self._steps = Steps(states, lists, choosy)
        self._sounds = sounds
        self._known: dict[tuple[str, ...], Completion] = {}

    def completion(self, text: str) -> Completion:
        """What is known of the end of ``text``; never raises."""
        words = normalise(text)
        known = self._known.get(words)
        if known is None:
            known = self._judge(words)
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[words] = known
        return known

    def _judge(self, words: tuple[str, ...]) -> Completion:
        if FILLERS.issuperset(words) or len(words) > _MAX_WORDS:
            return _UNKNOWN
        bare = _without_courtesy(words)
        found = self._walked([words, bare] if bare and bare != words else [words])
        if found.is_complete and words[-1] in _HESITATION:
            return Completion(is_complete=True, can_go_on=True, is_open=found.is_open)
        return found

    def _walked(self, texts: Sequence[Sequence[str]]) -> Completion:
        """What is known if names are known ones; else if they are any words; else nearly."""
        closed = _best(self._exact(words, any_words=False) for words in texts)
        if closed.is_complete:
            return closed
        opened = _best(self._exact(words, any_words=True) for words in texts)
        if opened.is_complete or closed.is_prefix:
            return opened
        return _best([self._forgiving(texts[-1]), opened])

    def _exact(self, words: Sequence[str], *, any_words: bool) -> Completion:
        places: set[Place] = {_START}
        for word in words:
            is_filler, leads_in = word in FILLERS, led_in(word) < added("the")
            reached = {place for place in places if is_filler or (leads_in and place[0] == 0)}
            for place in places:
                reached.update(self._steps.heard(place, word, any_words=any_words))
            if not reached:
                return _UNKNOWN
            places = reached
        return self._steps.judged(places, words[-1])

    def _forgiving(self, words: Sequence[str]) -> Completion:
        """The walk over known words with one of them lost, added or changed."""
        if len(words) < _FORGIVEN_WORDS:
            return _UNKNOWN
        places: dict[Place, float] = {_START: 0.0}
        for word in words:
            reached: dict[Place, float] = {}
            readings = [each for each in self._sounds.candidates(word) if each[1] <= _FORGIVEN]
            for place, cost in self._with_skips(places).items():
                stray = led_in(word) if place[0] == 0 else added(word)
                _keep(reached, place, cost + stray)
                for reading, replaced in readings:
                    for target in self._steps.heard(place, reading, any_words=False):
                        _keep(reached, target, cost + replaced)
            if not reached:
                return _UNKNOWN
            places = reached
        most = min(places.values()) + _AS_GOOD
        return self._steps.judged(
            {place for place, cost in places.items() if cost <= most}, words[-1]
        )

    def _with_skips(self, places: Mapping[Place, float]) -> dict[Place, float]:
        """The places, and those behind one word of a template that was not said."""
        found = dict(places)
        for place, cost in places.items():
            for target, skipped in self._steps.skips(place):
                _keep(found, target, cost + skipped)
        return found


def _keep(places: dict[Place, float], place: Place, cost: float) -> None:
    if cost <= _FORGIVEN and cost < places.get(place, _FORGIVEN + 1.0):
        places[place] = cost


def _without_courtesy(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without those at the end that are only polite."""
    shorter = True
    while shorter:
        shorter = False
        while words and words[-1] in FILLERS:
            words = words[:-1]
        for each in COURTESIES:
            if len(words) > len(each) and words[-len(each) :] == each:
                words, shorter = words[: -len(each)], True
    return words


def _best(found: Iterable[Completion]) -> Completion:
    """The first that is whole, else the first that begins something."""
    best = _UNKNOWN
    for each in found:
        if each.is_complete:
            return each
        best = best if best.is_prefix else each
    return best
