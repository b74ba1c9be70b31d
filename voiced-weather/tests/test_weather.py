"""Tests of the plugin weather."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
import voiced_weather

from voiced.registry import plugin_of
from voiced.testing.context import FakeContext
from voiced.testing.sentences import SentenceTest, check_sentence, read_sentences

plugin = plugin_of(voiced_weather)


@pytest.mark.parametrize("test", read_sentences(Path(voiced_weather.__file__).with_name("sentences.yaml")), ids=str)
def test_sentence(test: SentenceTest) -> None:
    check_sentence(test, plugin)


def test_greets_by_name() -> None:
    async def run() -> str:
        return (await plugin.module.greet(FakeContext(), person="Maria")).text

    assert anyio.run(run) == "Hello, Maria!"
