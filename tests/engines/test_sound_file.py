from __future__ import annotations

import logging
import os
import resource
import struct
import time
from contextlib import aclosing
from pathlib import Path

import anyio
import numpy as np
import pytest
import soundfile

from voiced.audio import FRAME_SAMPLES, RATE_HZ, Resampler
from voiced.engines.sound_file import Pace, SoundFileMicrophone, _refusal
from voiced.errors import AudioFormatError
from voiced.testing import clock, signals
from voiced.testing.conformance import check_microphone

pytestmark = pytest.mark.engine


def at_rate(sound, rate_hz: int):
    resampler = Resampler(RATE_HZ, rate_hz)
    return np.concatenate([resampler.feed(sound), resampler.flush()])


def heard(path: Path, **options) -> np.ndarray:
    async def main() -> np.ndarray:
        pieces = []
        microphone = SoundFileMicrophone(path, **options)
        await microphone.prepare()
        async with aclosing(microphone.frames()) as frames:
            async for frame in frames:
                assert frame.start == FRAME_SAMPLES * len(pieces)
                pieces.append(frame.samples)
        await microphone.aclose()
        return np.concatenate(pieces)

    return clock.run(main)


def test_it_conforms(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", signals.chirp(2.0), RATE_HZ)
    clock.run(check_microphone, SoundFileMicrophone(tmp_path / "in.wav"))


def test_the_sound_comes_unchanged_then_silence(tmp_path: Path) -> None:
    sound = signals.chirp(2.0)
    soundfile.write(tmp_path / "in.wav", sound, RATE_HZ)
    got = heard(tmp_path / "in.wav", trailing_s=0.5)
    assert np.array_equal(got[: len(sound)], sound)
    assert not got[len(sound) :].any()
    assert len(got) == 2.5 * RATE_HZ


@pytest.mark.parametrize(
    ("name", "rate_hz", "channels", "subtype"),
    [
        ("in.wav", 8_000, 1, "PCM_16"),
        ("in.wav", 44_100, 2, "PCM_24"),
        ("in.wav", 48_000, 1, "FLOAT"),
        ("in.wav", 22_050, 8, "DOUBLE"),
        ("in.wav", 16_000, 1, "ULAW"),
        ("in.wav", 16_000, 1, "PCM_U8"),
        ("in.flac", 96_000, 2, "PCM_24"),
        ("in.ogg", 48_000, 2, "VORBIS"),
        ("in.wav", 4_000, 1, "PCM_16"),
        ("in.wav", 384_000, 1, "PCM_16"),
    ],
)
def test_all_usual_formats(
    tmp_path: Path, name: str, rate_hz: int, channels: int, subtype: str
) -> None:
    sound = signals.chirp(2.0, 200, 1500)
    many = np.stack([at_rate(sound, rate_hz)] * channels, axis=1)
    soundfile.write(tmp_path / name, many / 32_768, rate_hz, subtype=subtype)
    got = heard(tmp_path / name)
    assert len(got) == pytest.approx(len(sound) + 1.5 * RATE_HZ, abs=FRAME_SAMPLES)
    assert np.corrcoef(got[: len(sound)], sound)[0, 1] > 0.98
    assert np.abs(got.astype(int)).max() == pytest.approx(16_384, rel=0.1)


def test_what_is_too_loud_is_clipped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", np.full(RATE_HZ, 3.0, np.float32), RATE_HZ, "FLOAT")
    assert set(heard(tmp_path / "in.wav", trailing_s=0.0)) == {32_767}


# Time.


def test_a_frame_comes_when_its_end_is_reached(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", signals.tone(30.0), 8_000)  # lasts 60 s at this rate

    async def main() -> list[float]:
        start_s = anyio.current_time()
        async with aclosing(SoundFileMicrophone(tmp_path / "in.wav").frames()) as frames:
            return [anyio.current_time() - start_s - f.end / RATE_HZ async for f in frames]

    late_s = clock.run(main)
    assert len(late_s) == 61.5 * 50
    assert np.abs(late_s).max() < 1e-6


def test_a_slow_listener_catches_up(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", signals.tone(3.0), RATE_HZ)

    async def main() -> float:
        start_s = anyio.current_time()
        async with aclosing(SoundFileMicrophone(tmp_path / "in.wav").frames()) as frames:
            async for frame in frames:
                if frame.start == RATE_HZ:
                    await anyio.sleep(1.0)
        return anyio.current_time() - start_s

    assert clock.run(main) == pytest.approx(4.5, abs=1e-6)


@pytest.mark.anyio
async def test_real_time(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", signals.tone(1.0), RATE_HZ)
    start_s = time.monotonic()
    microphone = SoundFileMicrophone(tmp_path / "in.wav", trailing_s=0.0)
    async with aclosing(microphone.frames()) as frames:
        late_s = [time.monotonic() - start_s - f.end / RATE_HZ async for f in frames]
    assert len(late_s) == 50
    assert min(late_s) >= -0.002
    assert np.median(late_s) < 0.05


@pytest.mark.slow
def test_three_hours_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, signals.tone(0.1), 8_000)
    seconds = 3 * 3600
    _claim(path, seconds * 8_000 * 2)
    os.truncate(path, 44 + seconds * 8_000 * 2)  # a hole: it takes no room on the disk

    async def main() -> int:
        count = 0
        microphone = SoundFileMicrophone(path, pace=Pace.NONE, trailing_s=0.0)
        async with aclosing(microphone.frames()) as frames:
            async for _ in frames:
                count += 1
        return count

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert clock.run(main) == seconds * 50
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB


def _claim(path: Path, data_bytes: int) -> None:
    """Make the header say that so much sound follows."""
    with path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", data_bytes + 36))
        file.seek(40)
        file.write(struct.pack("<I", data_bytes))


# Bad input.


def write(sound, rate_hz: int = RATE_HZ, subtype: str = "PCM_16"):
    return lambda path: soundfile.write(path, sound, rate_hz, subtype=subtype)


BROKEN = {
    "gone": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "device": lambda path: path.symlink_to("/dev/null"),
    "empty": lambda path: path.touch(),
    "cut header": lambda path: (write(signals.tone(1.0))(path), os.truncate(path, 30)),
    "no sound": lambda path: path.write_text("Dear diary, I am a text file.\n" * 100),
    "0 samples": write(signals.silence(0)),
    "slow": write(signals.tone(1.0), 100),
    "fast": write(signals.tone(1.0), 400_000),
    "crowded": write(np.zeros((1000, 9), np.int16)),
    "not numbers": write(np.full(1000, np.nan, np.float32), subtype="FLOAT"),
}
NAMES = {"long name": "x" * 300 + ".wav", "null in name": "a\0b.wav", "below a file": "a/b.wav"}


def broken(folder: Path, kind: str) -> Path:
    (folder / "a").touch()
    path = folder / NAMES.get(kind, "in.wav")
    BROKEN.get(kind, BROKEN["gone"])(path)
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("gone", "there is no such file"),
        ("folder", "is a folder"),
        ("device", "is not a regular file"),
        ("below a file", "there is no such file"),
        ("empty", "is empty"),
        ("cut header", "cannot be read as sound"),
        ("no sound", "Format not recognised"),
        ("0 samples", "holds no sound"),
        ("slow", "has 100 Hz; 4000 to 384000 Hz"),
        ("fast", "has 400000 Hz"),
        ("crowded", "has 9 channels; at most 8"),
        ("not numbers", "values that are not numbers"),
        ("long name", "File name too long"),
        ("null in name", "is not a file name"),
    ],
)
def test_what_cannot_be_played_is_named_with_the_reason(
    tmp_path: Path, kind: str, says: str
) -> None:
    path = broken(tmp_path, kind)
    with pytest.raises(AudioFormatError, match=says) as caught:
        clock.run(SoundFileMicrophone(path).prepare)
    assert caught.value.file == str(path)
    assert str(path) in caught.value.message
    with pytest.raises(AudioFormatError, match=says):
        heard(path)


def test_a_file_that_may_not_be_read() -> None:
    assert "permission denied" in _refusal(PermissionError(13, "Permission denied"))


def test_a_cut_recording_is_played_as_far_as_it_goes(tmp_path: Path, caplog) -> None:
    path = tmp_path / "in.wav"
    sound = signals.chirp(2.0)
    soundfile.write(path, sound, RATE_HZ)
    os.truncate(path, 44 + 2 * RATE_HZ)
    with caplog.at_level(logging.WARNING):
        got = heard(path, trailing_s=0.0)
    assert np.array_equal(got, sound[:RATE_HZ])
    assert "in.wav is shorter than its header says: 1.0 s are there" in caplog.text


def test_a_cut_flac_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "in.flac"
    soundfile.write(path, signals.noise(20.0), RATE_HZ)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(AudioFormatError, match="cannot be read as sound"):
        heard(path)


def test_not_a_number_in_the_middle_is_an_error(tmp_path: Path) -> None:
    sound = np.zeros(10 * RATE_HZ, np.float32)
    sound[8 * RATE_HZ] = np.inf
    soundfile.write(tmp_path / "in.wav", sound, RATE_HZ, "FLOAT")
    with pytest.raises(AudioFormatError, match="not numbers"):
        heard(tmp_path / "in.wav")


def open_files() -> list[Path]:
    return [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]


@pytest.mark.anyio
async def test_no_file_stays_open_however_it_ends(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", signals.tone(30.0), RATE_HZ)
    for delay_s in (0.0, 0.001, 0.003, 0.01):
        with anyio.move_on_after(delay_s):
            async with aclosing(SoundFileMicrophone(tmp_path / "in.wav").frames()) as frames:
                async for _ in frames:
                    pass
    await anyio.sleep(0.3)
    assert tmp_path / "in.wav" not in open_files()
