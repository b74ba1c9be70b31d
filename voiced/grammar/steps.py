"""Where a word leads from a place in templates and lists, and whether a sentence may end there.

The steps of the walk in completion.py; how much a walk may forgive does not belong here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from voiced.grammar.costs import left_out
from voiced.grammar.graph import WordList
from voiced.grammar.states import State
from voiced.grammar.templates import SlotRef
from voiced.spoken import FILLERS

__all__ = ["NO_LIST", "Completion", "Place", "Steps"]

_HANGING = frozenset(
    (
        "a an and as at by for from in into my of on or our the to underscore with your dot dash "
        "latest newest oldest biggest all any some her his its their called named"
    ).split()
)
"""A name that is being said in an open slot does not end with one of these."""

_PRONOUNS = frozenset("everything it nothing them".split())
"""The whole of an open slot: nothing is added to them."""

_FREE_IN_LISTS = frozenset("dot folder file".split())
"""A name may be said without its ending, and is the same name with it."""

_EMPTY, _READY, _HELD, _PRONOUN = -1, -2, -3, -4
"""Inside an open slot: no word that counts, may end, cannot end here, a pronoun alone."""

_NONE = frozenset[str]()
"""One for all states: most have no intent."""

Place: TypeAlias = tuple[int, str, int]
"""Where a walk stands: a state; or the list it is in with the state in it, and the state after."""

NO_LIST = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the grammar knows of the end of a text; nothing where all are False.

    ``is_complete``: it is a whole sentence. ``can_go_on``: it is whole, and more words would make
    another or a longer one; words that would change nothing ("please", "stop [it]") do not count.
    ``is_open``: it ends in a slot that takes any words. ``is_prefix``: it begins a sentence and
    is none yet.
    """

    is_complete: bool = False
    can_go_on: bool = False
    is_prefix: bool = False
    is_open: bool = False


def _named(slots: Sequence[tuple[SlotRef, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted({(slot.source, to) for slot, to in slots}))


class Steps:
    """Where a word leads from a place, and what a place means for the end of the text.

    ``choosy`` are open lists that take some words only ("the PDF Anna sent me", no name): they
    keep no sentence of known words open.
    """

    def __init__(
        self,
        states: Sequence[State],
        lists: Mapping[str, WordList],
        choosy: Collection[str] = (),
    ) -> None:
        self._words = [state.words for state in states]
        self._slots = [_named(state.slots) for state in states]
        self._intents = [frozenset(each.intents) if each.intents else _NONE for each in states]
        self._lists = lists
        self._loose = {
            name
            for name, words in lists.items()
            if words.is_open and not words.size and name not in choosy
        }
        self._first = {(to, name) for slots in self._slots[:1] for name, to in slots}
        self._tails = self._computed_tails()

    def _computed_tails(self) -> list[frozenset[str] | None]:
        """For each state the intents that more words lead to; None where they fill a slot."""
        tails: list[frozenset[str] | None] = [_NONE] * len(self._words)
        for state in reversed(range(len(self._words))):
            if self._slots[state]:
                tails[state] = None
                continue
            intents = _NONE
            for target in self._words[state].values():
                tail = tails[target]
                if tail is None:
                    tails[state] = None
                    break
                intents |= self._intents[target] | tail
            else:
                tails[state] = intents
        return tails

    def heard(self, place: Place, word: str, *, any_words: bool) -> Iterator[Place]:
        """Where a word leads; with ``any_words`` open slots take all that they may take."""
        state, name, within = place
        if name == NO_LIST:
            yield from self._from_state(state, word, any_words=any_words)
            return
        if within < 0:
            yield (state, name, _extended(within, word))
        else:
            following = self._lists[name].automaton.arcs[within].get(word)
            if following is not None:
                yield (state, name, following)
        if self._may_leave(name, within):
            yield from self._from_state(state, word, any_words=any_words)

    def _from_state(self, state: int, word: str, *, any_words: bool) -> Iterator[Place]:
        target = self._words[state].get(word)
        if target is not None:
            yield (target, NO_LIST, 0)
        for name, after in self._slots[state]:
            listed = self._lists[name]
            following = listed.automaton.arcs[0].get(word)
            if following is not None:
                yield (after, name, following)
            if name in self._loose or (any_words and listed.is_open):
                yield (after, name, _extended(_EMPTY, word))

    def _may_leave(self, name: str, within: int) -> bool:
        if within < 0:
            return within in (_READY, _PRONOUN)
        return within in self._lists[name].automaton.ends

    def _may_end(self, place: Place, last: str) -> bool:
        """Files are phrases by their first words, too: "letter to" of "letter to anna"."""
        _, name, within = place
        if name == NO_LIST:
            return True
        is_part = within >= 0 and last in _HANGING and self._lists[name].automaton.arcs[within]
        return not is_part and self._may_leave(name, within)

    def skips(self, place: Place) -> Iterator[tuple[Place, float]]:
        """Where one word that was not said leads, and its cost."""
        state, name, within = place
        if name == NO_LIST or self._may_leave(name, within):
            for word, target in self._words[state].items():
                yield (target, NO_LIST, 0), left_out(word)

    def judged(self, places: set[Place], last: str) -> Completion:
        """What it means that the text ends at one of these places, with the word ``last``."""
        places = {place for place in places if not self._is_anything(place)}
        if not places:
            return Completion()
        ends = {place for place in places if self._may_end(place, last)}
        accepted = frozenset[str]().union(*(self._intents[place[0]] for place in ends))
        if not accepted:
            return Completion(is_prefix=True)
        if any(within >= 0 and self._intents[to] for to, _, within in ends):
            places = {place for place in places if not self._is_guess(place)}
        is_open = any(_READY >= within >= _HELD for _, _, within in places)
        can_go_on = any(self._goes_on(place, accepted) for place in places)
        return Completion(is_complete=True, can_go_on=can_go_on, is_open=is_open)

    def _is_guess(self, place: Place) -> bool:
        """Whether it is in an open slot of a sentence that would have to go on.

        Beside a known name that ends a sentence it says nothing: "delete the draft" is whole, even
        if there could be a bookmark of that name ("delete the draft bookmark").
        """
        after, _, within = place
        return within < 0 and not self._intents[after]

    def _is_anything(self, place: Place) -> bool:
        """Whether it is in an open slot that begins a template: all that is said fits there."""
        after, name, within = place
        return within < 0 and (after, name) in self._first

    def _goes_on(self, place: Place, accepted: frozenset[str]) -> bool:
        state, name, within = place
        if name != NO_LIST and within != _PRONOUN:
            if within < 0 or not self._may_leave(name, within):
                return True
            if not _FREE_IN_LISTS.issuperset(self._longer(name, within)):
                return True
        tail = self._tails[state]
        return tail is None or not tail <= accepted

    def _longer(self, name: str, within: int) -> Iterator[str]:
        """Words by which a phrase becomes another one; letters spell the ending of a name."""
        for word in self._lists[name].automaton.arcs[within]:
            if len(word) > 1 and word not in FILLERS:
                yield word


def _extended(within: int, word: str) -> int:
    """The place in an open slot after one more word."""
    if word in FILLERS:
        return within
    if word in _HANGING:
        return _EMPTY if within == _EMPTY else _HELD
    return _PRONOUN if within == _EMPTY and word in _PRONOUNS else _READY
