"""Muted is muted in every room; and a door that nobody can have is told, and tried again."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from anyio.abc import TaskGroup
from control_lab import until

from voiced import rooms
from voiced.announcements import Announcement, Hearing
from voiced.composition.brain import open_brain
from voiced.config import load
from voiced.controls import Mode
from voiced.errors import DeviceError
from voiced.events import ModeChanged, PlaybackStarted
from voiced.loop.announcing import Crier
from voiced.loop.session import Stages
from voiced.registry import plugin_names
from voiced.rooms import Doorway, Rooms, keep_door
from voiced.satellites.door import Door
from voiced.satellites.link import Link
from voiced.testing.fakes import (
    FAKE_VOICE,
    FakeMicrophone,
    FakeSpeaker,
    FakeSynthesizer,
    FakeTranscriber,
    FakeVoiceDetector,
)
from voiced.trust.labels import Integrity

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Away(FakeSpeaker):
    """A satellite that keeps whether it is muted, and whether it is listened to."""

    name = "kitchen"
    rights = ("R0", "W1", "O1")
    is_over = False

    def __init__(self) -> None:
        super().__init__()
        self.is_muted = False
        self.is_heard = False
        self._microphone = FakeMicrophone([], 60.0)

    def ready(self) -> None:
        """The room is there."""

    def mute(self, *, wanted: bool) -> None:
        self.is_muted = wanted

    async def frames(self) -> AsyncGenerator[Any]:
        self.is_heard = True
        try:
            async for frame in self._microphone.frames():
                yield frame
        finally:
            self.is_heard = False

    def is_(self, *, muted: bool) -> bool:
        return (self.is_muted, self.is_heard) == (muted, not muted)


@asynccontextmanager
async def _house(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[Rooms, TaskGroup]]:
    for name in ("CACHE", "CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("VOICED_FILES__ROOTS", str(home))
    monkeypatch.setenv("VOICED_TRANSCRIBER__ENGINE", "openai")  # the room takes that of the house
    monkeypatch.setenv("VOICED_TRANSCRIBER__URL", "http://127.0.0.1:9/v1")
    loaded = load(None, os.environ, plugin_names)
    here = Stages(
        FakeMicrophone([], 60.0),
        FakeVoiceDetector(),
        FakeTranscriber([]),
        FakeSynthesizer(),
        FakeSpeaker(),
        FAKE_VOICE,
    )
    with anyio.fail_after(20):
        async with open_brain(loaded, hears=False) as brain, anyio.create_task_group() as tasks:
            yield Rooms(loaded.config, brain, here), tasks
            tasks.cancel_scope.cancel()


async def test_who_mutes_the_assistant_mutes_every_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _house(tmp_path, monkeypatch) as (house, tasks):

        def change(mode: Mode) -> None:
            house.hear(ModeChanged(0, mode))

        kitchen, attic = Away(), Away()
        tasks.start_soon(house.open, cast("Link", kitchen))
        await until(lambda: kitchen.is_muted)  # nobody has said yet that it may be heard
        change("listening")
        await until(lambda: kitchen.is_(muted=False))
        change("muted")
        await until(lambda: kitchen.is_(muted=True))
        tasks.start_soon(house.open, cast("Link", attic))
        await until(lambda: attic.is_(muted=True))
        change("asleep")
        await until(lambda: kitchen.is_(muted=False) and attic.is_(muted=False))


async def test_a_room_whose_word_cannot_be_known_is_deaf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("VOICED_ACTIVATION__MODE", "wake_word")
    monkeypatch.setenv("VOICED_ACTIVATION__WORDS", str(tmp_path / "no-such-word.json"))
    async with _house(tmp_path, monkeypatch) as (house, _):
        house.hear(ModeChanged(0, "asleep"))
        kitchen = Away()
        with anyio.move_on_after(1) as waited:
            await house.open(cast("Link", kitchen))
    assert not waited.cancelled_caught
    assert "the satellite kitchen is of no use" in caplog.text


class Broken(Away):
    """One whose sound is lost for good."""

    async def frames(self) -> AsyncGenerator[Any]:
        raise DeviceError("no sound comes from there", retryable=False)
        yield


async def test_a_room_that_breaks_breaks_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with _house(tmp_path, monkeypatch) as (house, _):
        house.hear(ModeChanged(0, "listening"))
        await house.open(cast("Link", Broken()))
    assert "the satellite kitchen is of no use: no sound comes from there" in caplog.text


class Here:
    """The voice of the machine itself."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def say(self, announcement: Announcement, _: Integrity, __: float) -> Hearing:
        self.said.append(announcement.key)
        return "answered"


