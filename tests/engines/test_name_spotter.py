"""Names in real synthetic speech."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import numpy as np
import pytest

from voiced.audio import RATE_HZ, Framer, Samples, silence
from voiced.bench.material.studio import TALKERS, Studio, studio
from voiced.engines.name_spotter import PocketsphinxNameSpotter
from voiced.errors import ConfigError
from voiced.stages import NameHeard
from voiced.testing.conformance import check_name_spotter

pytestmark = [pytest.mark.engine, pytest.mark.anyio]


_PAUSE = RATE_HZ // 2


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def room() -> AsyncGenerator[Studio]:
    async with studio() as found:
        yield found


@pytest.fixture(scope="module")
async def spotter() -> AsyncGenerator[PocketsphinxNameSpotter]:
    found = PocketsphinxNameSpotter(["Computer", "hey house"], 0.6)
    await found.prepare()
    yield found
    await found.aclose()


def heard(spotter: PocketsphinxNameSpotter, sound: Samples) -> list[NameHeard]:
    spotter.begin()
    pause = silence(_PAUSE)
    frames = Framer().feed(np.concatenate([pause, sound, pause]))
    return [name for frame in frames if (name := spotter.hear(frame)) is not None]


async def test_a_name_is_found_where_it_is(room: Studio, spotter: PocketsphinxNameSpotter) -> None:
    for _ in range(3):  # the first utterances tell it of voice and microphone
        said = await room.say("what is the weather like tomorrow, computer", TALKERS[0])
        found = heard(spotter, said.samples)
    assert found[-1].name == "Computer"
    word = said.words[-1]
    assert abs(found[-1].start - _PAUSE - word.start) < RATE_HZ // 8
    assert abs(found[-1].end - _PAUSE - word.end) < RATE_HZ // 8


async def test_it_does_what_a_spotter_owes(room: Studio) -> None:
    spotter = PocketsphinxNameSpotter(["Computer"], 0.6)
    await spotter.prepare()
    said = (await room.say("what is the weather like tomorrow, computer", TALKERS[0])).samples
    for _ in range(3):
        heard(spotter, said)
    sound = np.concatenate([silence(_PAUSE), said, silence(_PAUSE)])
    await check_name_spotter(spotter, list(Framer().feed(sound)), "Computer")


async def test_nobody_is_named_in_other_talk(
    room: Studio, spotter: PocketsphinxNameSpotter
) -> None:
    for text in ("I need a vacation", "honey where did you put my keys", "the soup is too hot"):
        said = await room.say(text, TALKERS[0])
        assert heard(spotter, said.samples) == [], text


async def test_a_name_that_is_too_short_is_refused() -> None:
    with pytest.raises(ConfigError, match="too short"):
        await PocketsphinxNameSpotter(["Al"]).prepare()


@pytest.mark.parametrize("name", ["!!", " ", "\u65e5\u672c"])
async def test_a_name_that_is_no_word_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="no word"):
        await PocketsphinxNameSpotter(["computer", name]).prepare()
