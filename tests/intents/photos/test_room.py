"""Pictures and videos where there is no room, no right, or too much of something."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from datetime import timedelta

import pytest
from limits import as_nobody, on_a_small_disk, without_memory, without_room
from PIL import Image

from voiced.plugin import IntentFailed
from voiced_intents import photos
from voiced_intents.files.listing import entry_at
from voiced_intents.files.roots import Spot
from voiced_intents.photos.needs import workshop

from .conftest import Home, encoded, oriented
from .verbs import EDITS, MARKS

FULL = "IntentFailed: The disk is full, so I changed nothing."
LARGE = "IntentFailed: That would be too large a file for that disk, so I changed nothing."


workshop()  # a child without rights may not be able to import it


def noise() -> bytes:
    """A picture that no format makes small."""
    return encoded(Image.effect_noise((200, 200), 90).convert("RGB"), "PNG")


@pytest.mark.parametrize("verb", list(EDITS))
def test_a_disk_that_fills_up_leaves_no_version(home: Home, verb: str) -> None:
    def body() -> str:
        photo = home.add("Pictures/a.png", noise())
        used = photo.size_bytes
        filler = home.pictures / "filler"
        filler.write_bytes(bytes(300_000 - used - 10_000))
        before = home.names()
        context = home.context()
        try:
            asyncio.run(EDITS[verb](context, photo))  # type: ignore[arg-type]
        except IntentFailed:
            assert home.names() == before
            assert not context.made
            raise
        return "it was done"

    assert on_a_small_disk(home.pictures, body, room="300k") == FULL


@pytest.mark.parametrize("verb", ["rotate", "rotate all", "convert"])
def test_a_disk_that_takes_no_large_files_leaves_no_version(home: Home, verb: str) -> None:
    photo = home.add("Pictures/a.png", noise())
    said = without_room(lambda: asyncio.run(EDITS[verb](home.context(), photo)))  # type: ignore[arg-type]
    assert said == LARGE
    assert home.names() == ["a.png"]


@pytest.mark.parametrize("verb", [*EDITS, *MARKS])
def test_in_a_folder_without_permission_nothing_is_made(open_home: Home, verb: str) -> None:
    photo = open_home.add("Pictures/a.jpg", oriented(1))
    photo.path.chmod(0o444)
    open_home.pictures.chmod(0o555)
    call = {**EDITS, **MARKS}[verb]
    try:
        said = as_nobody(lambda: asyncio.run(call(open_home.context(), photo)))  # type: ignore[arg-type]
    finally:
        open_home.pictures.chmod(0o755)
    assert said.startswith("IntentFailed: I don't have permission for a")
    assert open_home.names() == ["a.jpg"]


@pytest.mark.parametrize("verb", ["rotate", "strip", "adjust all"])
def test_a_picture_that_may_not_be_read(open_home: Home, verb: str) -> None:
    photo = open_home.add("Pictures/a.jpg", oriented(1))
    photo.path.chmod(0)
    open_home.pictures.chmod(0o777)
    said = as_nobody(lambda: asyncio.run(EDITS[verb](open_home.context(), photo)))  # type: ignore[arg-type]
    assert said == "IntentFailed: I don't have permission for a.jpg."
    assert open_home.names() == ["a.jpg"]


@pytest.mark.parametrize("verb", ["rotate", "convert", "adjust all"])
def test_a_picture_file_of_ten_gigabytes_is_not_read(home: Home, verb: str) -> None:
    path = home.add("Pictures/a.jpg", oriented(1)).path
    with path.open("r+b") as file:
        file.truncate(10 << 30)
    photo = entry_at(Spot(path.parent, (path.name,))).entity()
    said = without_memory(lambda: asyncio.run(EDITS[verb](home.context(), photo)))  # type: ignore[arg-type]
    assert said == "IntentFailed: a.jpg is too large a file for me."
    assert home.names() == ["a.jpg"]


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_a_disk_that_fills_up_leaves_no_video(home: Home) -> None:
    def body() -> str:
        path = home.videos / "dance.mkv"
        subprocess.run(
            [
                *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=640x480:d=4"),
                *("-c:v", "libx264", "-qp", "0", str(path)),
            ],
            check=True,
        )
        free = shutil.disk_usage(home.videos).free
        (home.videos / "filler").write_bytes(bytes(free - path.stat().st_size // 4))
        before = sorted(each.name for each in home.videos.iterdir())
        video = entry_at(Spot(home.videos, (path.name,))).entity()
        try:
            asyncio.run(photos.trim_video(home.context(), video=video, first=timedelta(seconds=3)))  # type: ignore[arg-type]
        except IntentFailed:
            assert sorted(each.name for each in home.videos.iterdir()) == before
            raise
        return "it was done"

    assert on_a_small_disk(home.videos, body, room="4m") == FULL
