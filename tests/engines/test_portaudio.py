from __future__ import annotations

import itertools
import time
from contextlib import aclosing
from types import SimpleNamespace

import anyio
import numpy as np
import pytest
from sound_server import SoundServer

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, silence
from voiced.engines import portaudio
from voiced.engines.portaudio_microphone import (
    BlockCutter,
    PortAudioMicrophone,
    refuse_monitor,
)
from voiced.engines.portaudio_speaker import PortAudioSpeaker
from voiced.errors import DeviceError, ModelMissing
from voiced.testing import signals
from voiced.testing.conformance import check_microphone, check_speaker

device = pytest.mark.device
pytestmark = pytest.mark.anyio


@pytest.fixture
def note():
    """Say a measured figure; ``pytest -rP`` shows it."""
    return print


def loudest_hz(sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * RATE_HZ / len(sound))


def audible(sound):
    at = np.nonzero(np.abs(sound.astype(int)) > 200)[0]
    return sound[at[0] : at[-1] + 1]


# Without a device.


def listed(*names: str, channels: int = 1):
    entries = [
        {
            "name": name,
            "max_input_channels": channels,
            "max_output_channels": 0,
            "default_samplerate": 44100.0,
        }
        for name in names
    ]
    return SimpleNamespace(
        query_devices=lambda: entries, default=SimpleNamespace(device=[len(names) - 1, -1])
    )


def test_without_portaudio_the_error_says_how_to_install_it() -> None:
    def importer(name: str) -> object:
        raise OSError("PortAudio library not found")

    with pytest.raises(ModelMissing, match="sudo apt install libportaudio2") as caught:
        portaudio.load("input", importer)
    assert caught.value.stage == "microphone"
    assert "dnf install portaudio" in caught.value.mend
    assert "pacman -S portaudio" in caught.value.mend


@pytest.mark.parametrize(
    ("name", "found"), [("default", 2), ("USB", 1), ("usb", 1), ("USB camera", 2), ("built", 0)]
)
def test_a_device_is_found_by_name(name: str, found: int) -> None:
    library = listed("Built-in", "USB", "USB camera")
    assert portaudio.find(library, "input", name).index == found


@pytest.mark.parametrize(
    ("name", "says"),
    [("phone", "no such device: 'phone'; there are: 'a one', 'a two'"), ("a", "2 devices match")],
)
def test_an_unknown_or_ambiguous_device_lists_those_that_exist(name: str, says: str) -> None:
    with pytest.raises(DeviceError, match=says) as caught:
        portaudio.find(listed("a one", "a two"), "input", name)
    assert "audio.microphone" in caught.value.mend


def test_no_device_at_all() -> None:
    with pytest.raises(DeviceError, match="there are: none at all") as caught:
        portaudio.find(listed("mic"), "output", "default")
    assert caught.value.stage == "speaker"
    assert "--sink PATH.wav" in caught.value.mend


@pytest.mark.parametrize("name", ["alsa_output.pci.analog.monitor", "Monitor of Built-in Audio"])
def test_the_monitor_of_a_loudspeaker_is_not_a_microphone(name: str) -> None:
    with pytest.raises(DeviceError, match="not a microphone"):
        refuse_monitor(portaudio.Device(0, name, 1, 44100))


def test_a_monitor_of_a_person_is_allowed() -> None:
    refuse_monitor(portaudio.Device(0, "Baby monitor", 1, 44100))


def test_lost_blocks_make_start_jump_by_what_was_lost() -> None:
    cutter = BlockCutter(portaudio.Format(RATE_HZ, 1))
    block = silence(160).tobytes()
    ats = [0, 160, 320, 480, 640 + 1600, 640 + 1760]
    starts = [frame.start for at in ats for frame in cutter.feed(at, block)]
    assert starts == [0, 320, 640 + 1600]


def test_start_never_goes_back_when_the_rate_is_changed() -> None:
    cutter = BlockCutter(portaudio.Format(48_000, 2))
    sound = np.repeat(signals.tone(0.01), 2)
    stereo = np.concatenate([sound] * 3).astype(np.int16).tobytes()
    at, ends = 0, [0]
    for count in range(200):
        at += 4800 if count % 20 == 19 else 480
        for frame in cutter.feed(at, stereo):
            assert frame.start >= ends[-1]
            assert frame.start <= at / 3
            ends.append(frame.end)
    assert len(ends) > 50
    assert at / 3 - ends[-1] < 0.4 * RATE_HZ  # no drift, whatever the resampler holds back


