"""The recogniser's graph: every sentence of a grammar over words, slots erased.

Short lists are written out and the whole is made as small as it can be. A long list (a thousand
file names) stands once for each place that can follow it. An open list that has phrases is only
its phrases here, since a loop over loose words swallows whatever is said; one that has none is a
loop over common words, and dictation may hear it better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from voiced.grammar.automaton import Automaton, smallest
from voiced.grammar.templates import Accept, Label, Net, SlotRef
from voiced.stages import Arc, WordGraph

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

_INLINE_ARCS = 64
_OPEN_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class WordList:
    """The phrases of one list; ``is_open``: other words are taken too."""

    automaton: Automaton[str]
    is_open: bool

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
    flat = _inlined(net, {name: lists[name].automaton for name in short})
    skeleton: Automaton[Label] = smallest(flat.states, flat.arcs)
    return _Writer(skeleton, lists, tuple(open_words)).write()


def _inlined(net: Net, short: Mapping[str, Automaton[str]]) -> Net:
    """Write short lists out, erase slots and intents."""
    flat = Net(states=net.states)
    for source, label, target in net.arcs:
        match label:
            case SlotRef(name, _) if name in short:
                _insert(flat, short[name], source, target)
            case SlotRef(name, _):
                flat.join(source, SlotRef(name, ""), target)
            case Accept():
                flat.join(source, None, target)
            case _:
                flat.join(source, label, target)
    return flat


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
        self._open_words = open_words
        self._arcs: list[Arc] = []
        self._final = len(skeleton.arcs)
        self._states = self._final + 1
        self._entries: dict[tuple[str, int], int] = {}

    def write(self) -> WordGraph:
        for state, arcs in enumerate(self._skeleton.arcs):
            share = 1.0 / max(1, len(arcs))
            for label, target in arcs.items():
                for end in self._targets(target):
                    self._label(state, label, end, share)
        return self._numbered()

    def _numbered(self) -> WordGraph:
        """Leave out the numbers of states that no arc touches."""
        touched = {0, self._final}
        touched.update(state for arc in self._arcs for state in (arc.source, arc.target))
        number = {state: index for index, state in enumerate(sorted(touched))}
        arcs = tuple(
            replace(arc, source=number[arc.source], target=number[arc.target]) for arc in self._arcs
        )
        return WordGraph(len(number), 0, number[self._final], arcs)

    def _targets(self, target: int) -> list[int]:
        """A state that accepts becomes the final one; if it also goes on, it stays besides."""
        if target not in self._skeleton.ends:
            return [target]
        return [self._final, target] if self._skeleton.arcs[target] else [self._final]

    def _label(self, source: int, label: Label, target: int, share: float) -> None:
        if isinstance(label, SlotRef):
            self._arcs.append(Arc(source, self._entry(label.source, target), None, share))
        elif isinstance(label, str):
            self._arcs.append(Arc(source, target, label, share))

    def _entry(self, name: str, target: int) -> int:
        """The state where a copy of the list begins that ends in ``target``."""
        key = (name, target)
        if key not in self._entries:
            self._entries[key] = self._states
            self._phrases(self._lists[name], target)
        return self._entries[key]

    def _phrases(self, words: WordList, target: int) -> None:
        offset = self._states
        phrases = words.automaton
        self._states += len(phrases.arcs)
        for state, arcs in enumerate(phrases.arcs):
            share = 1.0 / max(1, len(arcs))
            for word, following in arcs.items():
                if following in phrases.ends:
                    self._arcs.append(Arc(offset + state, target, word, share))
                if phrases.arcs[following]:
                    self._arcs.append(Arc(offset + state, offset + following, word, share))
        if words.is_open and not words.size:
            self._loop(offset, words, target)

    def _loop(self, entry: int, words: WordList, target: int) -> None:
        loop = self._states
        self._states += 1
        vocabulary = sorted({*words.words, *self._open_words})
        for word in vocabulary:
            self._arcs.append(Arc(entry, loop, word, _OPEN_SHARE / len(vocabulary)))
            self._arcs.append(Arc(loop, loop, word, 0.5 / len(vocabulary)))
        self._arcs.append(Arc(loop, target, None, 0.5))
