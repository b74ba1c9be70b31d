"""Whether a recogniser's graph holds a sentence: a search through its automaton."""

from __future__ import annotations

from voiced.stages import WordGraph


def accepts(graph: WordGraph, text: str) -> bool:
    following: dict[int, list[tuple[str | None, int]]] = {}
    for arc in graph.arcs:
        following.setdefault(arc.source, []).append((arc.word, arc.target))

    def closed(states: set[int]) -> set[int]:
        pending = list(states)
        while pending:
            for word, target in following.get(pending.pop(), ()):
                if word is None and target not in states:
                    states.add(target)
                    pending.append(target)
        return states

    states = closed({graph.start})
    for said in text.split():
        states = closed({t for s in states for word, t in following.get(s, ()) if word == said})
    return graph.final in states