def test_stereo_is_mixed() -> None:
    cutter = BlockCutter(portaudio.Format(RATE_HZ, 2))
    left_only = np.stack([np.full(320, 1000), np.zeros(320)], axis=1).astype(np.int16)
    (frame,) = cutter.feed(0, left_only.tobytes())
    assert set(frame.samples) == {500}


async def test_a_speaker_that_is_not_prepared_cannot_be_leased() -> None:
    with pytest.raises(DeviceError, match="prepare"):
        PortAudioSpeaker().open()


# With a real sound server.


@device
async def test_the_microphone_conforms(sound_server: SoundServer) -> None:
    await check_microphone(PortAudioMicrophone("microphone"))


@device
async def test_the_speaker_conforms(sound_server: SoundServer) -> None:
    await check_speaker(PortAudioSpeaker("speaker"))


@device
async def test_unknown_devices_are_named_with_those_that_exist(sound_server: SoundServer) -> None:
    with pytest.raises(DeviceError, match=r"'nowhere'; there are: .*'microphone'"):
        await PortAudioMicrophone("nowhere").prepare()
    with pytest.raises(DeviceError, match=r"'nowhere'; there are: .*'speaker'"):
        await PortAudioSpeaker("nowhere").prepare()


@device
async def test_a_sound_said_into_the_microphone_is_heard(sound_server: SoundServer) -> None:
    said = signals.chirp(1.0, 200, 3000)
    pieces = []
    async with aclosing(PortAudioMicrophone().frames()) as frames:
        async for frame in frames:
            if frame.start == 0:
                voice = sound_server.say(said)
            pieces.append(frame.samples)
            if frame.end >= 2.5 * RATE_HZ:
                break
    voice.wait(5)
    heard = np.concatenate(pieces).astype(float)
    likeness = np.correlate(heard, said.astype(float), "valid")
    at = int(np.argmax(np.abs(likeness)))
    found = heard[at : at + len(said)]
    assert np.corrcoef(found, said)[0, 1] > 0.95


@device
async def test_a_loop_that_was_busy_learns_how_much_was_lost(sound_server: SoundServer) -> None:
    starts = []
    async with aclosing(PortAudioMicrophone("microphone").frames()) as frames:
        async for frame in frames:
            starts.append(frame.start)
            if len(starts) == 10:
                time.sleep(2.5)  # noqa: ASYNC251 - the loop is to be blocked
            if len(starts) == 20:
                break
    jumps = [b - a for a, b in itertools.pairwise(starts) if b - a != FRAME_SAMPLES]
    assert len(jumps) == 1
    assert 0.2 * RATE_HZ < jumps[0] < 0.9 * RATE_HZ  # 2.5 s less the 2 s that are kept


@device
async def test_what_is_played_comes_out_with_its_pitch_and_length(
    sound_server: SoundServer,
) -> None:
    speaker = PortAudioSpeaker("speaker")
    await speaker.prepare()
    with sound_server.listening() as ear:
        for rate_hz in (16_000, 22_050):
            await _play_tone(speaker, rate_hz, 440.0, 1.0)
            await anyio.sleep(0.3)
        sound = ear.sound
    await speaker.aclose()
    at = np.nonzero(np.abs(sound.astype(int)) > 200)[0]
    gap = int(np.argmax(np.diff(at)))
    for part in (sound[at[0] : at[gap] + 1], sound[at[gap + 1] : at[-1] + 1]):
        assert len(part) / RATE_HZ == pytest.approx(1.0, abs=0.03)
        assert loudest_hz(part) == pytest.approx(440.0, abs=2.0)


