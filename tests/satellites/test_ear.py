"""A satellite's microphone: closed while the assistant is muted, found when it was lost."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import anyio
import numpy as np
import pytest
from control_lab import until
from satellite_lab import Counting, open_door

from voiced.audio import FRAME_SAMPLES, AudioFrame
from voiced.engines.null_speaker import NullSpeaker
from voiced.errors import DeviceError
from voiced.satellites import ear
from voiced.satellites.link import Link
from voiced.testing.fakes import FakeSpeaker

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Watched(Counting):
    """A microphone that knows whether it is open, and can be unplugged."""

    is_open = False
    is_unplugged = False

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        self.is_open = True
        try:
            async with aclosing(super().frames()) as frames:
                async for frame in frames:
                    if self.is_unplugged:
                        raise DeviceError("it is unplugged", retryable=True, cause="gone")
                    yield frame
        finally:
            self.is_open = False


async def starts_of(link: Link, count: int) -> list[int]:
    starts: list[int] = []
    with anyio.fail_after(5):
        async with aclosing(link.frames()) as frames:
            async for frame in frames:
                starts.append(frame.start)
                if len(starts) == count:
                    break
    return starts


async def test_while_muted_its_microphone_is_closed_and_nothing_said_then_comes(
    tmp_path: Path,
) -> None:
    microphone = Watched()
    async with open_door(tmp_path) as lab:
        lab.begin(microphone, FakeSpeaker(), lab.pair())
        link = await lab.next_link()
        before = await starts_of(link, 5)
        link.mute(wanted=True)
        with anyio.fail_after(5):
            await until(lambda: not microphone.is_open)
        link.mute(wanted=False)
        after = await starts_of(link, 5)
        assert microphone.is_open
        both = before + after
        assert both == sorted(both), "the frames do not count on"
        assert lab.told[1:] == [
            "The assistant is muted: the microphone is closed.",
            "The microphone is open again.",
        ]


async def test_what_is_on_its_way_when_it_is_muted_is_not_taken(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        lab.begin(Counting(), FakeSpeaker(), lab.pair())
        link = await lab.next_link()
        await starts_of(link, 1)
        link.mute(wanted=True)
        with anyio.move_on_after(0.2):
            await starts_of(link, 1)
            pytest.fail("a muted satellite is heard")


async def test_a_reply_goes_on_while_muted(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        lab.begin(Watched(), NullSpeaker(), lab.pair())
        link = await lab.next_link()
        link.mute(wanted=True)
        playback = link.open()
        second = AudioFrame(np.full(16_000, 500, np.int16), 16_000, 0)
        with anyio.fail_after(8):
            await playback.play(second)
            await playback.drain()
        assert playback.heard == 16_000


async def test_a_lost_microphone_is_told_and_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ear, "_RETRY_S", 0.05)
    microphone = Watched()
    async with open_door(tmp_path) as lab:
        lab.begin(microphone, FakeSpeaker(), lab.pair())
        link = await lab.next_link()
        before = await starts_of(link, 5)
        microphone.is_unplugged = True
        with pytest.raises(DeviceError, match="the microphone of the satellite kitchen") as raised:
            await starts_of(link, 1000)
        assert (raised.value.retryable, raised.value.cause) == (True, "gone")
        microphone.is_unplugged = False
        after = await starts_of(link, 5)
        assert after[0] >= before[-1] + FRAME_SAMPLES
        assert lab.told == [
            "I am connected.",
            "I can't hear you: it is unplugged.",
            "I can hear you again.",
        ]
