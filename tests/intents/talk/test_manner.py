"""Louder, slower, in a whisper: what is asked of the assistant, and what is said on."""

from __future__ import annotations

import pytest

from voiced.grammar import Grammar
from voiced.plugin import Effect, Intent
from voiced.testing.context import FakeContext
from voiced_intents import clock, talk
from voiced_intents.talk import faster, louder, normal, quieter, slower, whisper

MANNERS = [louder, quieter, slower, faster, whisper, normal]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("manner", "asked"),
    [
        (louder, {"louder_db": 6.0}),
        (quieter, {"louder_db": -6.0}),
        (slower, {"speed": 0.8}),
        (faster, {"speed": 1.25}),
        (whisper, {"whisper": True}),
        (normal, {"reset": True}),
    ],
)
async def test_the_assistant_is_asked_for_it(manner: Intent, asked: dict[str, object]) -> None:
    context = FakeContext()
    assert (await manner(context)).text == "Okay."
    assert context.assistant.delivery == [asked]


@pytest.mark.anyio
@pytest.mark.parametrize("manner", MANNERS)
async def test_what_was_cut_off_is_said_on(manner: Intent) -> None:
    context = FakeContext()
    context.assistant.unfinished_reply = "The second one. And more."
    assert (await manner(context)).text == "The second one. And more."


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    modules = (talk, clock)
    intents = [each for module in modules for each in vars(module).values()]
    return Grammar.compile([each for each in intents if isinstance(each, Intent)], FakeContext())


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("louder", "talk.louder"),
        ("a bit louder please", "talk.louder"),
        ("can you speak louder", "talk.louder"),
        ("speak up", "talk.louder"),
        ("quieter", "talk.quieter"),
        ("not so loud", "talk.quieter"),
        ("slower", "talk.slower"),
        ("please speak more slowly", "talk.slower"),
        ("slow down", "talk.slower"),
        ("faster", "talk.faster"),
        ("a little faster", "talk.faster"),
        ("whisper", "talk.whisper"),
        ("don't whisper", "talk.normal"),
        ("speak normally", "talk.normal"),
        ("again", "talk.repeat"),
        ("say that again", "talk.repeat"),
        ("pardon", "talk.repeat"),
        ("spell it", "talk.spell"),
    ],
)
def test_how_it_is_asked_for(grammar: Grammar, said: str, intent: str) -> None:
    assert grammar.match([(said, 1.0)])[0].intent == intent


@pytest.mark.parametrize(
    "said", ["louder", "quieter", "slower", "faster", "whisper", "again", "spell it"]
)
def test_the_short_commands_are_whole_and_cannot_go_on(grammar: Grammar, said: str) -> None:
    known = grammar.completion(said)
    assert known.is_complete
    assert not known.can_go_on


def test_nothing_is_changed_in_the_world() -> None:
    assert {manner.effect for manner in MANNERS} == {Effect.R0}
