"""Spelling: the word that is meant, and its letters."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from voiced.aloud import speakable
from voiced.grammar import Grammar
from voiced.testing.context import FakeContext
from voiced_intents.talk import spell


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class Thing:
    spoken: str
    kind: str = "thing"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("budget", "b, u, d, g, e, t."),
        ("Budget_2.xlsx", "capital B, u, d, g, e, t, underscore, two, dot, x, l, s, x."),
        ("PDF-file", "capital P, capital D, capital F, dash, f, i, l, e."),
        ("new york", "n, e, w, space, y, o, r, k."),
        ("caf\u00e9", "c, a, f, e with acute."),
        ("a\u0301\U0001f600", "a with acute, grinning face."),
        ("x" * 80, f"{'x, ' * 60}and so on."),
    ],
)
async def test_letters_are_said_one_by_one(text: str, letters: str) -> None:
    reply = await spell(FakeContext(), text=text)
    assert reply.text == letters
    assert speakable(letters) == letters


def after(heard: str, *names: str, reply: str = "") -> FakeContext:
    context = FakeContext()
    context.assistant.last_heard = heard
    context.assistant.last_reply = reply or heard
    context.assistant.entities = [Thing(name) for name in names]
    return context


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("context", "spelled"),
    [
        (after("I found notes.txt and Plan.", "notes.txt", "Plan"), "Plan"),
        (after("I found notes.txt and", "notes.txt", "Plan"), "notes.txt"),
        (after("It's half past seven.", "notes.txt"), "seven"),
        (after("The word is onomatopoeia, you know it."), "know"),
        (after('He said: "Gesundheit!"'), "Gesundheit"),
        (after("", reply="It is rhubarb."), "rhubarb"),
        (after("It is."), "is"),
        (after("", "notes.txt"), "notes.txt"),
    ],
)
@pytest.mark.parametrize("text", [None, "it", "that out", "this for me"])
async def test_it_is_the_name_or_word_that_was_heard_last(
    context: FakeContext, spelled: str, text: str | None
) -> None:
    assert (await spell(context, text=text)).data["spelled"] == spelled


@pytest.mark.anyio
async def test_nothing_was_said_yet() -> None:
    assert (await spell(FakeContext())).text == "I haven't said anything yet."


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("spell it", {}),
        ("spell that out", {}),
        ("how do you spell that", {}),
        ("how do you spell necessary", {"text": "necessary"}),
        ("spell budget", {"text": "budget"}),
        ("spell the word budget", {"text": "budget"}),
        ("how is rhythm spelt", {"text": "rhythm"}),
    ],
)
def test_how_it_is_asked_for(said: str, slots: dict[str, str]) -> None:
    grammar = Grammar.compile([spell], FakeContext())
    assert grammar.match([(said, 1.0)])[0].slots == slots
