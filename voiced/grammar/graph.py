"""The recogniser's graph: the sentences of a grammar over words, slots erased.

Short lists are written out and the whole is made as small as it can be. A long list (a thousand
file names) stands once for each place that can follow it, and a very long one once for each slot
that it fills (see sharing.py). An open list that has phrases is only its phrases here, since a
loop over loose words swallows whatever is said; all that have none are one loop over common
words, unlikely ones: it takes what is no sentence, and dictation may hear better what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voiced.grammar.arcs import PackedArcs
from voiced.grammar.automaton import Automaton, smallest
from voiced.grammar.sharing import shared
from voiced.grammar.templates import Accept, Label, Net, SlotRef
from voiced.stages import WordGraph

__all__ = ["OPEN_WORDS", "WordList", "word_graph"]

OPEN_WORDS: tuple[str, ...] = (
    *"zero one two three four five six seven eight nine ten eleven twelve thirteen".split(),
    *"fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty".split(),
    *"sixty seventy eighty ninety hundred thousand first second third".split(),
    *"dot dash underscore space slash and of the for my new old copy draft final version".split(),
    *"notes report list letter budget photo picture document text pdf january february".split(),
    *"march april may june july august september october november december".split(),
    *"monday tuesday wednesday thursday friday saturday sunday today tomorrow".split(),
)
"""Words that an open slot takes in the recogniser besides those of its phrases."""

_INLINE_ARCS = 12
_SHARED_ARCS = 100
_LOOSE = SlotRef("", "")
"""All open lists that have no phrases."""

_ENTERED, _AGAIN = 1e-6, 1e-3
"""The shares of the first and of each further loose word, over all words."""

_LEFT = 0.5
"""The share of leaving where more could follow."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class WordList:
    """The phrases of one list; ``is_open``: other words are taken too; see ``ListPhrases``."""

    automaton: Automaton[str]
    is_open: bool
    is_certain: bool = False

    @property
    def words(self) -> list[str]:
        """Every word of the phrases, in a stable order."""
        return sorted({word for arcs in self.automaton.arcs for word in arcs})

    @property
    def size(self) -> int:
        """How many arcs the phrases need."""
        return sum(len(arcs) for arcs in self.automaton.arcs)


def word_graph(
    net: Net, lists: Mapping[str, WordList], open_words: Iterable[str] = OPEN_WORDS
) -> WordGraph:
    """Build the graph of all sentences of ``net``.

    Args:
        net: The templates of all intents.
        lists: The lists that the net refers to, by name.
        open_words: Words that open slots take besides the words of their phrases.
    """
    short = {
        name for name, words in lists.items() if not words.is_open and words.size <= _INLINE_ARCS
    }
    flat = _flat(net, lists, {name: lists[name].automaton for name in short})
    skeleton: Automaton[Label] = smallest(flat.states, flat.arcs)
    shared_out = shared(skeleton, lambda label: _size(lists, label.source) > _SHARED_ARCS)
    return _Writer(shared_out, lists, tuple(open_words)).write()


def _size(lists: Mapping[str, WordList], name: str) -> int:
    return lists[name].size if name in lists else 0


def _flat(net: Net, lists: Mapping[str, WordList], short: Mapping[str, Automaton[str]]) -> Net:
    """Write short lists out, erase slots and intents."""
    flat = Net(states=net.states)
    for source, label, target in net.arcs:
        match label:
            case SlotRef(name, _) if name in short:
                _insert(flat, short[name], source, target)
            case SlotRef(name, slot):
                flat.join(source, _erased(lists, name, slot), target)
            case Accept():
                flat.join(source, None, target)
            case _:
                flat.join(source, label, target)
    return flat


def _erased(lists: Mapping[str, WordList], name: str, slot: str) -> SlotRef:
    if not lists[name].size and lists[name].is_open:
        return _LOOSE
    return SlotRef(name, slot if lists[name].size > _SHARED_ARCS else "")


def _insert(net: Net, phrases: Automaton[str], source: int, target: int) -> None:
    offset = net.states
    net.states += len(phrases.arcs)
    net.join(source, None, offset)
    for state, arcs in enumerate(phrases.arcs):
        for word, following in arcs.items():
            net.join(offset + state, word, offset + following)
        if state in phrases.ends:
            net.join(offset + state, None, target)


class _Writer:
    """Writes the skeleton's arcs as words, and long lists in place of references to them."""

    def __init__(
        self,
        skeleton: Automaton[Label],
        lists: Mapping[str, WordList],
        open_words: tuple[str, ...],
    ) -> None:
        self._skeleton = skeleton
        self._lists = lists
        self._open_words = sorted(set(open_words))
        self._arcs = PackedArcs()
        self._final = len(skeleton.arcs)
        self._states = self._final + 1
        self._entries: dict[tuple[str, int], int] = {}

    def write(self) -> WordGraph:
        for state, arcs in enumerate(self._skeleton.arcs):
            share = 1.0 / max(1, len(arcs))
            for label, target in arcs.items():
                end = target if self._skeleton.arcs[target] else self._final
                if isinstance(label, SlotRef):
                    self._arcs.add(state, self._entry(label.source, end), None, share)
                elif isinstance(label, str):
                    self._arcs.add(state, end, label, share)
            if state in self._skeleton.ends and arcs:
                self._arcs.add(state, self._final, None, _LEFT)
        return self._numbered()

    def _numbered(self) -> WordGraph:
        """Leave out the numbers of states that no arc touches."""
        touched = {0, self._final} | self._arcs.touched
        number = {state: index for index, state in enumerate(sorted(touched))}
        self._arcs.renumber(number)
        return WordGraph(len(number), number[0], number[self._final], self._arcs)

    def _entry(self, name: str, target: int) -> int:
        """The state where a copy of the list begins that ends in ``target``."""
        key = (name, target)
        if key not in self._entries:
            self._entries[key] = self._states
            if name == _LOOSE.source:
                self._loop(target)
            else:
                self._phrases(self._lists[name].automaton, target)
        return self._entries[key]

    def _phrases(self, phrases: Automaton[str], target: int) -> None:
        offset = self._states
        self._states += len(phrases.arcs)
        for state, arcs in enumerate(phrases.arcs):
            share = 1.0 / max(1, len(arcs))
            for word, following in arcs.items():
                end = offset + following if phrases.arcs[following] else target
                self._arcs.add(offset + state, end, word, share)
            if state in phrases.ends and arcs:
                self._arcs.add(offset + state, target, None, _LEFT)

    def _loop(self, target: int) -> None:
        entry, loop = self._states, self._states + 1
        self._states += 2
        entered, again = _ENTERED / len(self._open_words), _AGAIN / len(self._open_words)
        for word in self._open_words:
            self._arcs.add(entry, loop, word, entered, is_loose=True)
            self._arcs.add(loop, loop, word, again, is_loose=True)
        self._arcs.add(loop, target, None, _LEFT)
