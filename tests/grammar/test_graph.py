from __future__ import annotations

import time

from word_graphs import accepts

from voiced.grammar import Grammar, ListPhrases
from voiced.grammar.arcs import PackedArcs, rows_of
from voiced.stages import Arc, WordGraph

ROWS = [first + last for first in "klmnp" for last in "aeiou"]
ROOMS = ListPhrases(["kitchen", "living room"])


def test_every_wording_is_in_the_graph_and_nothing_else() -> None:
    grammar = Grammar.from_templates(
        {"light": ["(turn|switch) on [the] {room} light[s]"], "stop": ["stop [it]"]},
        {"room": ROOMS},
    )
    for text in ("turn on the living room lights", "switch on kitchen light", "stop", "stop it"):
        assert accepts(grammar.graph, text)
    for text in ("", "turn on the room lights", "turn on kitchen", "stop the", "light"):
        assert not accepts(grammar.graph, text)


def test_parts_in_any_order() -> None:
    grammar = Grammar.from_templates({"x": ["get (small;[hot];{what})"]}, {"what": ROOMS})
    for text in ("get small hot kitchen", "get kitchen small", "get hot living room small"):
        assert accepts(grammar.graph, text)
    for text in ("get small", "get kitchen hot", "get small small kitchen"):
        assert not accepts(grammar.graph, text)


def test_an_open_slot_without_phrases_takes_common_words() -> None:
    notes = ListPhrases([], is_open=True)
    graph = Grammar.from_templates({"x": ["make a note {name} please"]}, {"name": notes}).graph
    for text in ("list", "old budget report two thousand"):
        assert accepts(graph, f"make a note {text} please")
    assert not accepts(graph, "make a note please")
    assert not accepts(graph, "make a note giraffe please")


def test_an_open_slot_with_phrases_takes_them_alone() -> None:
    notes = ListPhrases(["shopping list", "tax papers"], is_open=True)
    graph = Grammar.from_templates({"x": ["make a note {name} please"]}, {"name": notes}).graph
    assert accepts(graph, "make a note tax papers please")
    assert not accepts(graph, "make a note tax list please")


def test_a_long_list_in_many_places_is_there_once_for_each_slot() -> None:
    lists = {"file": ListPhrases([f"{each}{other}" for each in ROWS for other in ROWS])}
    one = Grammar.from_templates({"a": ["print {file} twice"]}, lists).graph
    templates = {"a": ["print {file} twice"], "b": ["send {file} to anna"], "c": ["show {file}"]}
    graph = Grammar.from_templates(templates, lists).graph
    for text in ("print kalo twice", "send mika to anna", "show lolo"):
        assert accepts(graph, text)
    assert not accepts(graph, "show twice")
    assert len(graph.arcs) < len(one.arcs) + 20


def test_only_words_that_stand_for_any_are_loose() -> None:
    notes = ListPhrases([], is_open=True)
    graph = Grammar.from_templates({"x": ["note {name}", "stop"]}, {"name": notes}).graph
    assert graph.has_loose_words
    assert not {arc.word for arc in graph.arcs if arc.is_loose} & {"note", "stop"}
    assert not Grammar.from_templates({"x": ["stop"]}, {}).graph.has_loose_words


def test_weights_are_shares() -> None:
    notes = ListPhrases([], is_open=True)
    graph = Grammar.from_templates({"x": ["note {name}", "stop"]}, {"name": notes}).graph
    assert all(0 < arc.weight <= 1 for arc in graph.arcs)
    assert {state for arc in graph.arcs for state in (arc.source, arc.target)} == set(
        range(graph.states)
    )


def many_names(count: int) -> list[str]:
    syllables = "ba ke li mo nu ra se ti vo zu da fe gi ho ju".split()
    size = len(syllables)
    names = []
    for index in range(count):
        first = syllables[index % size] + syllables[index // size % size]
        second = syllables[index * 7 % size] + syllables[index * 3 % 11] + "n"
        names.append(f"{first} {second} {'report' if index % 3 else 'notes'} [dot (pdf|text)]")
    return names


def test_a_thousand_names_in_many_places_stay_small_and_fast() -> None:
    verbs = "open show find delete copy send print read list close rename move".split()
    templates = {verb: [f"{verb} [the] [file] {{file}} [please]"] for verb in verbs}
    templates["into"] = ["put {file} into {file:target}"]
    lists = {"file": ListPhrases(many_names(1000))}
    began_s = time.process_time()
    grammar = Grammar.from_templates(templates, lists)
    assert time.process_time() - began_s < 3.0
    assert len(grammar.graph.arcs) < 30_000
    assert accepts(grammar.graph, "delete the file bake kebin report dot pdf") is accepts(
        grammar.graph, "print bake kebin report please"
    )


def test_packed_arcs_are_those_that_were_put_in() -> None:
    arcs = [Arc(0, 1, "note"), Arc(1, 1, "any", 0.25, is_loose=True), Arc(1, 2, None, 0.5)]
    packed = PackedArcs(rows_of(arcs))
    assert list(packed) == arcs
    assert list(PackedArcs(rows_of(packed))) == arcs
    assert not PackedArcs([])
    assert (len(packed), packed[-1], packed[:2]) == (3, arcs[-1], arcs[:2])
    assert WordGraph(3, 0, 2, packed).has_loose_words
    assert not WordGraph(3, 0, 2, PackedArcs(rows_of(arcs[:1]))).has_loose_words