async def _play_tone(speaker: PortAudioSpeaker, rate_hz: int, hz: float, seconds: float) -> None:
    sound = (8000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(
        np.int16
    )
    playback = speaker.open()
    step = rate_hz // 50
    for start in range(0, len(sound), step):
        await playback.play(AudioFrame(sound[start : start + step], rate_hz, start))
    await playback.drain()
    assert playback.stop() == len(sound)


@device
async def test_stop_is_silence_within_100_ms_and_counts_what_was_heard(
    sound_server: SoundServer, note
) -> None:
    speaker = PortAudioSpeaker("speaker")
    await speaker.prepare()
    latencies_ms, starts_ms = [], []
    with sound_server.listening() as ear:
        for _ in range(5):
            playback = speaker.open()
            begin_s = time.perf_counter()
            for frame in signals.frames(signals.tone(0.8)):
                await playback.play(frame)
            called_s = time.perf_counter()
            heard = playback.stop()
            assert time.perf_counter() - called_s < 0.005
            await anyio.sleep(0.3)
            first_s = ear.first_audible_s(begin_s)
            latencies_ms.append(1000 * (ear.last_audible_s() - called_s))
            starts_ms.append(1000 * (first_s - begin_s))
            assert heard / RATE_HZ == pytest.approx(called_s - first_s, abs=0.06)
    await speaker.aclose()
    note(f"stop to silence, ms: {latencies_ms}")
    note(f"play to first sound, ms: {starts_ms}")
    assert max(latencies_ms) < 100
    assert min(starts_ms) < 150


@device
async def test_ducking_makes_it_softer_and_resume_restores_it(sound_server: SoundServer) -> None:
    speaker = PortAudioSpeaker("speaker")
    await speaker.prepare()
    with sound_server.listening() as ear:
        playback = speaker.open()
        for count, frame in enumerate(signals.frames(signals.tone(1.5))):
            if count == 25:
                playback.duck(12.0)
            elif count == 50:
                playback.resume()
            await playback.play(frame)
        await playback.drain()
        await anyio.sleep(0.2)
        sound = audible(ear.sound).astype(float)
    await speaker.aclose()
    levels = [np.sqrt(np.mean(part**2)) for part in np.array_split(sound, 30)]
    full, softest = max(levels), min(levels[5:25])
    assert 20 * np.log10(softest / full) == pytest.approx(-12, abs=1)
    assert levels[25] == pytest.approx(full, rel=0.05)
    clicks = np.abs(np.diff(sound)).max() / np.abs(sound).max()
    assert clicks < 1.3 * 2 * np.pi * 440 / RATE_HZ


@device
@pytest.mark.parametrize("fault", ["kill", "freeze", "suspend"])
async def test_a_microphone_that_falls_silent_is_an_error(
    sound_server: SoundServer, fault: str
) -> None:
    microphone = PortAudioMicrophone("microphone", watchdog_s=0.5)
    count = 0
    async with aclosing(microphone.frames()) as frames:
        async for _ in frames:
            count += 1
            if count == 10:
                break
        failed_s = time.perf_counter()
        _inject(sound_server, fault, "suspend-source", "microphone")
        with pytest.raises(DeviceError, match="'microphone' is lost") as caught:
            await _exhaust(frames)
    assert caught.value.retryable
    assert caught.value.stage == "microphone"
    assert time.perf_counter() - failed_s < 4


@device
@pytest.mark.parametrize("fault", ["kill", "freeze", "suspend"])
async def test_a_speaker_that_is_lost_is_an_error_and_opens_anew(
    sound_server: SoundServer, fault: str
) -> None:
    speaker = PortAudioSpeaker("speaker")
    await speaker.prepare()
    playback = speaker.open()
    frames = signals.frames(signals.tone(6.0, peak=0.1))
    await _play_all(playback, frames[:20])
    _inject(sound_server, fault, "suspend-sink", "speaker")
    with pytest.raises(DeviceError, match="'speaker' is lost") as caught:
        await _play_all(playback, frames[20:])
    assert caught.value.retryable
    assert caught.value.stage == "speaker"
    assert playback.stop() < 6.0 * RATE_HZ
    if fault == "suspend":
        sound_server.control("suspend-sink", "speaker", "0")
        await speaker.prepare()
        await _play_tone(speaker, 16_000, 440.0, 0.2)
    await speaker.aclose()


async def _exhaust(frames) -> None:
    async for _ in frames:
        pass


async def _play_all(playback, frames) -> None:
    for frame in frames:
        await playback.play(frame)


def _inject(server: SoundServer, fault: str, *suspend: str) -> None:
    match fault:
        case "kill":
            server.kill()
        case "freeze":
            server.freeze()
        case _:
            server.control(*suspend, "1")


@device
async def test_the_round_trip_from_speaker_to_microphone_is_short(
    sound_server: SoundServer, note
) -> None:
    sound_server.control(
        "load-module", "module-loopback", "source=speaker.monitor", "sink=mouth", "latency_msec=20"
    )
    speaker = PortAudioSpeaker("speaker")
    await speaker.prepare()
    await anyio.sleep(0.5)
    trips_ms: list[float] = []
    async with aclosing(PortAudioMicrophone("microphone").frames()) as frames:
        sent_s, at = 0.0, 0
        async for frame in frames:
            at += 1
            if at % 40 == 0:
                sent_s = time.perf_counter()
                playback = speaker.open()
                for click in signals.frames(signals.click_train(0.2)):
                    await playback.play(click)
            if sent_s and np.abs(frame.samples.astype(int)).max() > 2000:
                trips_ms.append(1000 * (time.perf_counter() - sent_s))
                sent_s = 0.0
            if len(trips_ms) == 5 or at > 400:
                break
    await speaker.aclose()
    note(f"round trip, ms: {trips_ms}")
    assert len(trips_ms) == 5
    assert np.median(trips_ms) < 300
