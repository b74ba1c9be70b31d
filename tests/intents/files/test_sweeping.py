"""After a kill: exactly what the interrupted acts left is removed."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from limits import in_child

from voiced.plugin import FileEntity, IntentError
from voiced_intents import files
from voiced_intents.files import sweeping
from voiced_intents.files.claims import Claim, claims_folder
from voiced_intents.files.copying import Budget, Draft
from voiced_intents.files.names import draft_name
from voiced_intents.files.records import stamp_data, uri_of
from voiced_intents.files.roots import Area, Spot
from voiced_intents.files.trash import Trash
from voiced_intents.files.trashing import Restoring, Trashing

from .conftest import NOW, Home, names

pytestmark = pytest.mark.anyio


def spot(home: Home, name: str) -> Spot:
    return Area(home.roots).spot(home.folder / name)


def sweep(home: Home) -> None:
    files.UNFINISHED.tidy(home.context())


def killed(body) -> None:
    """Run this in a process that dies right after."""

    def die() -> str:
        body()
        os._exit(9)

    assert in_child(die) == ""


def copied(home: Home, folder: str = "Downloads") -> Draft:
    draft = Draft(spot(home, folder), Budget(9, 9999))
    draft.make(spot(home, "Documents/a.txt"))
    return draft


def trash(home: Home) -> Path:
    return home.folder / ".local" / "share" / "Trash"


def trashing(home: Home) -> Trashing:
    step = Trashing(spot(home, "Documents/a.txt"), lambda: datetime(2026, 3, 4, 12, tzinfo=UTC))
    step.prepare()
    return step


@pytest.fixture
def home(home: Home) -> Home:
    home.add("Documents/a.txt")
    home.add("Documents/folder/b.txt")
    return home


def claims() -> list[str]:
    return names(claims_folder()) if claims_folder().exists() else []


def test_the_draft_of_a_killed_copy_is_removed(home) -> None:
    killed(lambda: copied(home))
    assert len(names(home.downloads)) == 1
    assert len(claims()) == 1
    assert files.UNFINISHED.health(home.context()).found.startswith("1 to be")
    sweep(home)
    assert (names(home.downloads), claims()) == ([], [])
    assert files.UNFINISHED.health(home.context()).found == "none"
    assert names(home.documents) == ["a.txt", "folder"]


def test_a_draft_that_is_being_made_stays(home) -> None:
    draft = copied(home)
    sweep(home)
    assert names(home.downloads) == [draft.name]
    draft.discard()
    assert (names(home.downloads), claims()) == ([], [])


def test_what_nobody_has_claimed_stays(home) -> None:
    strange = home.downloads / draft_name()
    strange.write_text("of another machine that shares this folder")
    killed(lambda: copied(home))
    sweep(home)
    assert names(home.downloads) == [strange.name]


def test_a_copy_that_was_shown_stays(home) -> None:
    killed(lambda: copied(home).show("b.txt"))
    sweep(home)
    assert (names(home.downloads), claims()) == (["b.txt"], [])


def test_the_note_of_a_killed_trashing_is_removed(home) -> None:
    killed(lambda: trashing(home))
    assert names(trash(home) / "info") == ["a.txt.trashinfo"]
    sweep(home)
    assert (names(trash(home) / "info"), claims()) == ([], [])
    assert (home.documents / "a.txt").exists()


def test_the_note_on_what_is_in_the_trash_stays(home) -> None:
    killed(lambda: trashing(home).commit())
    sweep(home)
    assert names(trash(home) / "info") == ["a.txt.trashinfo"]
    assert (names(trash(home) / "files"), claims()) == (["a.txt"], [])


def test_a_note_of_a_stranger_stays(home) -> None:
    killed(lambda: trashing(home))
    note = trash(home) / "info" / "a.txt.trashinfo"
    note.write_text(note.read_text().replace("12:00:00", "12:00:01"))
    other = note.with_name("b.txt.trashinfo")
    other.write_text("[Trash Info]\nPath=/nowhere\nDeletionDate=2026-03-04T12:00:00\n")
    sweep(home)
    assert (names(note.parent), claims()) == (["a.txt.trashinfo", "b.txt.trashinfo"], [])


def test_a_note_that_is_being_used_stays(home) -> None:
    step = trashing(home)
    sweep(home)
    step.commit()
    step.discard()
    assert (names(trash(home) / "info"), claims()) == (["a.txt.trashinfo"], [])


def test_a_name_that_a_stranger_has_just_taken_is_not_claimed(home) -> None:
    trashing(home).discard()
    note = trash(home) / "info" / "a.txt.trashinfo"
    note.write_text("of a stranger")
    step = trashing(home)
    assert (step.name, len(claims())) == ("a 2.txt", 1)
    step.discard()
    assert (names(note.parent), claims()) == (["a.txt.trashinfo"], [])


def test_the_note_of_a_killed_restoring_is_removed(home) -> None:
    step = trashing(home)
    step.commit()
    step.discard()
    assert step.trash is not None
    assert step.stamp is not None
    back = Restoring(step.trash, step.name, step.spot, step.stamp)

    def to_the_middle() -> None:
        back.prepare()
        Claim.on_note(back.trash, back.name, back.trash.note(back.name) or "")
        back._move()

    killed(to_the_middle)
    assert names(trash(home) / "info") == ["a.txt.trashinfo"]
    sweep(home)
    assert (names(trash(home) / "info"), claims()) == ([], [])
    assert (home.documents / "a.txt").exists()


def test_a_restoring_that_fails_leaves_all_as_it_was(home) -> None:
    step = trashing(home)
    step.commit()
    step.discard()
    assert step.trash is not None
    assert step.stamp is not None
    home.add("Documents/a.txt")
    with pytest.raises(IntentError):
        Restoring(step.trash, step.name, step.spot, step.stamp).commit()
    assert (names(trash(home) / "info"), claims()) == (["a.txt.trashinfo"], [])


# What was moved to another disk


def doomed(home: Home, after: dict[str, object]) -> str:
    name = draft_name()
    (home.documents / "folder").rename(home.documents / name)
    killed(lambda: Claim.on_draft(spot(home, "Documents"), name, after))  # type: ignore[arg-type]
    return name


def test_a_source_goes_only_where_its_copy_is(home) -> None:
    shutil.copytree(home.documents / "folder", home.downloads / "folder")
    copy = {"new": uri_of(home.downloads / "folder")}
    stamp = stamp_data(spot(home, "Downloads/folder").stamp())
    name = doomed(home, {**copy, "stamp": {**stamp, "inode": 1}})
    sweep(home)
    assert (home.documents / name / "b.txt").exists()
    assert len(claims()) == 1, "it is looked at again"
    (home.documents / name).rename(home.documents / "folder")
    sweep(home)
    assert claims() == []
    name = doomed(home, {**copy, "stamp": stamp})
    sweep(home)
    assert (names(home.documents), claims()) == (["a.txt"], [])


def test_a_source_stays_where_its_copy_has_gone(home) -> None:
    stamp = stamp_data(spot(home, "Documents/folder").stamp())
    name = doomed(home, {"new": uri_of(home.downloads / "folder"), "stamp": stamp})
    sweep(home)
    assert (home.documents / name / "b.txt").exists()


# Claims that are not as they should be


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"draft": "file:///etc/passwd"}',
        b'{"note": "file:///etc/passwd", "text": null}',
        b"\xff",
    ],
)
def test_a_broken_claim_removes_nothing(home, line) -> None:
    claims_folder().mkdir(parents=True)
    (claims_folder() / "1.claim").write_bytes(line)
    before = home.state()
    sweep(home)
    assert home.state() == before


def test_a_claim_on_anything_but_a_draft_removes_nothing(home) -> None:
    for name in ("a.txt", ".voiced-1.part", ".voiced-0123456789abcdef.part.txt"):
        (home.documents / name).touch()
        killed(lambda name=name: Claim.on_draft(spot(home, "Documents"), name))
    before = home.state()
    sweep(home)
    assert (home.state(), claims()) == (before, [])


def test_a_claim_that_was_not_written_yet_is_removed(home) -> None:
    claims_folder().mkdir(parents=True)
    (claims_folder() / "1.new").write_bytes(json.dumps({"draft": "file:///"}).encode())
    sweep(home)
    assert claims() == []


def test_a_disk_that_is_not_there_is_waited_for(home) -> None:
    killed(lambda: copied(home))
    area = Area(home.roots)
    home.downloads.rename(home.folder / "away")
    sweeping.sweep(area)
    assert len(claims()) == 1
    (home.folder / "away").rename(home.downloads)
    sweep(home)
    assert (names(home.downloads), claims()) == ([], [])


def test_a_folder_that_was_removed_since_is_not_waited_for(home) -> None:
    killed(lambda: copied(home, "Documents/folder"))
    shutil.rmtree(home.documents / "folder")
    sweep(home)
    assert claims() == []


def test_a_folder_that_is_none_of_ours_any_more_is_left_alone(home) -> None:
    killed(lambda: copied(home))
    home.roots = (home.documents,)
    sweep(home)
    assert len(names(home.downloads)) == 1


def test_nothing_is_asked_of_the_folders_where_nothing_is_claimed(home) -> None:
    context = home.context()
    for folder in home.roots:
        shutil.rmtree(folder)
    files.UNFINISHED.tidy(context)
    assert claims() == []
    assert files.UNFINISHED.start(context) is None
    assert files.UNFINISHED.keeps(context) == [claims_folder()]


async def test_where_nothing_can_be_written_down_the_act_goes_on(home) -> None:
    claims_folder().parent.mkdir(parents=True)
    claims_folder().touch()
    entity = FileEntity(home.documents / "a.txt", "text", 7, None, NOW)
    await files.trash_file(home.context(), file=entity)
    assert names(trash(home) / "info") == ["a.txt.trashinfo"]
    assert Trash(trash(home)).note("gone") is None


def test_two_starts_at_once_do_not_disturb_each_other(home) -> None:
    killed(lambda: copied(home))
    held = os.open(claims_folder() / claims()[0], os.O_RDONLY)
    import fcntl

    fcntl.flock(held, fcntl.LOCK_EX)
    sweep(home)
    assert len(claims()) == 1
    os.close(held)
    sweep(home)
    assert claims() == []


def test_a_note_that_was_not_whole_yet_is_removed(home) -> None:
    step = trashing(home)
    step.discard()
    info = trash(home) / "info"
    unseen, strange = draft_name(), draft_name()
    (info / unseen).write_text("[Trash")
    (info / strange).write_text("[Trash")
    killed(lambda: Claim.on_note(Trash(trash(home)), "a.txt", "[Trash Info]", unseen))
    sweep(home)
    assert (names(info), claims()) == ([strange], [])


# Taking back a move to another disk that was cut off


async def _moved(home: Home, name: str) -> dict[str, object]:
    entity = FileEntity(home.documents / name, "text", 7, None, NOW)
    goal = FileEntity(home.downloads, "folder", 7, None, NOW)
    context = home.context()
    await files.move_file(context, file=entity, folder=goal)
    return dict(context.made[-1].undo.data)


@pytest.mark.parametrize("name", ["a.txt", "folder"])
async def test_what_is_in_both_places_is_taken_back_by_leaving_one(home, name) -> None:
    data = await _moved(home, name)
    moved = home.downloads / name
    copy = shutil.copytree if moved.is_dir() else shutil.copy
    copy(moved, home.documents / name)
    said = await files.undo_move.function(home.context(), data)  # type: ignore[arg-type]
    assert said == f"{name} is back in Documents."
    assert (names(home.downloads), names(home.documents)) == ([], ["a.txt", "folder"])
    assert names(trash(home) / "files") == [name]


@pytest.mark.parametrize(
    "other", ["other", "contend", "contents and more", "content"], ids=lambda text: text
)
async def test_something_else_in_its_place_is_not_taken_for_it(home, other) -> None:
    data = await _moved(home, "folder")
    new = home.documents / "folder"
    new.mkdir()
    (new / "b.txt").write_text(other)
    if other == "content":
        (new / "c.txt").touch()
    with pytest.raises(IntentError):
        await files.undo_move.function(home.context(), data)  # type: ignore[arg-type]
    assert (home.downloads / "folder" / "b.txt").exists()
