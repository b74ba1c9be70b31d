"""Names that are easily mistaken: each verb keeps them apart, and takes back what it did."""

from __future__ import annotations

import os

import pytest

from voiced.plugin import IntentDenied, IntentFailed
from voiced_intents import files
from voiced_intents.files.slot import FILE

from .conftest import Home, names
from .verbs import CHANGES, READS, UNDOERS, notes, paths, thing

pytestmark = pytest.mark.anyio

LONG = "x" * 251 + ".txt"
NAMES = {
    "an option": "-rf.txt",
    "a long option": "--help.txt",
    "a space at the end": "ends in a space ",
    "spaces before the ending": "  two  .txt",
    "255 bytes": LONG,
    "255 bytes of two each": "ü" * 125 + "x.txt",
    "255 bytes without an ending": "y" * 255,
    "composed": "caf\u00e9.txt",
    "decomposed": "cafe\u0301.txt",
    "in capitals": "NOTE.TXT",
    "a line break": "two\nlines.txt",
    "no text at all": os.fsdecode(b"bad\xff.txt"),
    "a quoted command": "'; rm -rf ~; '.txt",
}
BESIDE = ("note.txt", "cafe.txt", "rf.txt", "help.txt")
"""What each of them might be mistaken for."""


@pytest.mark.parametrize("kind", list(NAMES))
@pytest.mark.parametrize("verb", list(CHANGES))
async def test_a_change_of_an_awkward_name_hits_it_alone_and_comes_back(
    home: Home, verb: str, kind: str
) -> None:
    path = home.add(f"Documents/{NAMES[kind]}", text="precious")
    for other in BESIDE:
        home.add(f"Documents/{other}", text=other)
    before = paths(home.folder)
    context = home.context()
    await CHANGES[verb](context, thing(path), thing(home.downloads))
    assert context.made[0].summary.isprintable()
    assert all((home.documents / other).read_text() == other for other in BESIDE)
    assert all(len(os.fsencode(each.name)) <= 255 for each in home.folder.rglob("*"))
    await context.undo_with(*UNDOERS)
    assert paths(home.folder) == before
    assert not verb.startswith("trash") or not notes(home)


@pytest.mark.parametrize("verb", ["open", "show", "size"])
async def test_an_awkward_name_is_opened_as_it_is(home: Home, verb: str) -> None:
    for name in NAMES.values():
        home.add(f"Documents/{name}", text="precious words")
    before = paths(home.folder)
    context = home.context(opener=("true",))
    for name in NAMES.values():
        found = thing(home.documents / name)
        reply = await READS[verb](context, found, thing(home.downloads))
        assert reply.text.isprintable()  # type: ignore[attr-defined]
    assert paths(home.folder) == before


async def test_an_awkward_name_is_read_as_it_is(home: Home) -> None:
    path = home.add(f"Documents/{NAMES['an option']}", text="precious words")
    reply = await files.read_file(home.context(), file=thing(path))
    assert reply.text == "-rf.txt says: precious words"
    odd = path.rename(home.documents / NAMES["no text at all"])
    reply = await files.summarise_file(home.context(), file=thing(odd))
    assert reply.text.endswith("bad\ufffd.txt begins: precious words")


@pytest.mark.parametrize("pair", [("note.txt", "Note.txt"), ("caf\u00e9.txt", "cafe\u0301.txt")])
def test_two_that_sound_alike_are_asked_about_by_their_dates(
    home: Home, pair: tuple[str, str]
) -> None:
    for days_ago, name in zip((1, 40), pair, strict=True):
        home.add(f"Documents/{name}", days_ago=days_ago)
    spoken = {each.spoken for each in FILE.resolve(pair[0].removesuffix(".txt"), home.context())}
    assert spoken == {f"{pair[0]} from 3 March 2026", f"{pair[1]} from 23 January 2026"}


async def test_a_rename_to_other_capitals_is_one(home: Home) -> None:
    path = home.add("Documents/note.txt", text="precious")
    context = home.context()
    await files.rename_file(context, file=thing(path), new_name="NOTE")
    assert names(home.documents) == ["NOTE.txt"]
    await context.undo_with(*UNDOERS)
    assert names(home.documents) == ["note.txt"]


async def test_a_new_name_of_more_than_255_bytes_is_refused(home: Home) -> None:
    path = home.add("Documents/note.txt")
    for call in (
        files.rename_file(home.context(), file=thing(path), new_name="x" * 252),
        files.create_folder(home.context(), new_name="ü" * 128),
        files.compress_file(home.context(), file=thing(path), new_name="y" * 252),
    ):
        with pytest.raises(IntentDenied) as caught:
            await call
        assert caught.value.spoken == "I can't use that name: it is longer than 255 bytes."
    assert names(home.documents) == ["note.txt"]


async def test_numbers_and_dates_fit_into_255_bytes(home: Home) -> None:
    pair = [home.add(f"Documents/{letter * 251}.txt") for letter in "ab"]
    before = paths(home.folder)
    several = tuple(map(thing, pair))
    context = home.context()
    await files.number_files(context, several=several, new_name="z" * 255)
    assert names(home.documents) == [f"{'z' * 248} {n:02}.txt" for n in (1, 2)]
    assert await context.undo_with(*UNDOERS) == "Both are as they were."
    await files.date_files(context, several=several)
    assert names(home.documents) == [f"2026-02-02 {letter * 240}.txt" for letter in "ab"]
    await context.undo_with(*UNDOERS)
    assert paths(home.folder) == before


async def test_two_that_would_get_one_name_are_left(home: Home) -> None:
    pair = [home.add(f"Documents/{'a' * 250}{letter}.txt") for letter in "ab"]
    with pytest.raises(IntentFailed) as caught:
        await files.date_files(home.context(), several=tuple(map(thing, pair)))
    assert caught.value.spoken == (
        "Two of those would get the same name, since no name may be longer. I changed nothing."
    )


@pytest.mark.parametrize("name", ["-rf.zip", "--.tar.gz", "ends .zip", "w" * 251 + ".zip"])
async def test_an_archive_of_an_awkward_name_is_taken_apart(home: Home, name: str) -> None:
    packed = home.add("Documents/in.txt", text="precious")
    context = home.context()
    reply = await files.compress_file(context, file=thing(packed), new_name="plain")
    archive = reply.entities[0].path.rename(home.documents / name)  # type: ignore[attr-defined]
    if name.endswith(".tar.gz"):
        import tarfile

        with tarfile.open(archive, "w:gz") as file:
            file.add(packed, "in.txt")
    before = paths(home.folder)
    reply = await files.extract_archive(context, file=thing(archive))
    folder = reply.entities[0].path  # type: ignore[attr-defined]
    assert (folder / "in.txt").read_text() == "precious"
    await context.undo_with(*UNDOERS)
    assert paths(home.folder) == before


@pytest.mark.parametrize("name", ["-rf.txt", "ends in a space ", LONG, os.fsdecode(b"bad\xff.txt")])
async def test_what_was_trashed_under_an_awkward_name_is_restored(home: Home, name: str) -> None:
    path = home.add(f"Documents/{name}", text="precious")
    context = home.context()
    await files.trash_file(context, file=thing(path))
    await files.restore_file(context, trashed=name)
    assert path.read_text() == "precious"
    await context.undo_with(*UNDOERS)
    assert not path.exists()
    await context.undo_with(*UNDOERS)
