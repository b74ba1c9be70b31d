"""Tests of the pantry. They need no microphone, no journal and no running voiced."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
import voiced_pantry

from voiced.plugin import IntentFailed
from voiced.registry import plugin_of
from voiced.testing.context import FakeContext
from voiced.testing.sentences import SentenceTest, check_sentence, read_sentences

SENTENCES = Path(voiced_pantry.__file__).with_name("sentences.yaml")

plugin = plugin_of(voiced_pantry)


@pytest.fixture
def settings(tmp_path: Path) -> voiced_pantry.Settings:
    return voiced_pantry.Settings(file=tmp_path / "list.txt")


@pytest.mark.parametrize("test", read_sentences(SENTENCES), ids=str)
def test_sentence(test: SentenceTest) -> None:
    check_sentence(test, plugin)


def test_a_thing_is_added_and_taken_back(settings: voiced_pantry.Settings) -> None:
    async def run() -> None:
        context = FakeContext(settings=settings)
        reply = await voiced_pantry.add(context, thing="milk")
        assert reply.text == "Milk is in your pantry."
        assert [change.summary for change in context.made] == ["put milk in your pantry"]
        assert await context.undo_with(*plugin.undoers) == "I took milk out of your pantry."
        assert voiced_pantry.read_list(settings.file) == []

    anyio.run(run)


def test_a_thing_is_removed_and_put_back(settings: voiced_pantry.Settings) -> None:
    async def run() -> None:
        voiced_pantry.write_list(settings.file, ["milk", "bread"])
        context = FakeContext(settings=settings)
        await voiced_pantry.remove(context, thing="milk")
        assert (await voiced_pantry.read(context)).text == "bread."
        assert await context.undo_with(*plugin.undoers) == "Milk is back in your pantry."
        with pytest.raises(IntentFailed):
            await voiced_pantry.remove(context, thing="salt")

    anyio.run(run)


def test_a_thing_is_found_by_its_sound(settings: voiced_pantry.Settings) -> None:
    voiced_pantry.write_list(settings.file, ["flour", "bread"])
    context = FakeContext(settings=settings)
    (found,) = voiced_pantry.THING.resolve("flower", context)
    assert found.value == "flour"
    assert voiced_pantry.THING.resolve("batteries", context) == []


def test_a_long_list_is_told_shortly(settings: voiced_pantry.Settings) -> None:
    voiced_pantry.write_list(settings.file, ["a", "b", "c", "d", "e"])
    reply = anyio.run(voiced_pantry.read, FakeContext(settings=settings))
    assert reply.text == "a, b, c, and 2 more."
