from __future__ import annotations

import wave
from pathlib import Path

import anyio
import numpy as np
import pytest
import soundfile

from voiced.audio import AudioFrame
from voiced.engines.wav_sink import WavSpeaker
from voiced.errors import DeviceError
from voiced.testing import clock, signals
from voiced.testing.conformance import check_speaker

pytestmark = pytest.mark.engine


def read(path: Path) -> tuple[np.ndarray, int]:
    samples, rate_hz = soundfile.read(path, dtype="int16")
    return samples, rate_hz


def test_it_conforms(tmp_path: Path) -> None:
    clock.run(check_speaker, WavSpeaker(tmp_path / "out.wav"))


@pytest.mark.anyio
async def test_it_conforms_in_real_time(tmp_path: Path) -> None:
    await check_speaker(WavSpeaker(tmp_path / "out.wav"))


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_the_file_has_the_timeline_of_the_session(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "out.wav"

    async def main() -> None:
        speaker = WavSpeaker(path, rate_hz)
        await speaker.prepare()
        for pause_s in (1.0, 2.0):
            await anyio.sleep(pause_s)
            playback = speaker.open()
            for frame in signals.frames(signals.tone(0.5)):
                await playback.play(frame)
            await playback.drain()
        await anyio.sleep(3.0)
        await speaker.aclose()
        await speaker.aclose()

    clock.run(main)
    sound, found_hz = read(path)
    assert found_hz == rate_hz
    assert len(sound) / rate_hz == pytest.approx(7.0, abs=0.001)
    at = np.nonzero(np.abs(sound.astype(int)) > 100)[0] / rate_hz
    gap = int(np.argmax(np.diff(at)))
    edges = [at[0], at[gap], at[gap + 1], at[-1]]
    assert edges == pytest.approx([1.0, 1.5, 3.5, 4.0], abs=0.003)


def test_stop_cuts_at_the_sample_heard(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    sound = signals.tone(1.0)

    async def main() -> int:
        speaker = WavSpeaker(path, 16_000)
        await speaker.prepare()
        playback = speaker.open()
        for frame in signals.frames(sound):
            await playback.play(frame)
        heard = playback.stop()
        await anyio.sleep(1.0)
        await speaker.aclose()
        return heard

    heard = clock.run(main)
    written, _ = read(path)
    assert 0 < heard < len(sound)
    assert np.array_equal(written[:heard], sound[:heard])
    assert not written[heard:].any()


def test_ducking_is_heard_from_the_moment_on(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"

    async def main() -> None:
        speaker = WavSpeaker(path, 16_000)
        await speaker.prepare()
        playback = speaker.open()
        loud = AudioFrame(np.full(16_000, 10_000, np.int16), 16_000, 0)
        await playback.play(loud)
        playback.duck(20.0)
        await playback.play(loud)
        playback.resume()
        await playback.drain()
        await speaker.aclose()

    clock.run(main)
    written, _ = read(path)
    assert set(written[:12_700]) == {10_000}
    assert set(written[13_300:28_700]) == {1_000}
    assert set(written[29_300:32_000]) == {10_000}
    assert np.abs(np.diff(written[:32_000].astype(int))).max() <= 10_000 / 320 + 1


def test_the_file_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"

    async def main() -> float:
        speaker = WavSpeaker(path)
        await speaker.prepare()
        with wave.open(str(path)) as empty:
            assert empty.getnframes() == 0
        playback = speaker.open()
        for frame in signals.frames(signals.tone(10.0)):
            await playback.play(frame)
        with wave.open(str(path)) as now:
            seconds = now.getnframes() / now.getframerate()
        await speaker.aclose()
        return seconds

    assert clock.run(main) > 8.0


def test_hours_of_silence_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"

    async def main() -> None:
        speaker = WavSpeaker(path, 8_000)
        await speaker.prepare()
        await anyio.sleep(3 * 3600)
        await speaker.aclose()

    before = _peak_bytes()
    clock.run(main)
    assert soundfile.info(path).frames == 3 * 3600 * 8_000
    assert _peak_bytes() - before < 20e6


def _peak_bytes() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("name", ["no/such/folder/out.wav", "."])
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DeviceError, match="cannot be written") as caught:
        clock.run(WavSpeaker(tmp_path / name).prepare)
    assert str(tmp_path) in caught.value.message
    assert caught.value.stage == "speaker"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="No space left on device"):
        clock.run(WavSpeaker("/dev/full").prepare)


def test_a_disk_that_fills_up_is_an_error_and_the_file_stays_readable(tmp_path: Path) -> None:
    import resource
    import signal

    path = tmp_path / "out.wav"

    async def main() -> None:
        speaker = WavSpeaker(path)
        await speaker.prepare()
        playback = speaker.open()
        try:
            for frame in signals.frames(signals.tone(10.0)):
                await playback.play(frame)
        finally:
            with pytest.raises(DeviceError):
                await speaker.aclose()

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        with pytest.raises(DeviceError, match="File too large"):
            clock.run(main)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    with wave.open(str(path)) as kept:
        assert kept.getnframes() > 24_000


def test_a_speaker_that_is_not_prepared_cannot_be_leased(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="prepare"):
        WavSpeaker(tmp_path / "out.wav").open()
