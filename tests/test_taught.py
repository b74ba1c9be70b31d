"""Templates that the user taught: made of a sentence, checked, kept, no way around the policy."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from cases import every

from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, Environment, Question, Report
from voiced.errors import ConfigError, InvalidSlots
from voiced.events import TurnId
from voiced.memory.taught import TaughtFile, check, template_of, try_out
from voiced.planning.judging import asks_for
from voiced.plugin import NUMBER, TEXT, Context, Effect, Intent, Reply, intent
from voiced.policy import TYPED, Verdict
from voiced.testing import clock
from voiced.testing.context import FakeContext
from voiced.testing.script import inline


@intent(
    "notes.add",
    sentences=["note {text} [{n} times]"],
    effect=Effect.W1,
    critical=["text"],
    examples=["note milk"],
)
async def add(
    context: Context, text: Annotated[str, TEXT], n: Annotated[int | None, NUMBER] = None
) -> Reply:
    """Write a note."""
    return Reply("Noted.")


@intent("notes.burn", sentences=["burn {text}"], effect=Effect.W2, examples=["burn the letters"])
async def burn(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Burn a note."""
    return Reply("Burnt.")


@intent("clock.tick", sentences=["what time is it"], effect=Effect.R0, examples=["what time is it"])
async def tick(context: Context) -> Reply:
    """Tell the time."""
    return Reply("Now.")


@intent("admin.reset", sentences=["reset everything"])
async def reset(context: Context) -> Reply:
    """Reset everything."""
    return Reply("Reset.")


INTENTS = [add, burn, tick, reset]


@pytest.fixture
def file(tmp_path: Path) -> TaughtFile:
    return TaughtFile(tmp_path / "intents" / "taught.yaml")


# A sentence to a template


@pytest.mark.parametrize(
    ("sentence", "of", "slots", "template"),
    [
        ("Jot down Milk, please!", add, {"text": "milk"}, "jot down {text} please"),
        ("jot milk 3 times", add, {"text": "milk", "n": "three"}, "jot {text} {n} times"),
        ("what's the hour", tick, {}, "what's the hour"),
        ("light up (the) letters", burn, {"text": "the letters"}, "light up {text}"),
    ],
)
def test_the_words_of_a_slot_become_its_place(
    sentence: str, of: Intent, slots: dict[str, str], template: str
) -> None:
    assert template_of(sentence, of, slots) == template
    assert not check(of, template)


@every(
    ("sentence", "of", "slots", "why"),
    [
        ("jot milk", add, {"text": "eggs"}, "are not in the sentence"),
        ("jot milk and milk", add, {"text": "milk"}, "more than once"),
        ("jot milk", add, {"text": " "}, "are not in the sentence"),
        ("jot milk", add, {}, "the slot text is missing"),
        ("jot milk", add, {"text": "milk", "colour": "jot"}, "colour is not a slot"),
        ("milk", add, {"text": "milk"}, "fit whatever is said"),
        ("please milk", add, {"text": "milk"}, "fit whatever is said"),
        ("wipe it all", reset, {}, "cannot be spoken"),
        ("jot milk" + " now" * 60, add, {"text": "milk"}, "more than 40 words"),
        ("", tick, {}, "plain words"),
    ],
)
def test_what_cannot_be_taught_says_why(
    sentence: str, of: Intent, slots: dict[str, str], why: str
) -> None:
    with pytest.raises(InvalidSlots, match=why):
        template_of(sentence, of, slots)


@every(
    "template",
    [
        *("(a|b) {text}", "[maybe] jot {text}", "jot <rule> {text}", "jot {text:text}"),
        *("jot  {text}", "jot {text} {text}", " jot {text}", "jot {text} ", "jot {te xt}"),
        *("{text};jot", "jot {text", "jot {text}, {n}s", ""),
    ],
)
def test_a_file_holds_plain_words_and_slots_and_nothing_else(template: str) -> None:
    assert check(add, template)


def test_a_template_must_not_take_away_what_is_understood() -> None:
    context: Any = FakeContext()

    def wrong(of: Intent, template: str, sentence: str) -> str:
        return try_out([add, burn, tick], (of, template), sentence, context)

    assert not wrong(add, "jot down {text}", "jot down milk")
    assert wrong(add, "what time is {text}", "what time is it") == "it means clock.tick already"
    assert wrong(add, "burn {text}", "burn wood")


