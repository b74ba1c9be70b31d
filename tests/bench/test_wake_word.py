"""The benchmark of wake words: what is heard, what is missed, what was never said."""

from __future__ import annotations

import pytest

from voiced.bench.wake_word import measure
from voiced.config import Config

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_words_are_counted_with_and_without_a_request():
    figures = {figure.name: figure for figure in await measure(Config(), 3, 4)}
    for way in ("alone", "with a request"):
        missed = figures[f"okay nabu {way}: missed"]
        assert missed.note == "3 times"
        assert missed.value is not None
        assert 0 <= missed.value < 100
    assert figures["synthetic sentences: heard where there is none"].value == 0
