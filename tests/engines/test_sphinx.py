from __future__ import annotations

from itertools import islice, product

import pytest

from voiced.config import TranscriberSettings
from voiced.engines.sphinx import Decoders
from voiced.grammar import Grammar, ListPhrases
from voiced.stages import WordGraph

pytestmark = pytest.mark.engine

MANY = 3100


def names(first: str, count: int) -> list[str]:
    """Words that are in no dictionary."""
    letters = product("bdgklmnprtvz", "aeiou", "bdgklmnprtvz", "aeiou")
    return [f"{first}{''.join(each)}" for each in islice(letters, count)]


def graph(phrases: list[str]) -> WordGraph:
    return Grammar.from_templates({"x": ["open {name}"]}, {"name": ListPhrases(phrases)}).graph


def knows(decoders: Decoders, word: str) -> bool:
    return decoders.grammar.raw.lookup_word(word) is not None


def test_names_that_are_gone_are_forgotten_in_the_end() -> None:
    decoders = Decoders(TranscriberSettings())
    old, new = names("xo", MANY), names("zu", 3)
    decoders.listen_for(graph(old))
    assert all(knows(decoders, word) for word in old)
    decoders.listen_for(graph(new))
    assert not any(knows(decoders, word) for word in old)
    assert all(knows(decoders, word) for word in new)
    decoders.grammar.begin()
    decoders.grammar.end()


def test_a_large_grammar_that_changes_a_little_is_not_made_anew() -> None:
    decoders = Decoders(TranscriberSettings())
    many = names("xo", MANY)
    decoders.listen_for(graph(many))
    kept = decoders.grammar
    decoders.listen_for(graph([*many[1:], *names("zu", 1)]))
    assert decoders.grammar is kept


def test_loose_words_sound_as_they_do_elsewhere_and_have_names_of_their_own() -> None:
    decoders = Decoders(TranscriberSettings())
    notes = ListPhrases([], is_open=True)
    decoders.listen_for(Grammar.from_templates({"x": ["note {name}"]}, {"name": notes}).graph)
    raw = decoders.grammar.raw
    assert raw.lookup_word("~budget") == raw.lookup_word("budget")
    assert raw.lookup_word("~note") is None
