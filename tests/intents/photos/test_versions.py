"""Versions: what they are called, how chains of them go on, and how each is taken back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voiced.plugin import FileEntity, IntentDenied, IntentError, IntentFailed, PluginError, Reply
from voiced_intents import photos
from voiced_intents.files import Settings as FileSettings
from voiced_intents.files.roots import Area
from voiced_intents.photos.edit import original_stem, version_name
from voiced_intents.photos.tones import TONE_WORDS
from voiced_intents.photos.versions import Version

from .conftest import BLUE, RED, Context, Home, oriented, same_corners, seen

pytestmark = pytest.mark.anyio


def entity(reply: Reply) -> FileEntity:
    (made,) = reply.entities
    assert isinstance(made, FileEntity)
    return made


@pytest.mark.parametrize(
    ("name", "done", "taken", "expected"),
    [
        ("holiday.jpg", ("rotated",), (), "holiday (rotated).jpg"),
        ("holiday.jpg", ("rotated",), ("holiday (rotated).jpg",), "holiday (rotated 2).jpg"),
        ("holiday (rotated).jpg", ("sepia",), (), "holiday (rotated, sepia).jpg"),
        ("holiday (rotated 2).jpg", ("rotated",), (), "holiday (rotated).jpg"),
        ("a (rotated, cropped, sepia).jpg", ("resized",), (), "a (edited).jpg"),
        ("anna (2019).jpg", ("cropped",), (), "anna (2019) (cropped).jpg"),
        ("holiday.jpg", (), ("holiday.jpg",), "holiday 2.jpg"),
        ("y" * 251 + ".jpg", ("rotated",), (), "y" * 241 + " (rotated).jpg"),
    ],
)
def test_names_of_versions(
    name: str, done: tuple[str, ...], taken: tuple[str, ...], expected: str
) -> None:
    assert version_name(name, done, ".jpg", taken.__contains__) == expected


def test_the_stem_of_the_original() -> None:
    assert original_stem("holiday (rotated, black and white 2).jpg") == "holiday"
    assert original_stem("holiday (with anna).jpg") == "holiday (with anna)"


def test_every_tone_gives_a_name_that_is_known_as_a_version() -> None:
    for edit in TONE_WORDS.values():
        name = version_name("a.jpg", (edit.done,), ".jpg", lambda _: False)
        assert original_stem(name) == "a"


async def test_a_chain_of_edits_goes_on_from_the_last_version(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(6))
    context = home.context()
    turned = entity(await photos.rotate(context, photo=photo, direction=90))
    again = entity(await photos.rotate(context, photo=turned, direction=90))
    assert home.names() == ["holiday (rotated 2).jpg", "holiday (rotated).jpg", "holiday.jpg"]
    same_corners(seen(again.path), {"bottom right": RED, "top right": BLUE})
    assert [change.summary for change in context.made] == [
        "rotated holiday.jpg",
        "rotated holiday (rotated).jpg",
    ]
    found = await photos.original(context, photo=again)
    assert found.text == "The original of holiday (rotated 2).jpg is holiday.jpg."
    assert entity(found).path == photo.path


async def test_undo_puts_the_version_into_the_trash_and_leaves_the_original(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    before = photo.path.read_bytes(), photo.path.stat().st_mtime_ns
    context = home.context()
    reply = await photos.rotate(context, photo=photo, direction=-90)
    assert reply.text == "Rotated holiday.jpg. The new version is holiday (rotated).jpg."
    assert await context.undo() == "The version holiday (rotated).jpg is in the trash."
    assert home.names() == ["holiday.jpg"]
    assert (photo.path.read_bytes(), photo.path.stat().st_mtime_ns) == before
    trash = home.folder / ".local/share/Trash/files"
    assert [path.name for path in trash.iterdir()] == ["holiday (rotated).jpg"]


async def test_a_version_that_somebody_changed_is_not_taken_back(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    context = home.context()
    made = entity(await photos.flip(context, photo=photo))
    made.path.write_bytes(b"painted over")
    with pytest.raises(IntentFailed, match="changed by somebody else"):
        await context.undo()
    assert made.path.read_bytes() == b"painted over"


async def test_the_name_is_taken_meanwhile(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    area = Area.of(home.context().settings(FileSettings))
    source, new = area.spot(photo.path), area.spot(photo.path.with_name("b.jpg"))
    change = Version(source, new, lambda target: os.truncate(target, 10))
    change.prepare()
    new.path.write_bytes(b"mine")
    with pytest.raises(IntentError):
        change.commit()
    change.discard()
    assert new.path.read_bytes() == b"mine"
    assert home.names() == ["b.jpg", "holiday.jpg"]


async def test_a_picture_that_changes_meanwhile_is_left_alone(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    area = Area.of(home.context().settings(FileSettings))
    source, new = area.spot(photo.path), area.spot(photo.path.with_name("b.jpg"))
    change = Version(source, new, lambda _: photo.path.write_bytes(b"other") and None)
    with pytest.raises(IntentFailed, match="changed meanwhile"):
        change.prepare()
    change.discard()
    assert home.names() == ["holiday.jpg"]


async def test_a_full_disk_leaves_nothing_half_done(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))

    def full(_file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    context = home.context()
    monkeypatch.setattr("voiced_intents.photos.editing.os.write", full)
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate(context, photo=photo, direction=90)
    monkeypatch.undo()
    assert caught.value.spoken == "The disk is full, so I changed nothing."
    assert home.names() == ["holiday.jpg"]
    assert not context.made


@pytest.mark.parametrize(
    "name", ["-rf.jpg", "  two spaces  .jpg", "two\nlines.jpg", "ü 文 🎉.jpg", "x" * 251 + ".jpg"]
)
async def test_awkward_names(home: Home, name: str) -> None:
    photo = home.add(f"Pictures/{name}", oriented(1))
    context = home.context()
    made = entity(await photos.rotate(context, photo=photo, direction=90))
    assert made.path.stem.endswith("(rotated)")
    await context.undo()
    assert home.names() == [name]


async def test_links_and_outside_are_refused(home: Home, tmp_path: Path) -> None:
    outside = tmp_path / "secret.jpg"
    outside.write_bytes(oriented(1))
    link = home.pictures / "link.jpg"
    link.symlink_to(outside)
    original = home.add("Pictures/a.jpg", oriented(1))
    for path in (link, outside, home.pictures / ".hidden.jpg"):
        photo = FileEntity(path, "image", 1, None, original.modified)
        with pytest.raises(IntentDenied):
            await photos.rotate(home.context(), photo=photo, direction=90)
    assert home.names() == ["a.jpg", "link.jpg"]


async def test_a_folder_that_may_not_be_written(home: Home) -> None:
    photo = home.add("Pictures/sub/a.jpg", oriented(1))
    gone = photo.path.parent
    photo.path.unlink()
    gone.rmdir()
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate(home.context(), photo=photo, direction=90)
    assert caught.value.spoken == "a.jpg is not there any more."


async def test_without_the_files_plugin_the_mend_is_said(home: Home) -> None:
    class Alone(Context):
        def settings(self, kind: type) -> object:  # type: ignore[override]
            if kind is FileSettings:
                raise PluginError("photos: Settings is not a loaded plugin's Settings")
            return super().settings(kind)

    photo = home.add("Pictures/a.jpg", oriented(1))
    alone = Alone(FileSettings(), photos.Settings())
    with pytest.raises(IntentDenied) as caught:
        await photos.rotate(alone, photo=photo, direction=90)
    assert caught.value.mend == "voiced intents enable files"


async def test_a_strange_turn_is_refused(home: Home) -> None:
    photo = home.add("Pictures/a.jpg", oriented(1))
    with pytest.raises(IntentFailed, match="whole turn"):
        await photos.rotate(home.context(), photo=photo, degrees=360)
    with pytest.raises(IntentFailed, match="that format already"):
        await photos.convert(home.context(), photo=photo, kind="JPEG")
    with pytest.raises(IntentFailed, match="too many degrees"):
        await photos.straighten(home.context(), photo=photo, degrees=60)
