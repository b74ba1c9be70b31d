"""Sentences that point at what was named, matched beside those of all other built-in intents."""

from __future__ import annotations

import pytest

from voiced.config import Config
from voiced.grammar import Grammar
from voiced.registry import load_plugins
from voiced.testing.context import FakeContext


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    kinds = ("search", "look", "writing", "talk", "clock", "files")
    plugins = load_plugins(Config().intents)
    known = [each for each in plugins.intents if each.name.partition(".")[0] in kinds]
    return Grammar.compile(known, FakeContext())


@pytest.mark.parametrize(
    ("said", "name", "slots"),
    [
        ("and the second one", "search.more", {"hit": "the second one"}),
        ("and the second one?", "search.more", {"hit": "the second one"}),
        ("what about the third one", "search.more", {"hit": "the third one"}),
        ("tell me more about the last result", "search.more", {"hit": "the last result"}),
        ("what does the first result say", "search.more", {"hit": "the first result"}),
        ("open the second result", "search.open", {"result": "the second result"}),
        ("open that page in the browser", "search.open", {"result": "that page"}),
        ("open the second one", "files.open", {"file": "second one"}),
        ("what is in the second picture", "look.picture", {"picture": "the second picture"}),
        ("describe the last photo", "look.picture", {"picture": "the last photo"}),
    ],
)
def test_it_is_understood(grammar: Grammar, said: str, name: str, slots: dict[str, str]) -> None:
    best = grammar.match([(said, 1.0)])[0]
    assert (best.intent, dict(best.slots)) == (name, slots)
