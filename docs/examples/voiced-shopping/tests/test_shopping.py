"""Tests of the shopping list. They need no microphone, no journal and no running voiced."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
import voiced_shopping

from voiced.plugin import IntentFailed
from voiced.registry import plugin_of
from voiced.testing.context import FakeContext
from voiced.testing.sentences import SentenceTest, check_sentence, read_sentences

SENTENCES = Path(voiced_shopping.__file__).with_name("sentences.yaml")

plugin = plugin_of(voiced_shopping)


@pytest.fixture
def settings(tmp_path: Path) -> voiced_shopping.Settings:
    return voiced_shopping.Settings(file=tmp_path / "list.txt")


@pytest.mark.parametrize("test", read_sentences(SENTENCES), ids=str)
def test_sentence(test: SentenceTest) -> None:
    check_sentence(test, plugin)


def test_a_thing_is_added_and_taken_back(settings: voiced_shopping.Settings) -> None:
    async def run() -> None:
        context = FakeContext(settings=settings)
        reply = await voiced_shopping.add(context, thing="milk")
        assert reply.text == "Milk is on your list."
        assert [change.summary for change in context.made] == ["put milk on your list"]
        assert await context.undo_with(*plugin.undoers) == "I took milk off your list."
        assert voiced_shopping.read_list(settings.file) == []

    anyio.run(run)


def test_a_thing_is_removed_and_put_back(settings: voiced_shopping.Settings) -> None:
    async def run() -> None:
        voiced_shopping.write_list(settings.file, ["milk", "bread"])
        context = FakeContext(settings=settings)
        await voiced_shopping.remove(context, thing="milk")
        assert (await voiced_shopping.read(context)).text == "bread."
        assert await context.undo_with(*plugin.undoers) == "Milk is back on your list."
        with pytest.raises(IntentFailed):
            await voiced_shopping.remove(context, thing="salt")

    anyio.run(run)


def test_a_thing_is_found_by_its_sound(settings: voiced_shopping.Settings) -> None:
    voiced_shopping.write_list(settings.file, ["flour", "bread"])
    context = FakeContext(settings=settings)
    (found,) = voiced_shopping.THING.resolve("flower", context)
    assert found.value == "flour"
    assert voiced_shopping.THING.resolve("batteries", context) == []


def test_a_long_list_is_told_shortly(settings: voiced_shopping.Settings) -> None:
    voiced_shopping.write_list(settings.file, ["a", "b", "c", "d", "e"])
    reply = anyio.run(voiced_shopping.read, FakeContext(settings=settings))
    assert reply.text == "a, b, c, and 2 more."
