"""Talk about the conversation: help, stop, again, undo, what was done."""

from __future__ import annotations

import pytest

from voiced.grammar import Grammar
from voiced.plugin import Effect, Intent, IntentFailed, InvalidSlots, Reply, intent
from voiced.testing.context import FakeAssistant, FakeContext
from voiced_intents import clock, talk
from voiced_intents.talk import (
    explain,
    faster,
    louder,
    normal,
    quieter,
    recall,
    repeat,
    slower,
    start_over,
    stop,
    undo,
    whisper,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def an_intent(name: str, *examples: str, effect: Effect = Effect.R0) -> Intent:
    async def act(context) -> Reply:
        return Reply("")

    act.__doc__ = "Act on a document." if name.startswith("files.") else "Act."
    return intent(name, sentences=["do it"], effect=effect, examples=examples)(act)


FILES = [
    an_intent("files.find", "find the budget", "where is my thesis"),
    an_intent("files.open", "open the budget"),
    an_intent("files.trash", "delete the budget"),
]
ADMIN = an_intent("admin.enable", "enable everything", effect=Effect.X)
CLOCK = an_intent("clock.time", "what time is it")
EMPTY = an_intent("mail.list")


def with_intents(*known: Intent) -> FakeContext:
    return FakeContext(assistant=FakeAssistant(known))


@pytest.mark.anyio
async def test_help_gives_three_examples_of_different_topics_and_counts_the_rest() -> None:
    reply = await explain(with_intents(*FILES, CLOCK, EMPTY, ADMIN))
    assert reply.text == (
        "You can say: what time is it, find the budget, or open the budget. And two more."
    )
    assert "enable everything" not in reply.data["examples"]


@pytest.mark.anyio
async def test_help_begins_with_what_most_people_want_in_whatever_order_plugins_come() -> None:
    rare = [an_intent("sums.between", "how many days between may and june"), EMPTY, CLOCK, *FILES]
    for known in (rare, rare[::-1]):
        reply = await explain(with_intents(*known))
        assert reply.text.startswith("You can say: what time is it, find the budget, or how many")


@pytest.mark.anyio
async def test_help_with_a_single_example() -> None:
    assert (await explain(with_intents(CLOCK))).text == "You can say: what time is it."


@pytest.mark.anyio
async def test_help_without_any_intent() -> None:
    assert (await explain(with_intents())).text == "I have no skills yet."
    assert (await explain(with_intents(), topic="mail")).text == "I have no skills yet."


@pytest.mark.anyio
@pytest.mark.parametrize("topic", ["files", "file", "the files", "fils", "documents", "thesis"])
async def test_help_about_a_topic(topic: str) -> None:
    reply = await explain(with_intents(CLOCK, *FILES), topic=topic)
    assert "budget" in reply.text
    assert "time" not in reply.text


@pytest.mark.anyio
async def test_help_about_an_unknown_topic_names_the_known_ones() -> None:
    reply = await explain(with_intents(CLOCK, *FILES), topic="cooking")
    assert reply.text == "I can't help with cooking. Ask me about clock or files."


@pytest.mark.anyio
async def test_stop_says_nothing() -> None:
    assert (await stop(FakeContext())).text == ""


@pytest.mark.anyio
async def test_stop_keeps_back_what_was_about_to_be_sent() -> None:
    context = FakeContext()
    context.assistant.outbox = 2
    assert (await stop(context)).text == "Stopped. Nothing was sent."
    assert context.assistant.outbox == 0
    assert (await stop(context)).text == ""


@pytest.mark.anyio
async def test_what_is_said_again_is_marked_as_such() -> None:
    spoken = FakeContext(assistant=FakeAssistant(last_reply="It's noon."))
    assert (await repeat(spoken)).is_repeat
    assert not (await repeat(FakeContext())).is_repeat
    cut = FakeContext()
    cut.assistant.unfinished_reply = "and all is well."
    for way in (louder, quieter, slower, faster, whisper, normal):
        assert (await way(cut)).is_repeat
        assert not (await way(FakeContext())).is_repeat


@pytest.mark.anyio
async def test_repeat() -> None:
    spoken = FakeContext(assistant=FakeAssistant(last_reply="It's noon."))
    assert (await repeat(spoken)).text == "It's noon."
    assert (await repeat(FakeContext())).text == "I haven't said anything yet."


@pytest.mark.anyio
async def test_repeat_goes_on_with_what_was_cut_off() -> None:
    context = FakeContext(assistant=FakeAssistant(last_reply="One. Two. Three."))
    context.assistant.unfinished_reply = "Two. Three."
    assert (await repeat(context)).text == "Two. Three."


def changed(*changes: str) -> FakeContext:
    return FakeContext(assistant=FakeAssistant(changes=changes))


@pytest.mark.anyio
async def test_undo_takes_back_the_last_change() -> None:
    context = changed("Moved a back.", "Renamed b to c again.")
    assert (await undo(context)).text == "Renamed b to c again."
    assert context.assistant.undone == ["Renamed b to c again."]


@pytest.mark.anyio
async def test_undo_of_many_tells_three_and_counts_the_rest() -> None:
    context = changed(*(f"Restored {name}." for name in "abcde"))
    reply = await undo(context, count=5)
    assert reply.text == "Restored e. Restored d. Restored c. And two more."


@pytest.mark.anyio
async def test_undo_of_more_than_there_is() -> None:
    assert (await undo(changed("Restored a."), count=3)).text == (
        "Restored a. There was nothing more to undo."
    )
    assert (await undo(changed())).text == "There is nothing to undo."


@pytest.mark.anyio
@pytest.mark.parametrize("count", [0, -1, 2.5, 21])
async def test_undo_of_a_count_that_makes_no_sense_changes_nothing(count: float) -> None:
    context = changed("Restored a.")
    with pytest.raises(InvalidSlots, match="whole number"):
        await undo(context, count=count)
    assert context.assistant.undone == []


@pytest.mark.anyio
async def test_undo_that_fails_is_not_hidden() -> None:
    context = FakeContext(assistant=FakeAssistant(failing_undo="The file is gone."))
    with pytest.raises(IntentFailed, match="gone"):
        await undo(context)


@pytest.mark.anyio
async def test_recall() -> None:
    assert (await recall(changed())).text == "I haven't changed anything."
    context = changed("renamed a to b", "moved c to Music")
    assert (await recall(context)).text == "I moved c to Music."
    assert (await recall(context, count=2)).text == "I moved c to Music. I renamed a to b."


@pytest.mark.anyio
async def test_start_over() -> None:
    context = changed("renamed a to b")
    assert (await start_over(context)).text == "Okay, that is forgotten."
    assert context.assistant.is_forgotten
    assert (await recall(context)).text == "I renamed a to b."


def test_effects_and_examples() -> None:
    assert undo.effect is Effect.W1
    assert undo.critical == ("count",)
    assert recall.effect is Effect.R1
    found = [value for value in vars(talk).values() if isinstance(value, Intent)]
    assert {each.effect for each in found if each not in (undo, recall, start_over)} == {Effect.R0}
    assert start_over.effect is Effect.W1  # a model that has read cannot call it by itself
    assert len(found) == 13
    assert all(each.name.startswith("talk.") and each.examples for each in found)
    assert len({each.name for each in found} | {clock.tell_time.name}) == 14


def test_each_example_is_understood() -> None:
    intents = [value for value in vars(talk).values() if isinstance(value, Intent)]
    grammar = Grammar.compile(intents, FakeContext())
    for each in intents:
        for example in each.examples:
            assert grammar.match([(example, 1.0)])[0].intent == each.name
