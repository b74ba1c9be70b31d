"""The sentences of tests/sentences: what people say, what is misheard, what is no order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiced.bench.sentences.judging import Found, Judge
from voiced.bench.sentences.material import CLEAN, OUTSIDE, Material, Sentence, load_material
from voiced.grammar import Grammar
from voiced.plugin import Intent

FOLDER = Path(__file__).with_name("sentences")


@pytest.fixture(scope="module")
def material() -> Iterator[Material]:
    with load_material(FOLDER) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def verdicts(material: Material) -> list[tuple[Sentence, str]]:
    grammar = Grammar.compile(material.intents, material.house)
    judge = Judge(material.intents, material.house)
    found = []
    for sentence in material.sentences:
        best = judge.nearest(grammar.match([(sentence.text, 1.0)]))
        guesses = grammar.guesses(sentence.text) if best is None else ()
        if guesses:
            asked = [Found(each.intent, each.slots) for each in guesses]
            found.append((sentence, judge.verdict_of_guesses(sentence, asked)))
        else:
            found.append((sentence, judge.verdict(sentence, best)))
    return found


def test_there_are_enough_of_each(material: Material) -> None:
    kinds = Counter(sentence.kind for sentence in material.sentences)
    orders = sum(kinds.values()) - kinds[OUTSIDE]
    assert orders >= 600
    assert orders - kinds[CLEAN] >= orders / 3
    assert kinds[OUTSIDE] >= 150
    texts = Counter(sentence.text for sentence in material.sentences)
    assert [text for text, count in texts.items() if count > 1] == []


def needs_no_talk_before(intent: Intent) -> bool:
    """Whether it can be said, and also when nothing was named before."""
    required = [slot.type for slot in intent.slots.values() if slot.required]
    only_points = any(hasattr(each, "from_entity") and not each.is_open for each in required)
    return bool(intent.sentences) and (not only_points or intent.name.startswith("writing."))


def test_every_intent_is_spoken_of(material: Material) -> None:
    told = {sentence.intent for sentence in material.sentences if sentence.kind == CLEAN}
    assert {each.name for each in material.intents if needs_no_talk_before(each)} - told == set()


def share(verdicts: list[tuple[Sentence, str]], verdict: str, *, clean: bool) -> float:
    of_kind = [
        found
        for sentence, found in verdicts
        if sentence.kind != OUTSIDE and (sentence.kind == CLEAN) == clean
    ]
    return 100.0 * of_kind.count(verdict) / len(of_kind)


def test_clean_sentences_are_understood(verdicts: list[tuple[Sentence, str]]) -> None:
    assert share(verdicts, "right", clean=True) >= 98.0
    assert share(verdicts, "wrong", clean=True) <= 0.5


def test_most_with_one_error_are_understood(verdicts: list[tuple[Sentence, str]]) -> None:
    assert share(verdicts, "right", clean=False) >= 87.0
    assert share(verdicts, "asked", clean=False) >= 2.0
    assert share(verdicts, "misasked", clean=False) <= 0.5
    assert share(verdicts, "wrong", clean=False) <= 4.5


def test_what_is_no_order_is_refused(verdicts: list[tuple[Sentence, str]]) -> None:
    taken = [s.text for s, verdict in verdicts if s.kind == OUTSIDE and verdict != "right"]
    assert taken == []
