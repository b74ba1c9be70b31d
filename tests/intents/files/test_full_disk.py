"""Disks that fill up in the middle: a clear sentence, nothing half done, nothing lost."""

from __future__ import annotations

import asyncio
import os
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from limits import on_a_small_disk, without_room
from small_evening import evening

from voiced.plugin import FileEntity, IntentFailed
from voiced.testing.context import FakeContext
from voiced_intents import files, talk
from voiced_intents.files.index.keeper import opened
from voiced_intents.files.index.place import Orders
from voiced_intents.files.index.store import Store

from .conftest import NOW, Home, names
from .indexed import walk
from .verbs import paths, thing

NOISE = os.urandom(300_000)

Call = Callable[[FakeContext, Home], Awaitable[object]]
CALLS: dict[str, Call] = {
    "copy": lambda c, h: files.copy_file(c, file=thing(h.documents / "noise.bin"), folder=to(h)),
    "move": lambda c, h: files.move_file(c, file=thing(h.documents / "noise.bin"), folder=to(h)),
    "copy a folder": lambda c, h: files.copy_file(c, file=thing(h.documents / "all"), folder=to(h)),
    "move a folder": lambda c, h: files.move_file(c, file=thing(h.documents / "all"), folder=to(h)),
    "compress": lambda c, h: files.compress_file(c, file=thing(h.downloads / "all")),
    "extract": lambda c, h: files.extract_archive(c, file=thing(h.downloads / "packed.zip")),
    "duplicate": lambda c, h: files.copy_file(c, file=thing(h.downloads / "all")),
}


def to(home: Home) -> FileEntity:
    return thing(home.downloads)


