from __future__ import annotations

from weakref import ref

import pytest
from cases import every
from word_graphs import accepts

from voiced.grammar import Grammar, ListPhrases
from voiced.grammar.overlap import overlap_graph
from voiced.speech.overlap_words import is_backchannel, is_stop
from voiced.stages import WordGraph

ORDERS = Grammar.from_templates(
    {"light": ["turn on the {room} light"], "time": ["what time is it"]},
    {"room": ListPhrases(["kitchen", "living room"])},
)


@every("text", ["stop", "wait", "no", "no no no", "hold on", "never mind"])
def test_stop_words_are_sentences_of_their_own(text: str) -> None:
    assert accepts(overlap_graph(ORDERS.graph), text)
    assert is_stop(text)


@every("text", ["mhm", "yeah", "oh okay", "right right", "i see", "uh huh"])
def test_backchannels_may_be_said_a_few_in_a_row(text: str) -> None:
    assert accepts(overlap_graph(ORDERS.graph), text)
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["what time is it", "turn on the living room light", "right what time is it"]
)
def test_orders_stay_what_they_were_also_after_a_backchannel(text: str) -> None:
    assert accepts(overlap_graph(ORDERS.graph), text)


@pytest.mark.parametrize("text", ["", "what time", "stop what time is it", "wait yeah"])
def test_nothing_else_is_a_sentence(text: str) -> None:
    assert not accepts(overlap_graph(ORDERS.graph), text)


@every("text", ["ha ha", "haha haha"])
def test_a_laugh_is_a_sentence_that_nothing_follows(text: str) -> None:
    assert accepts(overlap_graph(ORDERS.graph), text)
    assert is_backchannel(text)
    assert not accepts(overlap_graph(ORDERS.graph), f"{text} what time is it")


def test_every_word_is_known_to_those_who_say_what_it_means() -> None:
    graph = overlap_graph(WordGraph(2, 0, 1, ()))
    for arc in graph.arcs:
        if arc.source == graph.start and arc.target == graph.final and arc.word:
            assert is_stop(arc.word) or is_backchannel(arc.word)
    assert all(0 < arc.weight <= 1 for arc in graph.arcs)
    touched = {state for arc in graph.arcs for state in (arc.source, arc.target)}
    assert touched == set(range(graph.states))


def test_the_same_graph_gives_the_same_object_and_is_left_alone() -> None:
    graph = ORDERS.graph
    before = graph.arcs
    assert overlap_graph(graph) is overlap_graph(graph)
    assert graph.arcs is before
    others = [WordGraph(2, 0, 1, ()) for _ in range(9)]
    larger = [overlap_graph(each) for each in others]
    assert len({id(each) for each in larger}) == len(others)
    assert overlap_graph(others[-1]) is larger[-1]


def test_a_graph_that_is_gone_is_kept_no_longer() -> None:
    graph = WordGraph(2, 0, 1, ())
    larger = ref(overlap_graph(graph))
    assert larger() is not None
    del graph
    overlap_graph(ORDERS.graph)
    assert larger() is None
