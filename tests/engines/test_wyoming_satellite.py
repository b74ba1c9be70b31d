"""A satellite made of the public package, as microphone and loudspeaker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import numpy as np
import pytest
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.server import AsyncEventHandler, AsyncServer

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples
from voiced.engines.wyoming_satellite import WyomingSatellite
from voiced.errors import DeviceError
from voiced.testing.conformance.microphone import check_microphone
from voiced.testing.conformance.speaker import check_speaker

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

CHUNK = 1024


@dataclass
class Theirs:
    """The satellite's side: what it sends, and what it was told."""

    sound: Samples = field(default_factory=lambda: np.arange(RATE_HZ, dtype=np.int16))
    rate_hz: int = RATE_HZ
    has_wake_word: bool = False
    repeats: bool = True
    width: int = 2
    hurries: bool = False
    told: list[str] = field(default_factory=list[str])
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    played: list[bytes] = field(default_factory=list[bytes])


class _Side(AsyncEventHandler):
    def __init__(self, theirs: Theirs, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._theirs = theirs
        self._sending: asyncio.Task[None] | None = None

    async def handle_event(self, event: Event) -> bool:
        self._theirs.told.append(event.type)
        if RunSatellite.is_type(event.type):
            self._sending = asyncio.create_task(self._send())
        elif AudioStop.is_type(event.type):
            self._theirs.stopped.set()
        elif AudioChunk.is_type(event.type):
            self._theirs.played.append(AudioChunk.from_event(event).audio)
        return True

    async def disconnect(self) -> None:
        if self._sending is not None:
            self._sending.cancel()

    async def _send(self) -> None:
        theirs = self._theirs
        with suppress(ConnectionError):
            if theirs.has_wake_word:
                begun = RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS)
                await self.write_event(begun.event())
            form = {"rate": theirs.rate_hz, "width": theirs.width, "channels": 1}
            await self.write_event(AudioStart(**form).event())
            while True:
                for offset in range(0, len(theirs.sound), CHUNK):
                    sound = theirs.sound[offset : offset + CHUNK]
                    if not theirs.hurries:
                        await asyncio.sleep(len(sound) / theirs.rate_hz)
                    await self.write_event(AudioChunk(audio=sound.tobytes(), **form).event())
                if not theirs.repeats:
                    return


@asynccontextmanager
async def satellite(theirs: Theirs) -> AsyncGenerator[WyomingSatellite]:
    server = AsyncServer.from_uri("tcp://127.0.0.1:0")
    await server.start(lambda *args, **more: _Side(theirs, *args, **more))
    running: Any = server
    port = running._server.sockets[0].getsockname()[1]
    ours = WyomingSatellite(f"tcp://127.0.0.1:{port}")
    try:
        yield ours
    finally:
        await ours.aclose()
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(2):
                await server.stop()


async def heard(ours: WyomingSatellite, frames: int) -> Samples:
    taken: list[AudioFrame] = []
    async with aclosing(ours.frames()) as stream:
        async for frame in stream:
            taken.append(frame)
            if len(taken) == frames:
                break
    assert [frame.start for frame in taken] == [n * FRAME_SAMPLES for n in range(frames)]
    return np.concatenate([frame.samples for frame in taken])


async def test_it_is_a_microphone() -> None:
    async with satellite(Theirs()) as ours:
        await check_microphone(ours)


async def test_it_is_a_speaker() -> None:
    async with satellite(Theirs()) as ours, anyio.create_task_group() as tasks:
        await check_speaker(ours)
        tasks.cancel_scope.cancel()


async def test_its_sound_comes_as_it_was() -> None:
    theirs = Theirs()
    async with satellite(theirs) as ours:
        assert np.array_equal(await heard(ours, 40), theirs.sound[: 40 * FRAME_SAMPLES])
    assert theirs.told[0] == "run-satellite"


async def test_other_rates_are_made_ours() -> None:
    at_s = np.arange(22_050) / 22_050
    tone = (8000 * np.sin(2 * np.pi * 440 * at_s)).astype(np.int16)
    async with satellite(Theirs(tone, rate_hz=22_050)) as ours:
        sound = await heard(ours, 40)
    crossings = np.count_nonzero(np.diff(np.signbit(sound[3200:])))
    assert crossings / 2 / (len(sound[3200:]) / RATE_HZ) == pytest.approx(440, abs=6)


async def test_while_it_sends_nothing_there_is_silence_in_time() -> None:
    theirs = Theirs(np.full(CHUNK, 9, np.int16), repeats=False)
    async with satellite(theirs) as ours:
        before_s = anyio.current_time()
        sound = await heard(ours, 60)
        took_s = anyio.current_time() - before_s
    assert set(sound[: 3 * FRAME_SAMPLES]) == {9}
    assert not sound[4 * FRAME_SAMPLES :].any()
    assert took_s >= 60 * 0.02 - 0.1


async def test_a_reply_is_played_and_nobody_knows_what_left_the_loudspeaker() -> None:
    theirs, sound = Theirs(has_wake_word=True), np.full(8000, 5, np.int16)
    async with satellite(theirs) as ours, anyio.create_task_group() as tasks:
        known: set[bool] = set()

        async def listen() -> None:
            async with aclosing(ours.frames()) as stream:
                async for _ in stream:
                    known.add(ours.played(FRAME_SAMPLES) is not None)

        tasks.start_soon(listen)
        await anyio.sleep(0.2)
        assert known == {True}
        playback = ours.open()
        await playback.play(AudioFrame(sound, RATE_HZ, 0))
        await playback.drain()
        assert playback.stop() == 8000
        with anyio.fail_after(5):
            await theirs.stopped.wait()
        tasks.cancel_scope.cancel()
    reply = [kind for kind in theirs.told if kind not in ("audio-chunk", "ping", "run-satellite")]
    assert reply[:2] == ["transcript", "audio-start"], "it would go on hearing its own reply"
    assert reply[-1] == "audio-stop"
    assert b"".join(theirs.played) == sound.tobytes()
    assert known == {True, False}


async def test_a_reply_that_is_cut_off_is_not_sent_to_its_end() -> None:
    theirs = Theirs()
    async with satellite(theirs) as ours, anyio.create_task_group() as tasks:

        async def listen() -> None:
            async with aclosing(ours.frames()) as stream:
                async for _ in stream:
                    pass

        tasks.start_soon(listen)
        playback = ours.open()
        with anyio.move_on_after(0.5):
            await playback.play(AudioFrame(np.full(32_000, 5, np.int16), RATE_HZ, 0))
        count = playback.stop()
        with anyio.fail_after(5):
            await theirs.stopped.wait()
        tasks.cancel_scope.cancel()
    assert 0 < len(b"".join(theirs.played)) / 2 <= count < 32_000
    assert theirs.told[-1] == "audio-stop"


async def test_one_that_is_gone_or_floods_is_a_lost_device() -> None:
    with pytest.raises(DeviceError, match="cannot be reached") as raised:
        await WyomingSatellite("tcp://127.0.0.1:9").prepare()
    assert raised.value.retryable
    async with satellite(Theirs(hurries=True)) as ours:
        with pytest.raises(DeviceError, match="more sound than there is time"):
            await heard(ours, 100_000)
    async with satellite(Theirs(width=4)) as ours:
        with pytest.raises(DeviceError, match="of a kind that is not known"):
            await heard(ours, 10)
