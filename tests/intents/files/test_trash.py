"""The trash as other programs read it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from voiced.plugin import IntentFailed
from voiced_intents.files.claims import Claim
from voiced_intents.files.trash import Trash, trash_for

from .conftest import NOW, names


@pytest.fixture
def trash(tmp_path: Path) -> Trash:
    made = Trash(tmp_path / "Trash")
    made.prepare()
    return made


def reserve(trash: Trash, path: Path) -> str:
    return trash.reserve(path, NOW, lambda *_: Claim())[0]


def test_the_folders_are_for_this_user_alone(trash: Trash) -> None:
    modes = [each.stat().st_mode & 0o777 for each in (trash.folder, trash.folder / "info")]
    assert modes == [0o700, 0o700]


@pytest.mark.parametrize("name", ["a b.txt", "a\nb", "100%.txt", os.fsdecode(b"\xff"), "ü" * 127])
def test_the_note_holds_the_path_in_percent_code(trash: Trash, name: str) -> None:
    path = Path("/home/me") / name
    taken = reserve(trash, path)
    note = (trash.folder / "info" / f"{taken}.trashinfo").read_text()
    assert note.splitlines()[0] == "[Trash Info]"
    assert unquote_to_bytes(note.splitlines()[1].removeprefix("Path=")) == os.fsencode(path)
    assert note.splitlines()[2] == "DeletionDate=2026-03-04T12:00:00"
    assert len(os.fsencode(f"{taken}.trashinfo")) <= 255


def test_a_taken_name_gets_a_number(trash: Trash) -> None:
    (trash.folder / "files" / "a 2.txt").write_text("without a note")
    names = [reserve(trash, Path("/x/a.txt")) for _ in range(3)]
    assert names == ["a.txt", "a 3.txt", "a 4.txt"]


def test_release_removes_the_note_and_may_be_repeated(trash: Trash) -> None:
    name = reserve(trash, Path("/x/a.txt"))
    trash.release(name)
    trash.release(name)
    assert names(trash.folder / "info") == []


def test_a_trash_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "Trash").mkdir()
    (tmp_path / "Trash" / "info").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "Trash" / "files").mkdir()
    with pytest.raises(IntentFailed, match="file system"):
        reserve(Trash(tmp_path / "Trash"), Path("/x/a.txt"))
    assert names(tmp_path / "elsewhere") == []


def test_the_home_trash_follows_the_environment(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    found = trash_for(tmp_path / "a", device, {"HOME": str(tmp_path), "XDG_DATA_HOME": ""})
    assert found.folder == tmp_path / ".local" / "share" / "Trash"
    other = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    assert trash_for(tmp_path / "a", device, other).folder == tmp_path / "data" / "Trash"
