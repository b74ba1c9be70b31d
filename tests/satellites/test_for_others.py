"""Home Assistant's side, made of the public package, at our microphone and loudspeaker."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import numpy as np
import pytest
from satellite_lab import Counting
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, Eventable
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.pipeline import RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.snd import Played

from voiced.audio import FRAME_SAMPLES
from voiced.satellites.for_others import WyomingDoor
from voiced.testing.fakes import FakeSpeaker

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Theirs:
    client: AsyncTcpClient
    speaker: FakeSpeaker
    port: int
    told: list[str] = field(default_factory=list[str])

    async def say(self, *what: Eventable) -> None:
        for each in what:
            await self.client.write_event(each.event())

    async def next(self) -> Event | None:
        with anyio.fail_after(5):
            return await self.client.read_event()

    async def next_of(self, kind: type[Eventable]) -> Event:
        while True:
            event = await self.next()
            assert event is not None, "hung up on"
            if kind.is_type(event.type):
                return event


@asynccontextmanager
async def served(*allowed: str) -> AsyncGenerator[Theirs]:
    speaker, told = FakeSpeaker(), list[str]()
    door = WyomingDoor("study", Counting(), speaker, allowed, told.append)
    async with anyio.create_task_group() as tasks:
        port = await tasks.start(door.serve, "127.0.0.1", 0)
        async with AsyncTcpClient("127.0.0.1", port) as client:
            yield Theirs(client, speaker, port, told)
        tasks.cancel_scope.cancel()


async def test_it_says_what_it_is() -> None:
    async with served() as theirs:
        await theirs.say(Describe())
        info = Info.from_event(await theirs.next_of(Info))
        await theirs.say(Ping(text="here?"))
        assert Pong.from_event(await theirs.next_of(Pong)).text == "here?"
    assert info.satellite is not None
    assert info.satellite.name == "study"


async def test_it_sends_what_it_hears_while_it_is_wanted() -> None:
    async with served() as theirs:
        await theirs.say(RunSatellite())
        begun = RunPipeline.from_event(await theirs.next_of(RunPipeline))
        assert (begun.start_stage, begun.end_stage) == ("wake", "tts")
        for number in range(5):
            chunk = AudioChunk.from_event(await theirs.next_of(AudioChunk))
            assert (chunk.rate, chunk.width, chunk.channels) == (16_000, 2, 1)
            assert chunk.audio == np.full(FRAME_SAMPLES, number, "<i2").tobytes()
        await theirs.say(PauseSatellite(), Ping())
        await theirs.next_of(Pong)
        await theirs.say(RunSatellite())
        await theirs.next_of(RunPipeline)
    assert theirs.told == 2 * ["A server listens.", "No server listens any more."]


async def test_it_plays_and_says_when_it_has_played() -> None:
    async with served() as theirs:
        form = {"rate": 22_050, "width": 2, "channels": 1}
        await theirs.say(AudioStart(**form))
        for _ in range(10):
            await theirs.say(AudioChunk(audio=bytes(2 * 441), **form))
        await theirs.say(AudioStop())
        await theirs.next_of(Played)
        (lease,) = theirs.speaker.leases
        assert lease.heard == 10 * 441


async def test_a_second_server_does_not_hear_with() -> None:
    async with served() as theirs:
        await theirs.say(RunSatellite())
        await theirs.next_of(AudioChunk)
        async with AsyncTcpClient("127.0.0.1", theirs.port) as second:
            await second.write_event(RunSatellite().event())
            with anyio.fail_after(5):
                assert await second.read_event() is None
        await theirs.next_of(AudioChunk)


async def test_sound_of_another_kind_ends_the_conversation() -> None:
    async with served() as theirs:
        await theirs.say(AudioChunk(audio=bytes(8), rate=22_050, width=4, channels=1))
        assert await theirs.next() is None


async def test_half_a_letter_is_answered_and_ends_nothing() -> None:
    async with served() as theirs:
        async with await anyio.connect_tcp("127.0.0.1", theirs.port) as stream:
            await stream.send(b'{"type": "ping", "data": {"text": "\\ud800"}}\n')
            with anyio.fail_after(5):
                assert b'"pong"' in await stream.receive()
        await theirs.say(Ping())
        await theirs.next_of(Pong)


@pytest.mark.parametrize(
    ("host", "may"),
    [("127.0.0.1", True), ("::1", True), ("192.0.2.7", True), ("192.0.2.8", False), ("?", False)],
)
def test_only_who_was_named_may_come(host: str, may: bool) -> None:
    door = WyomingDoor("study", Counting(), FakeSpeaker(), ("192.0.2.7",), print)
    assert door._may_come(host) is may