# The file


def test_what_is_added_is_read_and_can_be_taken_back(file: TaughtFile) -> None:
    assert file.usable(INTENTS).templates == {}
    assert not file.path.exists()
    for template in ("jot {text}", "jot {text}", "scribble {text}"):
        file.add("notes.add", template)
    file.add("clock.tick", "hour please now")
    assert file.usable(INTENTS).templates == {
        "clock.tick": ("hour please now",),
        "notes.add": ("jot {text}", "scribble {text}"),
    }
    assert file.remove("jot  {text}") == "notes.add"
    assert file.remove("jot {text}") == ""
    assert file.remove("hour please now") == "clock.tick"
    assert file.usable(INTENTS).templates == {"notes.add": ("scribble {text}",)}
    file.remove("scribble {text}")
    assert file.usable(INTENTS).templates == {}


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(file: TaughtFile) -> None:
    file.add("notes.add", "jot {text}")
    file.add("notes.add", "(jot|{text})")
    file.add("notes.gone", "gone")
    file.add("admin.reset", "wipe it all")
    taught = file.usable(INTENTS)
    assert {name: known for name, known in taught.templates.items() if known} == {
        "notes.add": ("jot {text}",)
    }
    assert len(taught.problems) == 3
    assert "(jot" not in " ".join(taught.problems)


def _others_may_write(path: Path) -> None:
    path.write_text("notes.add: [jot {text}]\n")
    path.chmod(0o666)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_text("{"),
        lambda path: path.write_text("- a\n"),
        lambda path: path.write_text("notes.add: jot {text}\n"),
        lambda path: path.write_text("notes.add: [3]\n"),
        lambda path: path.write_text("3: [jot]\n"),
        lambda path: path.write_text("!!python/object/apply:os.system ['true']\n"),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        lambda path: path.write_text("a: [" + "x, " * 100_000 + "]"),
        lambda path: path.write_text("a: [" + "x, " * 1100 + "]"),
        lambda path: path.mkdir(),
        _others_may_write,
    ],
)
def test_a_spoilt_file_is_one_clear_error_and_the_grammar_does_without(
    file: TaughtFile, spoil: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    file.path.parent.mkdir()
    spoil(file.path)
    with pytest.raises(ConfigError, match=r"taught\.yaml"):
        file.usable(INTENTS)
    read = file.for_grammar()
    with caplog.at_level(logging.WARNING):
        assert read(INTENTS) == {}
        assert read(INTENTS) == {}
    assert len(caplog.records) == 1
    assert "jot" not in caplog.text


# In use


async def _ask(text: str, file: TaughtFile, taught: tuple[str, str]) -> Call | Question | None:
    environment = Environment(
        None,  # type: ignore[arg-type]  # nothing is run
        lambda: datetime(2026, 3, 3, tzinfo=UTC),
        lambda: 0.0,
        inline,
        {},
        taught=file.for_grammar(),
    )
    dispatcher = Dispatcher(INTENTS, [], environment, Conversation())
    await dispatcher.refresh()
    assert not dispatcher.match([(text, 1.0)])
    file.add(*taught)
    await dispatcher.refresh()  # the next one, while it runs
    report = Report(TurnId(1), lambda: 0, lambda _: None)
    return await dispatcher.understand([(text, 1.0)], report, TYPED)  # type: ignore[return-value]


def test_a_taught_sentence_is_understood_after_the_next_refresh(file: TaughtFile) -> None:
    call = clock.run(_ask, "scribble eggs", file, ("notes.add", "scribble {text}"))
    assert isinstance(call, Call)
    assert (call.intent.name, dict(call.words)) == ("notes.add", {"text": "eggs"})


def test_a_taught_sentence_is_asked_about_as_before(file: TaughtFile) -> None:
    question = clock.run(_ask, "ignite old letters", file, ("notes.burn", "ignite {text}"))
    assert isinstance(question, Question)
    assert question.verdict is Verdict.CONFIRM
    assert question.call.effect is Effect.W2


def test_a_taught_word_is_not_what_the_intent_is_about() -> None:
    """A model's call that was not asked for is not made legal by a template."""
    taught = replace(burn, taught=("scribble {text}",))
    assert asks_for(taught, "burn it")
    assert not asks_for(taught, "scribble it")
