"""Several pictures in one sentence: counted, made all or none of them, one undo."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from small_evening import Evening, evening

from voiced.plugin import Effect, FileEntity, IntentFailed
from voiced_intents import files, photos, talk
from voiced_intents.photos.edit import Edit
from voiced_intents.photos.many import PICTURES, effect_of_many

from .conftest import (
    BLUE,
    MUNICH,
    NOW,
    RED,
    ROME,
    Home,
    encoded,
    oriented,
    picture,
    same_corners,
    seen,
)

pytestmark = pytest.mark.anyio
GREY = Edit("black and white", "black and white")


@pytest.fixture
def three(home: Home) -> tuple[FileEntity, ...]:
    return tuple(
        home.add(f"Pictures/{name}.jpg", oriented(number + 1, at=ROME), days_ago=1 + number / 10)
        for number, name in enumerate(("forum", "tiber", "trevi"))
    )


@pytest.fixture
def user(home: Home, three: tuple[FileEntity, ...]) -> Iterator[Evening]:
    home.add("Pictures/lake.jpg", oriented(1, at=MUNICH))
    known = home.context().known
    with evening([files, photos, talk], known, home.folder / "journal", NOW) as opened:
        yield opened


async def test_each_gets_a_version_and_one_undo_takes_all_back(
    home: Home, three: tuple[FileEntity, ...]
) -> None:
    context = home.context()
    reply = await photos.rotate_all(context, pictures=three, direction=90)
    assert reply.text == "Rotated three pictures."
    assert home.names() == [
        f"{name}{done}.jpg" for name in ("forum", "tiber", "trevi") for done in (" (rotated)", "")
    ]
    for entity in reply.entities:
        assert isinstance(entity, FileEntity)
        same_corners(seen(entity.path), {"top left": BLUE, "top right": RED})
    assert [change.summary for change in context.made] == ["rotated three pictures"]
    assert await context.undo() == "All 3 new pictures are in the trash."
    assert home.names() == ["forum.jpg", "tiber.jpg", "trevi.jpg"]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("rotate the photos from yesterday to the left", "rotated"),
        ("make the pictures from yesterday black and white", "black and white"),
        ("turn the photos from yesterday into sepia", "sepia"),
        ("crop all photos from yesterday to a square", "cropped"),
        ("flip the pictures from yesterday", "flipped"),
        ("resize the photos from yesterday to half", "resized"),
        ("remove the location from the photos from yesterday", "without location"),
    ],
)
def test_what_is_said_of_several(home: Home, user: Evening, said: str, label: str) -> None:
    question = user.say(said)
    assert " several pictures" in question
    assert ": 3 pictures: forum.jpg, tiber.jpg, trevi.jpg" in question
    assert len(home.names()) == 4
    verb = "make" if said.startswith("turn") else said.split(maxsplit=1)[0]
    assert "three pictures" in user.say(f"yes, {verb} them")
    assert [name for name in home.names() if f"({label})" in name] == [
        f"{name} ({label}).jpg" for name in ("forum", "tiber", "trevi")
    ]
    assert user.say("undo that") == "All three new pictures are in the trash."
    assert len(home.names()) == 4


def test_these_are_what_was_found(home: Home, user: Evening) -> None:
    assert user.say("show me photos from rome").startswith("I found three photos: ")
    assert "3 pictures: forum.jpg, tiber.jpg, trevi.jpg" in user.say("make these black and white")
    assert user.say("yes, make them") == "Made three pictures black and white."
    assert "3 pictures: forum (black and white).jpg, " in user.say("rotate them to the right")
    assert user.say("no") == "Okay, I won't."
    assert user.say("undo that") == "All three new pictures are in the trash."
    assert len(home.names()) == 4


def test_all_of_them_in_an_album(home: Home, user: Evening) -> None:
    user.say("make an album called rome")
    asked = user.say("add the photos from yesterday to the album rome")
    assert "3 pictures: " in asked
    assert user.say("yes, add them") == "Added three pictures to the album rome."
    assert len(list((home.pictures / "rome").iterdir())) == 3
    user.say("undo that")
    assert list((home.pictures / "rome").iterdir()) == []
    assert len(home.names()) == 5


@pytest.mark.parametrize("said", ["rotate everything", "make everything black and white"])
def test_everything_is_no_picture(home: Home, user: Evening, said: str) -> None:
    user.say(said)
    assert len(home.names()) == 4


async def test_what_cannot_be_edited_is_left_out_and_said(
    home: Home, three: tuple[FileEntity, ...]
) -> None:
    broken = home.add("Pictures/broken.jpg", oriented(1)[:300])
    context = home.context()
    reply = await photos.adjust_all(context, pictures=(*three, broken), change=GREY)
    assert reply.text == (
        "Made three pictures black and white. "
        "I left out one picture: broken.jpg is damaged, I can't read it."
    )
    await context.undo()
    assert len(home.names()) == 4
    with pytest.raises(IntentFailed) as caught:
        await photos.flip_all(context, pictures=(broken, broken))
    assert caught.value.spoken == "broken.jpg is damaged, I can't read it."
    assert not context.made


async def test_two_versions_of_one_name_are_told_apart(home: Home) -> None:
    pair = (
        home.add("Pictures/a.gif", encoded(picture(mode="P"), "GIF")),
        home.add("Pictures/a.png", encoded(picture(), "PNG")),
    )
    await photos.flip_all(home.context(), pictures=pair)
    assert home.names() == ["a (flipped 2).png", "a (flipped).png", "a.gif", "a.png"]


async def test_a_name_that_is_taken_meanwhile_hides_the_others_again(
    home: Home, three: tuple[FileEntity, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = home.context()
    shown = photos.many.Several.commit  # type: ignore[attr-defined]

    def commit(batch: object) -> None:
        (home.pictures / "trevi (rotated).jpg").write_bytes(b"mine")
        shown(batch)

    monkeypatch.setattr(photos.many.Several, "commit", commit)  # type: ignore[attr-defined]
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate_all(context, pictures=three, direction=90)
    assert "already something called trevi (rotated).jpg" in caught.value.spoken
    assert home.names() == ["forum.jpg", "tiber.jpg", "trevi (rotated).jpg", "trevi.jpg"]
    assert (home.pictures / "trevi (rotated).jpg").read_bytes() == b"mine"


async def test_one_that_was_changed_since_it_was_read_back_stops_all(
    home: Home, three: tuple[FileEntity, ...]
) -> None:
    os.utime(three[1].path, (1, 1))
    context = home.context()
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate_all(context, pictures=three, direction=90)
    assert caught.value.spoken == "tiber.jpg has been changed since. I changed nothing."
    assert len(home.names()) == 3


async def test_a_version_that_somebody_changed_is_left_by_the_undo(
    home: Home, three: tuple[FileEntity, ...]
) -> None:
    context = home.context()
    await photos.rotate_all(context, pictures=three, direction=90)
    (home.pictures / "tiber (rotated).jpg").write_bytes(b"painted over")
    assert await context.undo() == (
        "I moved 2 of 3 new pictures to the trash. Of the others I say: "
        "tiber (rotated).jpg has been changed since. I left it as it is."
    )
    assert (home.pictures / "tiber (rotated).jpg").read_bytes() == b"painted over"


@pytest.mark.parametrize("steps", [None, "x", [], [7], [{"operation": "files.trash", "data": {}}]])
async def test_a_damaged_record_is_refused(home: Home, steps: object) -> None:
    with pytest.raises(IntentFailed):
        await photos.undo_several.function(home.context(), {"steps": steps})  # type: ignore[dict-item]


def test_more_than_one_is_confirmed() -> None:
    photo = object()
    assert effect_of_many({"pictures": (photo, photo)}) is Effect.W2
    assert effect_of_many({"pictures": (photo,)}) is Effect.W1
    assert effect_of_many({}) is Effect.W1


def test_what_is_several() -> None:
    assert PICTURES.fits("the photos from yesterday")
    assert PICTURES.fits("these")
    assert not PICTURES.fits("it")
    assert not PICTURES.fits("the lake picture")
    assert not PICTURES.fits("the lights")
