"""What goes wrong with sound, on a real PulseAudio and a real PipeWire: a session heals itself."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import anyio
import pipewire_server as pipewire
import pytest
import sound_server as pulseaudio
from daemon_process import Daemon
from sound_rig import listening
from sound_server import SoundServer

from voiced.audio import Samples
from voiced.events import (
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    PlaybackStarted,
    ReplySentence,
    StageFailed,
    TurnEnded,
)
from voiced.testing import signals

pytestmark = [pytest.mark.device, pytest.mark.anyio]

TONE = signals.tone(1.0)
OTHERS = "browser desktop files look mail photos search sums talk timers writing".split()
GONE = "I can't hear you: the microphone is gone."
AGAIN = "I can hear you again."


@pytest.fixture(scope="module", params=["pulseaudio", "pipewire"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SoundServer]:
    """One for all tests: each leaves the devices as it found them."""
    kind = pulseaudio if request.param == "pulseaudio" else pipewire
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


def sound(server: SoundServer, sink: str = "mouth") -> None:
    """A tone, into the microphone or out of the loudspeaker."""
    server.say(TONE, sink)


async def test_an_unplugged_microphone_is_told_and_never_replaced_by_the_loudspeaker(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        sound(devices, "speaker")
        await anyio.sleep(0.3)
        unplugged_s = time.perf_counter()
        devices.unplug("microphone")
        lost = await rig.until_event(DeviceLost)
        assert (lost.device, lost.cause) == ("microphone", "gone")
        await rig.until(lambda: GONE in rig.sentences)
        frames = len(rig.frames)
        sound(devices, "speaker")
        await anyio.sleep(0.5)
        assert len(rig.frames) == frames, "something else was listened to"
        assert not rig.hears_sound(0.0), "it heard the loudspeaker"
        devices.plug_microphone()
        took_s = await rig.until(lambda: rig.of(DeviceFound))
        print(f"heard again after {took_s:.2f} s; lost {rig.events[0][0] - unplugged_s:.3f} s")
        sound(devices)
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
        sound(devices)
        began_s = time.perf_counter()
        await rig.until(lambda: rig.hears_sound(began_s))
        await rig.until(lambda: rig.sentences)
        gaps = [b - a for (a, _), (b, _) in zip(rig.frames, rig.frames[1:], strict=False)]
        print(f"longest gap {max(gaps):.3f} s")
        assert max(gaps) < 3.0, "it went on with the one before, or was lost"
        assert rig.sentences == ["I listen on another microphone now."]
        assert not rig.of(DeviceLost)


async def test_a_monitor_that_becomes_the_default_is_not_listened_to(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.control("set-default-source", "speaker.monitor")
        sound(devices, "speaker")
        await anyio.sleep(0.5)
        assert not rig.hears_sound(0.0)
        sound(devices)
        await rig.until(lambda: rig.hears_sound(0.0))
        assert not rig.of(DeviceLost)


async def test_a_reply_goes_on_where_its_loudspeaker_goes(
    devices: SoundServer, tmp_path: Path
) -> None:
    devices.plug_speaker("other")
    async with listening(tmp_path) as rig, anyio.create_task_group() as tasks:
        tasks.start_soon(rig.speak, "One, two, three, four.")
        with devices.listening("other.monitor") as other, devices.listening("mouth.monitor") as own:
            await rig.until_event(PlaybackStarted)
            await anyio.sleep(0.3)
            unplugged_s = time.perf_counter()
            devices.unplug("speaker")
            ended = await rig.until_event(TurnEnded)
            went_on_s = [
                at_s for ear in (other, own) for at_s in ear.audible_s() if at_s > unplugged_s
            ]
        assert went_on_s, "the rest was not heard"
        print(f"heard on another after {min(went_on_s) - unplugged_s:.3f} s")
        assert ended.heard.endswith("four.")
        assert not rig.of(StageFailed)


async def test_the_last_loudspeaker_that_goes_is_told_and_found_again(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig, anyio.create_task_group() as tasks:
        tasks.start_soon(rig.speak, "One, two, three, four.")
        await rig.until_event(PlaybackStarted)
        sound_server.unplug("mouth")
        sound_server.unplug("speaker")
        ended = await rig.until_event(TurnEnded)
        assert not ended.heard.endswith("four.")
        words = " ".join(event.text for event in rig.of(ReplySentence))
        assert words == "One, two, three, four.", "it can be read"
        await rig.until(lambda: "I can't speak: the loudspeaker is gone." in rig.sentences)
        sound_server.plug_speaker()
        await rig.until(lambda: "speaker" in {found.device for found in rig.of(DeviceFound)})
        with sound_server.listening() as ear:
            await rig.speak("Here I am.")
            assert max(abs(ear.sound.astype(int))) > 1000


async def test_a_server_that_is_started_anew_is_no_news(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.kill()
        lost = await rig.until_event(DeviceLost)
        assert lost.cause == "server"
        devices.start_again()
        await rig.until(lambda: {found.device for found in rig.of(DeviceFound)} >= BOTH)
        sound(devices)
        began_s = time.perf_counter()
        await rig.until(lambda: rig.hears_sound(began_s))
        assert not rig.sentences
        with devices.listening() as ear:
            await rig.speak("Here I am.")
            assert max(abs(ear.sound.astype(int))) > 1000


BOTH = {"microphone", "speaker"}


async def test_a_server_that_does_not_come_back_is_told(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        sound_server.kill()
        await rig.until(lambda: rig.sentences)
        lost_s = next(at_s for at_s, event in rig.events if isinstance(event, DeviceLost))
        said_s = next(at_s for at_s, words in rig.shown if "server" in words)
        assert said_s - lost_s > 2.9
        sound_server.start_again()
        await rig.until(lambda: any("hear you again" in words for words in rig.sentences))


async def test_a_server_that_hangs_is_told_and_blocks_nothing(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        rig.longest_lag_s = 0.0
        frozen_s = time.perf_counter()
        devices.freeze()
        try:
            await rig.until(lambda: rig.sentences)
            told_s = rig.shown[0][0] - frozen_s
            await anyio.sleep(1.0)  # so that it is looked for again meanwhile
        finally:
            devices.thaw()
        print(f"told after {told_s:.2f} s; the loop was late by {1000 * rig.longest_lag_s:.0f} ms")
        assert told_s > 1.9
        assert rig.longest_lag_s < 1.5, "it waits for the server"
        await rig.until(lambda: {found.device for found in rig.of(DeviceFound)} >= BOTH)
        sound(devices)
        began_s = time.perf_counter()
        await rig.until(lambda: rig.hears_sound(began_s))


async def test_a_microphone_that_is_muted_at_the_system_is_told_once(
    devices: SoundServer, tmp_path: Path
) -> None:
    async with listening(tmp_path) as rig:
        devices.control("set-source-mute", "microphone", "1")
        muted = await rig.until_event(DeviceNoted)
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
        sound(devices)
        await anyio.sleep(0.5)
        assert len(rig.frames) == frames
        rig.session.sleeps(is_asleep=False)
        await rig.until(lambda: len(rig.frames) > frames)
        assert not rig.sentences


async def test_what_was_said_while_the_process_stood_still_is_no_order(
    sound_server: SoundServer, tmp_path: Path, say: Callable[..., Awaitable[Samples]]
) -> None:
    question = await say("what time is it", "en-us+klatt4")
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
    few = {"VOICED_INTENTS__DISABLED": json.dumps(OTHERS)}
    daemon = Daemon([], sound_server.environment | home | few)
    try:
        daemon.wait_for("mode_changed")
        await anyio.sleep(0.3)
        daemon.process.send_signal(signal.SIGSTOP)
        stopped_s = time.perf_counter()
        sound_server.say(question).wait(10)
        await anyio.sleep(max(0.0, stopped_s + 2.5 - time.perf_counter()))
        daemon.process.send_signal(signal.SIGCONT)
        assert not daemon.has("turn_started", within_s=1.0)
        sound_server.say(question).wait(10)
        _, ended = daemon.wait_for("turn_ended")
        assert ended["outcome"] == "completed"
        assert len([row for _, row in daemon.rows if row["type"] == "turn_started"]) == 1
    finally:
        errors = daemon.stop()
    assert "hear you" not in errors
