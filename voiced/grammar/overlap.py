"""The recogniser's graph while a reply is being spoken: stop words and backchannels besides.

A recogniser that knows only orders makes an order of every "mhm". The words may be said alone, a
few in a row, or before an order: "okay stop", "right, what time is it". What they mean is told by
voiced.speech.overlap_words. Words that noise is taken for ("hush" in a breath) are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from weakref import ref

from voiced.grammar.arcs import PackedArcs, rows_of
from voiced.stages import Arc, WordGraph

__all__ = ["overlap_graph"]

_STOPS = (
    "stop", "stop stop", "wait", "wait wait", "wait a minute", "wait a second", "no", "no no",
    "no no no", "no wait", "no stop", "hold on", "hang on", "quiet", "be quiet", "enough", "pause",
    "shut up", "never mind", "cancel",
)  # fmt: skip
_BACKCHANNELS = (
    "mhm", "mm hm", "hm", "hmm", "uh huh", "yeah", "yes", "yep", "right", "okay", "alright", "sure",
    "i see", "got it", "oh", "ah", "wow", "cool", "nice", "great", "really", "exactly",
    "no problem",
)  # fmt: skip
_LAUGHS = ("ha ha", "haha", "ha ha ha", "haha haha")
"""Nothing follows them here: of a longer laugh "stop" would be made."""


_SHARE, _AGAIN, _BEFORE_AN_ORDER = 0.5, 0.02, 0.02
"""What the sound says decides: nothing changes with other shares between a tenth and ten times."""

_built: list[tuple[ref[WordGraph], WordGraph]] = []


def overlap_graph(graph: WordGraph) -> WordGraph:
    """``graph`` with words that are said into a reply; the same object for the same graph.

    A recogniser builds its search when the identity of the graph changes, so it is kept as long as
    ``graph`` lives.
    """
    _built[:] = [(known, larger) for known, larger in _built if known() is not None]
    for known, larger in _built:
        if known() is graph:
            return larger
    larger = _Union(graph).graph()
    _built.append((ref(graph), larger))
    return larger


class _Union:
    """Puts a new start before a graph, and sentences of its own beside it."""

    def __init__(self, graph: WordGraph) -> None:
        self._graph = graph
        self._start, self._listening = graph.states, graph.states + 1
        self._states = graph.states + 2
        self._arcs = [
            Arc(self._start, graph.start, None, 1.0 - _SHARE),
            Arc(self._listening, graph.start, None, _BEFORE_AN_ORDER),
            Arc(self._listening, graph.final, None, 1.0 - _AGAIN - _BEFORE_AN_ORDER),
        ]

    def graph(self) -> WordGraph:
        final, share = self._graph.final, _SHARE / (len(_STOPS) + len(_BACKCHANNELS) + len(_LAUGHS))
        self._add((*_STOPS, *_LAUGHS), self._start, final, share)
        self._add(_BACKCHANNELS, self._start, self._listening, share)
        again = _AGAIN / len(_BACKCHANNELS)
        self._add(_BACKCHANNELS, self._listening, self._listening, again)
        arcs = PackedArcs(chain(rows_of(self._graph.arcs), rows_of(self._arcs)))
        return WordGraph(self._states, self._start, final, arcs)

    def _add(self, phrases: Iterable[str], source: int, target: int, share: float) -> None:
        for phrase in phrases:
            *words, last = phrase.split()
            state, weight = source, share
            for word in words:
                self._arcs.append(Arc(state, self._states, word, weight))
                state, weight = self._states, 1.0
                self._states += 1
            self._arcs.append(Arc(state, target, last, weight))