async def test_what_is_announced_in_a_room_is_said_there_and_here_if_nobody_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, type]] = []
    here, away, stays = Here(), Away(), anyio.CancelScope()
    async with _house(tmp_path, monkeypatch) as (house, tasks):
        house.readers.append(lambda room, event: told.append((room, type(event))))

        async def live() -> None:
            with stays:
                await house.open(cast("Link", away))

        async def say(key: str, text: str, room: str) -> Hearing:
            news = Announcement(key, text, room=room)
            return await house.say(news, Integrity.CONFIG, 0.0, cast("Crier", here))

        tasks.start_soon(live)
        await until(lambda: house.controls("kitchen") != ())
        assert await say("tea", "Tea.", "kitchen") == "heard"
        assert ("kitchen", PlaybackStarted) in told
        assert await say("door", "The door.", "") == "answered"
        assert await say("bath", "The bath.", "attic") == "answered"
        assert here.said == ["door", "bath"]
        told.clear()
        tasks.start_soon(say, "long", 20 * "It takes a while to say all of this. ", "kitchen")
        await until(lambda: ("kitchen", PlaybackStarted) in told)
        away.is_over = True
        stays.cancel()
        await until(lambda: here.said[-1] == "long")
        assert house.controls() == ()


async def _comes_in(place: str) -> bool:
    """Whether somebody listens there."""
    host, _, port = place.partition(":")
    try:
        await (await anyio.connect_tcp(host, int(port))).aclose()
    except OSError:
        return False
    return True


async def _until(place: str, *, opens: bool) -> None:
    while await _comes_in(place) is not opens:  # noqa: ASYNC110 - it comes or goes
        await anyio.sleep(0.01)


async def test_an_address_that_is_not_free_yet_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_AGAIN_S", 0.01)
    told: list[str] = []
    tries: list[int] = []

    class Tried(Door):
        async def serve(self, host: str, port: int, **_: Any) -> None:
            tries.append(port)
            await super().serve(host, port)

    async def nobody(_: Link) -> None: ...

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                door = Tried(tmp_path, nobody, lambda _: None)
                tasks.start_soon(partial(keep_door, door, ("127.0.0.1", port), told.append))
                await until(lambda: len(tries) > 2)
                taken.close()
                await _until(f"127.0.0.1:{port}", opens=True)
                tasks.cancel_scope.cancel()
    assert len(told) == 1, "it is told once"
    assert "satellites.listen" in told[0]
    assert "choose another port" in told[0]


async def test_the_door_is_where_the_settings_want_it(tmp_path: Path) -> None:
    async def nobody(_: Link) -> None: ...

    places: list[str] = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            places.append(f"127.0.0.1:{free.getsockname()[1]}")
    first, second = places
    doorway = Doorway(Door(tmp_path, nobody, lambda _: None), "", pytest.fail)
    assert doorway.names is None
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(doorway.run)
            for place, others in ((first, [second]), (second, [first]), ("", places)):
                doorway.move(place)
                if place:
                    await _until(place, opens=True)
                assert doorway.names == (() if place else None)
                for other in others:
                    await _until(other, opens=False)
            tasks.cancel_scope.cancel()
