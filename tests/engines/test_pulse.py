"""The devices of a sound server by name, and microphone and speaker on a real one."""

from __future__ import annotations

import itertools
import time
from contextlib import aclosing
from pathlib import Path

import anyio
import numpy as np
import pytest
from sound_server import Ear, SoundServer

from voiced.audio import RATE_HZ, AudioFrame, Samples
from voiced.composition.engines import uses_pulse
from voiced.config import Config
from voiced.config.speech import AudioSettings
from voiced.engines.pulse import Device, Listed, pick
from voiced.engines.pulse_library import server_is_there
from voiced.engines.pulse_microphone import PulseMicrophone
from voiced.engines.pulse_speaker import PulseSpeaker
from voiced.errors import DeviceError
from voiced.testing import signals
from voiced.testing.conformance import check_microphone, check_speaker


def device(name: str, description: str = "", *, is_monitor: bool = False) -> Device:
    return Device(name, description, 48_000, is_monitor, is_muted=False, is_hardware=True)


BUILT_IN = device("alsa_input.pci", "Built-in Audio")
USB = device("alsa_input.usb", "USB Audio")
CAMERA = device("alsa_input.usb-camera", "USB camera")
MONITOR = device("alsa_output.pci.monitor", "Monitor of Built-in Audio", is_monitor=True)


def listed(default: str = BUILT_IN.name) -> Listed:
    return Listed([MONITOR, BUILT_IN, USB, CAMERA], default)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("default", BUILT_IN),
        ("pulse", BUILT_IN),
        ("alsa_input.usb", USB),
        ("usb audio", USB),
        ("camera", CAMERA),
        ("built-in", BUILT_IN),
    ],
)
def test_a_device_is_found_by_name_description_or_part(wanted: str, found: Device) -> None:
    assert pick(listed(), "microphone", wanted) is found


@pytest.mark.parametrize("wanted", ["default", "alsa_output.pci.monitor", "Monitor of Built-in"])
def test_a_monitor_is_never_a_microphone(wanted: str) -> None:
    with pytest.raises(DeviceError, match="is the monitor of a loudspeaker") as caught:
        pick(listed(MONITOR.name), "microphone", wanted)
    assert caught.value.retryable, "a real one may be plugged in"
    assert caught.value.cause == "gone"


def test_an_unknown_or_ambiguous_name_lists_those_that_exist() -> None:
    with pytest.raises(DeviceError, match=r"no such device: 'phone'; there are: 'alsa_input\.pci'"):
        pick(listed(), "microphone", "phone")
    with pytest.raises(DeviceError, match="2 devices match 'usb'") as caught:
        pick(listed(), "microphone", "usb")
    assert "audio.microphone" in caught.value.mend
    with pytest.raises(DeviceError, match="none at all"):
        pick(Listed([MONITOR], ""), "microphone", "default")