def fill(home: Home, verb: str) -> None:
    """What is there before; the small disk is the folder Downloads, of 400 kB."""
    (home.documents / "noise.bin").write_bytes(NOISE * 2)
    (home.documents / "all").mkdir()
    for number in range(5):
        (home.documents / "all" / f"{number}.bin").write_bytes(NOISE[:150_000])
    if verb in ("compress", "duplicate"):
        (home.downloads / "all").mkdir()
        for number in range(2):
            part = NOISE[number * 150_000 : (number + 1) * 150_000]
            (home.downloads / "all" / f"{number}.bin").write_bytes(part)
    if verb == "extract":
        with zipfile.ZipFile(home.downloads / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(5):
                archive.writestr(f"{number}.bin", os.urandom(20_000))
            archive.writestr("long.txt", b"a" * 900_000)


@pytest.mark.parametrize("is_seen", [True, False])
@pytest.mark.parametrize("verb", list(CALLS))
def test_a_disk_that_fills_up_in_the_middle(
    home: Home, monkeypatch: pytest.MonkeyPatch, verb: str, is_seen: bool
) -> None:
    """Once where it can be seen before, once where others fill it meanwhile."""
    if not is_seen:
        monkeypatch.setattr("voiced_intents.files.copying._refuse_full", lambda *_: None)

    def body() -> str:
        fill(home, verb)
        before = paths(home.folder)
        context = home.context()
        try:
            asyncio.run(CALLS[verb](context, home))  # type: ignore[arg-type]
        except IntentFailed as error:
            assert paths(home.folder) == before, sorted(set(paths(home.folder)) ^ set(before))
            assert not context.made
            return str(error.spoken)
        return "it was done"

    said = on_a_small_disk(home.downloads, body, room="400k")
    if is_seen and verb not in ("compress", "extract"):
        assert said.startswith("There is not enough room for ")
        assert said.endswith(".bin on that disk. I changed nothing.")
    else:
        assert said == "The disk is full, so I changed nothing."


@pytest.mark.parametrize("verb", list(CALLS))
def test_a_disk_that_takes_no_large_files(home: Home, verb: str) -> None:
    fill(home, verb)
    before = paths(home.folder)
    said = without_room(lambda: asyncio.run(CALLS[verb](home.context(), home)))  # type: ignore[arg-type]
    near = verb.startswith("move")  # one disk: nothing is written
    large = "IntentFailed: That would be too large a file for that disk, so I changed nothing."
    assert near or said == large
    assert near or paths(home.folder) == before


def test_the_trash_of_a_full_disk_holds_no_note_of_nothing(home: Home) -> None:
    path = home.add("Documents/a.txt", text="precious")
    share = home.folder / ".local" / "share"
    (share / "Trash" / "files").mkdir(parents=True)
    (share / "Trash" / "info").mkdir()
    said = without_room(
        lambda: asyncio.run(files.trash_file(home.context(), file=thing(path))),  # type: ignore[arg-type]
        most_bytes=10,
    )
    assert said.startswith("IntentFailed: ")
    assert path.read_text() == "precious"
    assert names(share / "Trash" / "info") == []


def test_what_has_no_room_is_still_renamed_and_trashed(home: Home) -> None:
    """On a full disk one can make room."""

    def body() -> str:
        (home.downloads / "a.txt").write_text("precious")
        (home.downloads / "Trash" / "info").mkdir(parents=True)
        (home.downloads / "filler").write_bytes(bytes(300_000))
        context = home.context()
        asyncio.run(files.rename_file(context, file=thing(home.downloads / "a.txt"), new_name="b"))  # type: ignore[arg-type]
        asyncio.run(context.undo_with(files.undo_rename))
        return (home.downloads / "a.txt").read_text()

    assert on_a_small_disk(home.downloads, body, room="400k") == "precious"


def test_a_full_disk_stops_the_index_and_does_not_break_it(home: Home, database: Path) -> None:
    for number in range(40):
        home.add(f"Documents/{number:03} some words in a name of {number}.txt")
    database.parent.mkdir(parents=True)

    def body() -> str:
        store = Store.open(database)
        walk(store, home.roots)
        rows = store.count()
        for number in range(3000):
            name = f"Documents/{number} {number * 7919} more words {number * 104729}.txt"
            (home.folder / name).write_bytes(b"")
        try:
            walk(store, home.roots, 2)
        except OSError as error:
            store.close()
            again = Store.open(database)
            assert again.count() == rows, "some of a step stayed"
            return str(error)
        return "there was room"

    said = on_a_small_disk(database.parent, body, room="300k")
    assert said == "database or disk is full"


def test_where_no_index_can_be_begun_it_is_not_thrown_away_over_and_over(
    home: Home, database: Path
) -> None:
    database.parent.mkdir(parents=True)
    orders = Orders(database, home.roots, texts=True)
    said = on_a_small_disk(database.parent, lambda: opened(orders), room="4k")
    assert said == "OSError: database or disk is full"


def test_a_search_goes_on_while_the_disk_of_the_index_is_full(home: Home, database: Path) -> None:
    from voiced_intents.files.slot import FILE

    home.add("Documents/letter.txt")
    context = home.context(index_folder=database.parent)
    database.parent.mkdir(parents=True)

    def body() -> str:
        (database.parent / "filler").write_bytes(bytes(40_000))
        return FILE.resolve("letter", context)[0].spoken

    assert on_a_small_disk(database.parent, body, room="40k") == "letter.txt"


def test_where_the_journal_has_no_room_nothing_is_changed(home: Home) -> None:
    path = home.add("Documents/draft.txt", text="precious")
    folder = home.folder / "state"
    folder.mkdir()
    known = {files.Settings: home.context().settings(files.Settings)}

    def body() -> str:
        with evening([files, talk], known, folder, NOW) as user:
            user.say("rename the draft to letter")
            user.say("undo that")
            with suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(bytes(1000))
            told = user.say("rename the draft to letter"), user.say("delete the draft")
            (folder / "filler").unlink()
            return "|".join((*told, user.say("delete the draft"), user.say("undo that")))

    said = on_a_small_disk(folder, body, room="1m").split("|")
    assert said[0] == "The disk is full, so I won't change anything."
    assert said[1] == said[0]
    assert said[2:] == ["Moved draft.txt to the trash.", "draft.txt is back in Documents."]
    assert path.read_text() == "precious"
