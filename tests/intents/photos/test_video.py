"""Videos, by a real ffmpeg where it is there; and what is said where it is not."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from voiced.plugin import FileEntity, IntentFailed, Reply
from voiced_intents import photos

from .conftest import BLUE, GREEN, RED, Home, corners, encoded, is_near, picture, seen

pytestmark = pytest.mark.anyio


def entity(reply: Reply) -> FileEntity:
    (made,) = reply.entities
    assert isinstance(made, FileEntity)
    return made


def film(home: Home, name: str = "Videos/dance.mp4", *, seconds: int = 4) -> FileEntity:
    """Four colours in the corners, with a tone, and a key frame each second."""
    image = home.folder / "frame.png"
    image.write_bytes(encoded(picture((128, 96)), "PNG"))
    path = home.folder / name
    codec = ("libvpx-vp9", "libopus") if name.endswith("webm") else ("libx264", "aac")
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y", "-loop", "1", "-i", str(image)),
            *("-f", "lavfi", "-i", "sine=440", "-t", str(seconds), "-r", "30", "-g", "30"),
            *("-c:v", codec[0], "-pix_fmt", "yuv420p", "-c:a", codec[1], str(path)),
        ],
        check=True,
    )
    return home.add(name, path.read_bytes())


def probe(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(path)],
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def frame(path: Path, to: Path) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", path, "-frames:v", "1", to], check=True)
    return to


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("extension", ["mp4", "webm", "mkv"])
async def test_a_video_is_turned(home: Home, extension: str) -> None:
    video = film(home, f"Videos/dance.{extension}", seconds=1)
    before = video.path.read_bytes()
    context = home.context()
    reply = await photos.rotate(context, photo=video, direction=90)
    made = entity(reply).path
    assert made.name == f"dance (rotated).{extension}"
    found = corners(seen(frame(made, home.folder / "out.png")), 20)
    assert is_near(found["top left"], BLUE, 60)
    assert is_near(found["top right"], RED, 60)
    assert is_near(found["bottom right"], GREEN, 60)
    kinds = [stream["codec_type"] for stream in probe(made)["streams"]]
    assert kinds == ["video", "audio"]
    assert video.path.read_bytes() == before
    assert await context.undo() == f"The version {made.name} is in the trash."


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize(
    ("how", "length_s"),
    [
        ({"first": timedelta(seconds=2)}, 2.0),
        ({"skipped": timedelta(seconds=1)}, 3.0),
        ({"skipped": timedelta(seconds=1), "end": timedelta(seconds=3)}, 2.0),
    ],
)
async def test_a_video_is_cut(home: Home, how: dict[str, timedelta], length_s: float) -> None:
    video = film(home)
    made = entity(await photos.trim_video(home.context(), video=video, **how)).path
    assert made.name == "dance (trimmed).mp4"
    assert float(probe(made)["format"]["duration"]) == pytest.approx(length_s, abs=0.3)


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
async def test_what_is_no_video_is_refused_and_leaves_nothing(home: Home) -> None:
    video = home.add("Videos/dance.mp4", b"#EXTM3U\nfile:///etc/passwd\n")
    context = home.context()
    with pytest.raises(IntentFailed) as caught:
        await photos.trim_video(context, video=video, first=timedelta(seconds=1))
    assert caught.value.spoken == "dance.mp4 could not be edited. It may be damaged."
    assert [path.name for path in home.videos.iterdir()] == ["dance.mp4"]
    assert not context.made


async def test_without_ffmpeg_the_mend_is_said(home: Home) -> None:
    video = home.add("Videos/dance.mp4", b"film")
    with pytest.raises(IntentFailed) as caught:
        await photos.trim_video(
            home.context(ffmpeg="no-such-program"), video=video, first=timedelta(seconds=1)
        )
    assert caught.value.spoken == "I can't edit videos here, because the program ffmpeg is missing."
    assert "apt install ffmpeg" in caught.value.mend


async def test_a_program_that_hangs_is_ended(home: Home, tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    video = home.add("Videos/dance.mp4", b"film")
    context = home.context(ffmpeg=str(program), max_video_s=0.1)
    with pytest.raises(IntentFailed) as caught:
        await photos.trim_video(context, video=video, first=timedelta(seconds=1))
    assert caught.value.spoken == "dance.mp4 took too long, so I stopped."
    assert [path.name for path in home.videos.iterdir()] == ["dance.mp4"]


async def test_what_cannot_be_done_to_videos_is_said(home: Home) -> None:
    video = home.add("Videos/dance.mp4", b"film")
    with pytest.raises(IntentFailed, match="no quarter turn"):
        await photos.rotate(home.context(), photo=video, degrees=10)
    with pytest.raises(IntentFailed, match="ends before it begins"):
        await photos.trim_video(
            home.context(),
            video=video,
            skipped=timedelta(seconds=9),
            end=timedelta(seconds=3),
        )
    other = home.add("Videos/dance.wmv", b"film")
    with pytest.raises(IntentFailed, match="no video format"):
        await photos.trim_video(home.context(), video=other, first=timedelta(seconds=3))


@pytest.mark.engine
async def test_what_is_shorter_is_not_trimmed(home: Home) -> None:
    dance = film(home)
    for cut in ({"first": timedelta(seconds=30)}, {"skipped": timedelta(seconds=5)}):
        with pytest.raises(IntentFailed) as refused:
            await photos.trim_video(home.context(), video=dance, **cut)
        assert refused.value.spoken == "dance.mp4 is four seconds long."