def test_where_there_is_a_server(tmp_path: Path) -> None:
    assert not server_is_there({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert server_is_there({"PULSE_SERVER": "tcp:somewhere"})
    (tmp_path / "pulse").mkdir()
    (tmp_path / "pulse" / "native").touch()
    assert server_is_there({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert server_is_there({"PULSE_RUNTIME_PATH": str(tmp_path / "pulse")})


def test_the_configuration_may_choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def chosen(**audio: str) -> bool:
        return uses_pulse(Config(audio=AudioSettings.model_validate(audio)))

    monkeypatch.delenv("PULSE_SERVER", raising=False)
    monkeypatch.delenv("PULSE_RUNTIME_PATH", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert not chosen()
    assert chosen(server="pulse")
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    assert not chosen(server="portaudio")


# With a real server


def is_sounding(ear: Ear) -> bool:
    """Whether a tone is not wholly recorded yet."""
    sound = ear.sound.astype(int)
    return len(sound) < 1.2 * RATE_HZ or bool(np.abs(sound[-RATE_HZ // 10 :]).max() > 200)


@pytest.mark.device
@pytest.mark.anyio
async def test_microphone_and_speaker_conform(sound_server: SoundServer) -> None:
    await check_microphone(PulseMicrophone("microphone"))
    await check_speaker(PulseSpeaker("speaker"))


@pytest.mark.device
@pytest.mark.anyio
async def test_unknown_devices_are_named_with_those_that_exist(sound_server: SoundServer) -> None:
    with pytest.raises(DeviceError, match=r"'nowhere'; there are: .*'microphone'"):
        await PulseMicrophone("nowhere").prepare()
    with pytest.raises(DeviceError, match="'nowhere'; there are: 'speaker'"):
        await PulseSpeaker("nowhere").prepare()
    sound_server.kill()
    with pytest.raises(DeviceError, match="no sound server: Connection refused"):
        await PulseMicrophone().prepare()


@pytest.mark.device
@pytest.mark.anyio
async def test_sound_is_heard_as_it_is_said_and_what_a_busy_loop_lost_is_counted(
    sound_server: SoundServer,
) -> None:
    said = signals.chirp(0.3, 200, 3000)
    heard: list[AudioFrame] = []
    async with aclosing(PulseMicrophone().frames()) as frames:
        async for frame in frames:
            heard.append(frame)
            if len(heard) == 1:
                sound_server.say(said)
            if len(heard) == 50:
                time.sleep(2.5)  # noqa: ASYNC251 - the loop is to be blocked
            if len(heard) == 60:
                break
    sound = np.concatenate([frame.samples for frame in heard[:50]]).astype(float)
    at = int(np.argmax(np.abs(np.correlate(sound, said.astype(float), "valid"))))
    assert np.corrcoef(sound[at : at + len(said)], said)[0, 1] > 0.95
    jumps = [b.start - a.end for a, b in itertools.pairwise(heard) if b.start != a.end]
    assert len(jumps) == 1
    assert 0.2 * RATE_HZ < jumps[0] < 0.9 * RATE_HZ  # 2.5 s less the 2 s that are kept


@pytest.mark.device
@pytest.mark.anyio
async def test_a_tone_comes_out_whole_and_a_stopped_one_at_once_no_more(
    sound_server: SoundServer,
) -> None:
    speaker = PulseSpeaker("speaker")
    await speaker.prepare()
    tone = signals.tone(0.8)
    with sound_server.listening() as ear:
        playback = speaker.open()
        for frame in signals.frames(tone):
            await playback.play(frame)
        await playback.drain()
        assert playback.stop() == len(tone)
        with anyio.fail_after(5):  # a busy recorder is behind
            while is_sounding(ear):  # noqa: ASYNC110 - a program records it
                await anyio.sleep(0.05)
        loud = np.nonzero(np.abs(ear.sound.astype(int)) > 200)[0]
        assert (loud[-1] - loud[0]) / RATE_HZ == pytest.approx(0.8, abs=0.03)
        playback = speaker.open()
        for frame in signals.frames(tone)[:30]:
            await playback.play(frame)
        called_s = time.perf_counter()
        playback.stop()
        await anyio.sleep(0.3)
        assert ear.last_audible_s() - called_s < 0.1
    await speaker.aclose()


@pytest.mark.device
@pytest.mark.anyio
async def test_a_narrow_stereo_microphone_is_heard_at_its_pitch(sound_server: SoundServer) -> None:
    """As a Bluetooth headset in its telephone profile, whatever its channels are."""
    sound_server.control(
        "load-module", "module-null-sink", "sink_name=far", "rate=8000", "channels=2", "norewinds=1"
    )
    sound_server.control(
        "load-module", "module-remap-source", "source_name=headset", "master=far.monitor"
    )
    loud: list[Samples] = []
    async with aclosing(PulseMicrophone("headset").frames()) as frames:
        sound_server.say(signals.tone(2.0), "far")
        with anyio.fail_after(5):
            async for frame in frames:
                if np.abs(frame.samples).max() > 1000:
                    loud.append(frame.samples)
                if len(loud) == 40:
                    break
    sound = np.concatenate(loud[5:]).astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.argmax(spectrum) * RATE_HZ / len(sound) == pytest.approx(440.0, abs=3.0)
