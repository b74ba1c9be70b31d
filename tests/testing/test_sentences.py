from datetime import UTC, datetime, timedelta
from typing import Annotated

import pytest
from cases import every
from pydantic import BaseModel

from voiced.errors import PluginError
from voiced.plugin import (
    COMING_DATE_SPAN,
    DURATION,
    NUMBER,
    TEXT,
    Context,
    DateSpan,
    Effect,
    Reply,
    choice,
    intent,
)
from voiced.registry import Plugin
from voiced.testing.sentences import SentenceTest, check_sentence, read_sentences

SIDE = choice("side", {"left": -1, "right": 1})


class Settings(BaseModel):
    word: str = "tea"


class Drinks:
    name = "drink"
    is_open = False
    json_schema = {"type": "string"}  # noqa: RUF012

    def phrases(self, context):
        return [context.settings(Settings).word]

    def resolve(self, said, context):
        return []


@intent("pot.brew", sentences=["brew {count} cups [of {what}] for {length}"], effect=Effect.R0)
async def brew(
    context: Context,
    count: Annotated[int, NUMBER],
    length: Annotated[timedelta, DURATION],
    what: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Brew."""
    return Reply("")


@intent("pot.turn", sentences=["turn the pot {side} [{day}]"], effect=Effect.R0)
async def turn(
    context: Context,
    side: Annotated[int, SIDE],
    day: Annotated[DateSpan | None, COMING_DATE_SPAN] = None,
) -> Reply:
    """Turn."""
    return Reply("")


@intent("pot.pour", sentences=["pour {drink}"], effect=Effect.R0)
async def pour(context: Context, drink: Annotated[str, Drinks()]) -> Reply:
    """Pour."""
    return Reply("")


PLUGIN = Plugin("pot", (brew, turn, pour), (), "folder", settings_model=Settings)

GOOD = """
language: en
now: 2026-03-03 19:30:00
settings: {word: coffee}
tests:
  - sentences: ["brew three cups for ten minutes", "uh brew three cups for 10 minutes please"]
    intent: {name: pot.brew, slots: {count: 3, length: 600}}
  - sentences: ["brew two cups of Green Tea for an hour"]
    intent: {name: pot.brew, slots: {count: two, what: green tea, length: an hour}}
  - sentences: ["turn the pot left on thursday"]
    intent: {name: pot.turn, slots: {side: -1, day: 2026-03-05}}
  - sentences: ["turn the pot right"]
    intent: {name: pot.turn, slots: {side: right}}
  - sentences: ["pour coffee"]
    intent: {name: pot.pour, slots: {drink: coffee}}
  - sentences: ["the weather is nice"]
    intent: null
"""


def file_of(tmp_path, text):
    path = tmp_path / "sentences.yaml"
    path.write_text(text)
    return path


def test_sentences_that_are_understood(tmp_path):
    tests = read_sentences(file_of(tmp_path, GOOD))
    assert len(tests) == 7
    assert tests[0].now == datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
    assert str(tests[0]) == "brew three cups for ten minutes"
    for test in tests:
        check_sentence(test, PLUGIN)


@every(
    ("text", "name", "slots", "wrong"),
    [
        ("turn the pot left", "pot.brew", {}, "is understood as pot.turn, not as pot.brew"),
        ("the weather is nice", "pot.turn", {}, "is understood as nothing"),
        ("turn the pot left", None, {}, "is understood as pot.turn, not as None"),
        ("turn the pot left", "pot.turn", {"side": "right"}, "side is 'left' or -1, not 'right'"),
        ("turn the pot left", "pot.turn", {"side": 1}, "not 1"),
        ("turn the pot left", "pot.turn", {"side": True}, "not True"),
        ("turn the pot left", "pot.turn", {}, "the slot side is 'left', not empty"),
        ("turn the pot left", "pot.turn", {"side": -1, "day": "x"}, "the slot day is empty"),
        (
            "turn the pot left on friday",
            "pot.turn",
            {"side": -1, "day": "2026-03-05"},
            "'2026-03-06', not '2026-03-05'",
        ),
    ],
)
def test_what_is_understood_wrongly_is_said(text, name, slots, wrong):
    with pytest.raises(AssertionError) as caught:
        check_sentence(SentenceTest(text, name, slots), PLUGIN)
    assert wrong in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "valid dictionary"),
        ("tests: []", "tests: "),
        ("tests: [{sentences: [a]}]", r"tests\.0\.intent: Field required"),
        ("tests: [{sentences: [a], intent: {nam: b}}]", r"tests\.0\.intent\.name"),
        ("tests: [{sentences: [a], intent: null, x: 1}]", r"tests\.0\.x"),
        ("tests: [", "not YAML"),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
        ("[" * 500, "not YAML"),
        ("\0", "not YAML"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path, text, reason):
    path = file_of(tmp_path, text)
    with pytest.raises(PluginError, match=reason) as caught:
        read_sentences(path)
    assert str(path) in caught.value.message
    with pytest.raises(PluginError, match="cannot be read"):
        read_sentences(tmp_path / "none.yaml")
