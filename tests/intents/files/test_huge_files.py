"""A file of ten gigabytes: found, told of, moved and trashed at once; never read into memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from limits import on_a_small_disk, without_memory

from voiced.plugin import IntentDenied
from voiced_intents import files
from voiced_intents.files.slot import FILE

from .conftest import Home, names
from .verbs import CHANGES, READS, UNDOERS, thing

pytestmark = pytest.mark.anyio
HUGE = 11 << 30
TOO_MUCH = "That is too much to copy by voice."


def huge(home: Home, name: str = "Documents/film.txt") -> Path:
    """A file of eleven gigabytes, of which the disk keeps only the first words."""
    path = home.add(name, text="the first words. ")
    with path.open("r+b") as file:
        file.truncate(HUGE)
    return path


QUICK = (
    "rename",
    "move",
    "trash",
    "tag",
    "trash several",
    "move several",
    "number",
    "add the date",
)


@pytest.mark.parametrize("verb", QUICK)
def test_what_needs_no_copy_is_done_without_memory_and_comes_back(home: Home, verb: str) -> None:
    path = huge(home)

    def body() -> object:
        context = home.context()
        asyncio.run(CHANGES[verb](context, thing(path), thing(home.downloads)))  # type: ignore[arg-type]
        asyncio.run(context.undo_with(*UNDOERS))
        return path.stat().st_size

    assert without_memory(body) == str(HUGE)


@pytest.mark.parametrize("verb", ["copy", "duplicate", "compress"])
async def test_what_would_copy_it_is_refused_before_it_begins(home: Home, verb: str) -> None:
    path = huge(home)
    context = home.context()
    with pytest.raises(IntentDenied) as caught:
        await CHANGES[verb](context, thing(path), thing(home.downloads))
    assert caught.value.spoken == TOO_MUCH
    assert names(home.documents) == ["film.txt"]
    assert not names(home.downloads)
    assert not context.made


def test_a_move_of_it_to_another_disk_is_refused(home: Home) -> None:
    path = huge(home)

    def body() -> object:
        return asyncio.run(
            files.move_file(home.context(), file=thing(path), folder=thing(home.downloads))  # type: ignore[arg-type]
        )

    assert on_a_small_disk(home.downloads, body) == f"IntentDenied: {TOO_MUCH}"
    assert path.stat().st_size == HUGE
    assert not names(home.downloads)


def test_it_is_found_and_measured_and_read_without_memory(home: Home) -> None:
    path = huge(home)

    def body() -> object:
        context = home.context(opener=("true",))
        (found, *_) = FILE.resolve("the biggest file in documents", context)
        size = asyncio.run(READS["size"](context, found.value, thing(home.downloads)))  # type: ignore[arg-type]
        read = asyncio.run(READS["read"](context, found.value, thing(home.downloads)))  # type: ignore[arg-type]
        return f"{size.text} {read.text[:32]}"

    assert without_memory(body, more_bytes=256 << 20) == (
        "film.txt has 12 gigabytes. film.txt says: the first words."
    )
    assert path.exists()


async def test_the_holes_of_a_file_are_no_bytes_of_its_copy(home: Home) -> None:
    path = home.add("Documents/disk.img", text="start")
    with path.open("r+b") as file:
        file.seek(40 << 20)
        file.write(b"middle")
        file.truncate(64 << 20)
    await files.copy_file(home.context(), file=thing(path), folder=thing(home.downloads))
    copy = home.downloads / "disk.img"
    assert copy.read_bytes() == path.read_bytes()
    assert copy.stat().st_blocks * 512 < 4 << 20
