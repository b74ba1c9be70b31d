"""A transcriber whose user may call it by name: the name is no part of what was said."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing
from dataclasses import replace

from voiced.audio import AudioFrame
from voiced.spoken import normalise, sound_similarity
from voiced.stages import Arc, Hints, Hypothesis, Transcriber, Transcript, WordGraph

__all__ = ["NamedTranscriber", "with_names", "without_name"]

_ALIKE = 0.9
_WEIGHT = 0.5
_KEPT = 3
"""The grammar, what is said into a reply, and what changed last: a recogniser knows them again."""


class NamedTranscriber:
    """Another transcriber, that expects the names before and after every sentence.

    Args:
        own: Does the work.
        names: What it is called.
    """

    def __init__(self, own: Transcriber, names: Sequence[str]) -> None:
        self._own = own
        self._names = tuple(words for name in names if (words := tuple(normalise(name))))
        self._graphs: list[tuple[WordGraph, WordGraph]] = []

    async def prepare(self) -> None:
        """Prepare the other one."""
        await self._own.prepare()

    async def aclose(self) -> None:
        """Free the other one."""
        await self._own.aclose()

    @property
    def supports_partials(self) -> bool:
        """As the other one."""
        return self._own.supports_partials

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """As the other one, but for the name; what is the name alone stays."""
        if hints.graph is not None:
            hints = replace(hints, graph=self._named(hints.graph))
        async with aclosing(self._own.transcribe(audio, hints)) as transcripts:
            async for transcript in transcripts:
                yield self._without(transcript)

    def _named(self, graph: WordGraph) -> WordGraph:
        for known, named in self._graphs:
            if known is graph:
                return named
        named = with_names(graph, self._names)
        self._graphs = [*self._graphs[1 - _KEPT :], (graph, named)]
        return named

    def _without(self, transcript: Transcript) -> Transcript:
        others = tuple(
            Hypothesis(without_name(each.text, self._names), each.confidence)
            for each in transcript.alternatives
        )
        text = without_name(transcript.text, self._names)
        return replace(transcript, text=text, alternatives=others)


def without_name(text: str, names: Sequence[tuple[str, ...]]) -> str:
    """The text without a name at its begin or end, or what sounds like it there."""
    words = text.split()
    for name in names:
        count = len(name)
        if len(words) <= count:
            continue
        if _is_name(words[:count], name):
            return " ".join(words[count:])
        if _is_name(words[-count:], name):
            return " ".join(words[:-count]).rstrip(",;")
    return text


def _is_name(words: Sequence[str], name: tuple[str, ...]) -> bool:
    said = " ".join(normalise(" ".join(words)))
    wanted = " ".join(name)
    return said == wanted or sound_similarity(said, wanted) >= _ALIKE


def with_names(graph: WordGraph, names: Sequence[tuple[str, ...]]) -> WordGraph:
    """The graph with a name before or after each sentence, or neither."""
    begin, end, states = graph.states, graph.states + 1, graph.states + 2
    arcs = [Arc(begin, graph.start, None, _WEIGHT), Arc(graph.final, end, None, _WEIGHT)]
    for source, target in ((begin, graph.start), (graph.final, end)):
        for name in names:
            share = (1 - _WEIGHT) / len(names)
            last = source
            for word in name[:-1]:
                arcs.append(Arc(last, states, word, share))
                last, share, states = states, 1.0, states + 1
            arcs.append(Arc(last, target, name[-1], share))
    return WordGraph(states, begin, end, (*graph.arcs, *arcs))
