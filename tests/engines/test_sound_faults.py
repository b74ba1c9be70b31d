"""What goes wrong with sound, on a real PulseAudio and a real PipeWire: a session heals itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pipewire_server
import pytest
import sound_server
from sound_rig import listening
from sound_server import SoundServer

from voiced.events import (
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    PlaybackStarted,
    StageFailed,
    TurnEnded,
)
from voiced.testing import signals

pytestmark = [pytest.mark.device, pytest.mark.anyio]

TONE = signals.tone(1.0)
GONE = "I can't hear you: the microphone is gone."
AGAIN = "I can hear you again."


@pytest.fixture(scope="module", params=["pulseaudio", "pipewire"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SoundServer]:
    """One for all tests: each leaves the devices as it found them."""
    kind = sound_server if request.param == "pulseaudio" else pipewire_server
    missing = kind.what_is_missing()
    if missing:
        pytest.skip(f"no sound server: {missing}")
    with kind.running(tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def devices(server: SoundServer) -> Iterator[SoundServer]:
    """The server, with its two devices as they were at first."""
    yield server
    server.restore()


def say(server: SoundServer, sink: str = "mouth") -> None:
    server.say(TONE, sink)


async def test_an_unplugged_microphone_is_told_and_never_replaced_by_the_loudspeaker(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        say(devices, "speaker")
        await anyio.sleep(0.3)
        unplugged_s = time.perf_counter()
        devices.unplug("microphone")
        lost = await rig.until_event(DeviceLost, within_s=1.0)
        assert (lost.device, lost.cause) == ("microphone", "gone")
        await rig.until(lambda: GONE in rig.sentences, 2.0)
        frames = len(rig.frames)
        say(devices, "speaker")
        await anyio.sleep(0.5)
        assert len(rig.frames) == frames, "something else was listened to"
        assert not rig.hears_sound(0.0), "it heard the loudspeaker"
        devices.plug_microphone()
        took_s = await rig.until(lambda: rig.of(DeviceFound), 2.0)
        print(f"heard again after {took_s:.2f} s; lost {rig.events[0][0] - unplugged_s:.3f} s")
        say(devices)
        began_s = time.perf_counter()
        await rig.until(lambda: rig.hears_sound(began_s))
        await rig.until(lambda: AGAIN in rig.sentences)
        assert rig.sentences == [GONE, AGAIN]


async def test_a_new_default_microphone_is_followed_and_told_once(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.plug_microphone("other")
        devices.control("set-default-source", "other")
        noted = await rig.until_event(DeviceNoted)
        assert (noted.device, noted.note) == ("microphone", "uses")
        say(devices)
        began_s = time.perf_counter()
        await rig.until(lambda: rig.hears_sound(began_s))
        await rig.until(lambda: rig.sentences)
        gaps = [b - a for (a, _), (b, _) in zip(rig.frames, rig.frames[1:], strict=False)]
        print(f"longest gap {max(gaps):.3f} s")
        assert max(gaps) < 1.0
        assert rig.sentences == ["I listen on another microphone now."]
        assert not rig.of(DeviceLost)


async def test_a_monitor_that_becomes_the_default_is_not_listened_to(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.control("set-default-source", "speaker.monitor")
        say(devices, "speaker")
        await anyio.sleep(0.5)
        assert not rig.hears_sound(0.0)
        say(devices)
        await rig.until(lambda: rig.hears_sound(0.0))
        assert not rig.of(DeviceLost)


async def test_a_reply_goes_on_where_its_loudspeaker_goes(
    devices: SoundServer, tmp_path: Path
) -> None:
    devices.plug_speaker("other")
    async with listening(tmp_path) as rig, anyio.create_task_group() as tasks:
        tasks.start_soon(rig.speak, "One, two, three, four, five, six.")
        with devices.listening("other.monitor") as other, devices.listening("mouth.monitor") as own:
            await rig.until_event(PlaybackStarted)
            await anyio.sleep(0.3)
            unplugged_s = time.perf_counter()
            devices.unplug("speaker")
            ended = await rig.until_event(TurnEnded)
            went_on_s = [
                at_s for ear in (other, own) for at_s in ear.audible_s() if at_s > unplugged_s
            ]
        print(f"heard on another after {min(went_on_s) - unplugged_s:.3f} s")
        assert min(went_on_s) - unplugged_s < 1.0
        assert ended.heard.endswith("six.")
        assert not rig.of(StageFailed)


async def test_a_server_that_is_started_anew_is_no_news(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.kill()
        lost = await rig.until_event(DeviceLost)
        assert lost.cause == "server"
        devices.start_again()
        await rig.until(lambda: {found.device for found in rig.of(DeviceFound)} >= BOTH)
        say(devices)
        began_s = time.perf_counter()
        await rig.until(lambda: rig.hears_sound(began_s))
        assert not rig.sentences
        with devices.listening() as ear:
            await rig.speak("Here I am.")
            assert max(abs(ear.sound.astype(int))) > 1000


BOTH = {"microphone", "speaker"}


async def test_a_server_that_does_not_come_back_is_told(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.kill()
        await rig.until(lambda: rig.sentences, 6.0)
        lost_s = next(at_s for at_s, event in rig.events if isinstance(event, DeviceLost))
        said_s = next(at_s for at_s, words in rig.shown if "server" in words)
        assert said_s - lost_s > 2.9
        devices.start_again()
        await rig.until(lambda: any("hear you again" in words for words in rig.sentences))


async def test_a_server_that_hangs_is_told_and_blocks_nothing(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        rig.longest_lag_s = 0.0
        frozen_s = time.perf_counter()
        devices.freeze()
        try:
            await rig.until(lambda: rig.sentences, 4.0)
            told_s = rig.shown[0][0] - frozen_s
            await anyio.sleep(1.0)  # so that it is looked for again meanwhile
        finally:
            devices.thaw()
        print(f"told after {told_s:.2f} s; the loop was late by {1000 * rig.longest_lag_s:.0f} ms")
        assert told_s > 1.9
        assert rig.longest_lag_s < 0.5
        await rig.until(lambda: {found.device for found in rig.of(DeviceFound)} >= BOTH)
        say(devices)
        began_s = time.perf_counter()
        await rig.until(lambda: rig.hears_sound(began_s))


async def test_a_microphone_that_is_muted_at_the_system_is_told_once(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.control("set-source-mute", "microphone", "1")
        muted = await rig.until_event(DeviceNoted, within_s=2.0)
        assert muted.note == "muted"
        await rig.until(lambda: rig.sentences)
        devices.control("set-source-mute", "microphone", "0")
        assert (await rig.until_event(DeviceNoted, 2)).note == "unmuted"
        assert rig.sentences == ["Your microphone is muted."]
        assert not rig.of(DeviceLost)


async def test_nothing_is_heard_while_the_computer_sleeps(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        rig.session.sleeps(is_asleep=True)
        await anyio.sleep(0.1)
        frames = len(rig.frames)
        say(devices)
        await anyio.sleep(0.5)
        assert len(rig.frames) == frames
        rig.session.sleeps(is_asleep=False)
        await rig.until(lambda: len(rig.frames) > frames, 3.0)
        assert not rig.sentences
