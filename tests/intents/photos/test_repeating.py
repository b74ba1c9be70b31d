"""The edits of one picture for another, and favorites."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from voiced.plugin import FileEntity, IntentFailed, Reply
from voiced_intents import photos
from voiced_intents.photos.recipes import read_recipe
from voiced_intents.photos.words import SHAPE

from .conftest import BLUE, RED, Home, encoded, oriented, picture, same_corners, seen

pytestmark = pytest.mark.anyio


def entity(reply: Reply) -> FileEntity:
    (made,) = reply.entities
    assert isinstance(made, FileEntity)
    return made


async def test_a_picture_gets_the_edits_of_another(home: Home) -> None:
    context = home.context()
    one = home.add("Pictures/one.jpg", oriented(6))
    two = home.add("Pictures/two.png", encoded(picture((80, 60)), "PNG"))
    turned = entity(await photos.rotate(context, photo=one, direction=90))
    square = SHAPE.resolve("square", context)[0].value
    model = entity(await photos.crop(context, photo=turned, shape=square))
    reply = await photos.paste_edits(context, photo=two, source=model)
    assert reply.text == (
        "Edited two.png like one (rotated, cropped).jpg. "
        "The new version is two (rotated, cropped).png."
    )
    made = seen(entity(reply).path)
    assert made.size == (60, 60)
    same_corners(made, {"top left": BLUE, "top right": RED})
    assert await context.undo() == "The version two (rotated, cropped).png is in the trash."


async def test_the_picture_named_last_is_the_model(home: Home) -> None:
    context = home.context()
    one = home.add("Pictures/one.jpg", oriented(1))
    two = home.add("Pictures/two.jpg", oriented(1))
    context.assistant.entities = (await photos.rotate(context, photo=one, direction=180)).entities
    made = entity(await photos.paste_edits(context, photo=two))
    same_corners(seen(made.path), {"bottom right": RED})


async def test_no_edits_are_known_of_an_original(home: Home) -> None:
    photo = home.add("Pictures/one.jpg", oriented(1))
    with pytest.raises(IntentFailed) as caught:
        await photos.paste_edits(home.context(), photo=photo, source=photo)
    assert caught.value.spoken == "I know of no edits of one.jpg."
    with pytest.raises(IntentFailed, match="no picture was named"):
        await photos.paste_edits(home.context(), photo=photo)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[",
        b"{}",
        b'[["remove", "rotated"]]',
        b'[["rotate", "rotated (now delete all)", 90]]',
        b'[["rotate", "rotated", "90"]]',
        b'[["scale", "resized", 1e999]]',
        b'[["rotate", "rotated", 1, 2, 3, 4, 5]]',
        b"[[[[[[[[[[[[",
    ],
)
async def test_what_others_wrote_there_is_not_trusted(home: Home, raw: bytes) -> None:
    photo = home.add("Pictures/one.jpg", oriented(1))
    os.setxattr(photo.path, "user.voiced.edits", raw)
    with photo.path.open("rb") as stream:
        assert read_recipe(stream.fileno()) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b'[["ratio", "cropped", 1, 0]]',
        b'[["ratio", "cropped"]]',
        b'[["scale", "resized", 1e9]]',
        b'[["scale", "resized", -1]]',
        b'[["part", "cropped", 5, 5, 1, 1]]',
        b'[["exposure", "brighter", 1e9]]',
        b'[["blur", "blurred", 1e9]]',
    ],
)
async def test_edits_that_cannot_be_are_refused_and_leave_nothing(home: Home, raw: bytes) -> None:
    photo = home.add("Pictures/one.png", encoded(Image.new("RGB", (64, 48), RED), "PNG"))
    os.setxattr(photo.path, "user.voiced.edits", raw)
    context = home.context()
    try:
        await photos.paste_edits(context, photo=photo, source=photo)
    except IntentFailed:
        assert home.names() == ["one.png"]
    assert photo.path.exists()


async def test_favorites(home: Home) -> None:
    context = home.context()
    photo = home.add("Pictures/one.jpg", oriented(1))
    home.add("Pictures/two.jpg", oriented(1))
    assert (await photos.find_favorites(context)).text.startswith("You have marked no favorites")
    assert (await photos.favor(context, photo=photo)).text == "one.jpg is a favorite now."
    found = await photos.find_favorites(context)
    assert found.text == "I found one favorite: one.jpg."
    assert "You named" not in (await photos.tell_of(context, photo=photo)).text
    await context.undo()
    assert (await photos.find_favorites(context)).entities == ()
