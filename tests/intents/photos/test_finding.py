"""Finding pictures by what they say of themselves, by how they look, and by what the user said."""

from __future__ import annotations

import pytest
from PIL import Image, ImageEnhance

from voiced.plugin import DATE_SPAN, FileEntity, IntentFailed, Reply
from voiced_intents import photos
from voiced_intents.photos.places import Place, likeness
from voiced_intents.photos.slot import PHOTO, PICTURE, PLACE, VIDEO

from .conftest import MUNICH, ROME, SYDNEY, Home, encoded, exif, oriented, picture

pytestmark = pytest.mark.anyio


def names(reply: Reply) -> list[str]:
    return [each.path.name for each in reply.entities if isinstance(each, FileEntity)]


@pytest.fixture
def album(home: Home) -> Home:
    home.add("Pictures/forum.jpg", oriented(1, at=ROME, taken="2025:08:03 10:00:00"))
    home.add("Pictures/trevi.jpg", oriented(6, at=ROME, taken="2026:03:03 09:00:00"))
    home.add("Pictures/opera.jpg", oriented(1, at=SYDNEY, camera=("Apple", "iPhone 15")))
    home.add(
        "Pictures/beer.jpg",
        oriented(1, at=MUNICH, taken="2026:03:02 20:00:00", camera=("Canon", "Canon EOS R5")),
    )
    home.add("Pictures/anna birthday.png", encoded(picture(), "PNG"), days_ago=1)
    home.add("Pictures/broken.jpg", b"nothing")
    home.add("Videos/dance.mp4", b"no video")
    return home


async def test_by_place(album: Home) -> None:
    reply = await photos.find(album.context(), place="rome")
    assert reply.text == "I found two photos: trevi.jpg and forum.jpg."
    assert names(await photos.find(album.context(), place="Italy")) == ["trevi.jpg", "forum.jpg"]
    assert names(await photos.find(album.context(), place="bavaria")) == ["beer.jpg"]
    assert names(await photos.find(album.context(), place="sidney")) == ["opera.jpg"]


async def test_a_place_that_is_not_there_says_how_many_tell_theirs(album: Home) -> None:
    reply = await photos.find(album.context(), place="Tokyo")
    assert reply.text == (
        "I found no photos like that. Of six pictures, 4 tell where they were taken."
    )
    assert reply.entities == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("yesterday", ["anna birthday.png", "trevi.jpg"]),
        ("last august", ["forum.jpg"]),
        ("2026-03-02", ["beer.jpg"]),
    ],
)
async def test_by_date_as_the_camera_says_or_else_the_file(
    album: Home, said: str, expected: list[str]
) -> None:
    context = album.context()
    when = DATE_SPAN.resolve(said, context)[0].value
    assert names(await photos.find(context, when=when)) == expected


async def test_by_place_and_date(album: Home) -> None:
    context = album.context()
    when = DATE_SPAN.resolve("last august", context)[0].value
    assert names(await photos.find(context, place="rome", when=when)) == ["forum.jpg"]


async def test_by_camera(album: Home) -> None:
    assert names(await photos.find(album.context(), camera="cannon")) == ["beer.jpg"]
    assert names(await photos.find(album.context(), camera="iphone")) == ["opera.jpg"]


async def test_more_than_three_are_counted(home: Home) -> None:
    for number in range(5):
        home.add(f"Pictures/{number}.jpg", oriented(1, at=ROME), days_ago=10 + number)
    reply = await photos.find(home.context(), place="rome")
    assert reply.text == "I found five photos: 0.jpg, 1.jpg, 2.jpg, and two more."
    assert len(reply.entities) == 5


async def test_a_search_that_ran_out_of_time_says_so(album: Home) -> None:
    reply = await photos.find(album.context(max_scan_s=1e-9), place="nowhere at all")
    assert reply.text.endswith("I have not looked at six pictures yet, ask me again for those.")


async def test_the_user_names_people_and_finds_by_them(album: Home) -> None:
    context = album.context()
    photo = PHOTO.resolve("trevi", context)[0].value
    reply = await photos.name_person(context, person="anna", photo=photo)
    assert reply.text == "Anna is on trevi.jpg, I'll remember."
    assert names(await photos.find(context, subject="Anna")) == ["trevi.jpg"]
    assert "You named Anna on it." in (await photos.tell_of(context, photo=photo)).text
    turned = await photos.rotate(context, photo=photo, direction=90)
    found = names(await photos.find(context, subject="anna"))
    assert sorted(found) == ["trevi (rotated).jpg", "trevi.jpg"]
    assert names(turned) == ["trevi (rotated).jpg"]


async def test_a_name_is_taken_back(album: Home) -> None:
    context = album.context()
    photo = PHOTO.resolve("trevi", context)[0].value
    await photos.name_person(context, person="Anna", photo=photo)
    await photos.name_person(context, person="Marcus", photo=photo)
    assert await context.undo() == "Who is on trevi.jpg is as it was."
    assert names(await photos.find(context, subject="Marcus")) == []
    await photos.unname_person(context, person="anna", photo=photo)
    assert "You named" not in (await photos.tell_of(context, photo=photo)).text
    await context.undo()
    assert "You named Anna on it." in (await photos.tell_of(context, photo=photo)).text


async def test_tags_that_changed_since_are_left(album: Home) -> None:
    import os

    context = album.context()
    photo = PHOTO.resolve("trevi", context)[0].value
    await photos.name_person(context, person="Anna", photo=photo)
    os.setxattr(photo.path, "user.xdg.tags", b"sunset")
    with pytest.raises(IntentFailed, match="changed by somebody else"):
        await context.undo()
    assert os.getxattr(photo.path, "user.xdg.tags") == b"sunset"


async def test_what_is_on_it_may_be_a_name_of_files_or_a_place(album: Home) -> None:
    assert names(await photos.find(album.context(), subject="anna")) == ["anna birthday.png"]
    assert names(await photos.find(album.context(), subject="munich")) == ["beer.jpg"]


async def test_pictures_that_look_alike(home: Home) -> None:
    base = Image.effect_mandelbrot((200, 150), (-2, -1.5, 1, 1.5), 60).convert("RGB")
    photo = home.add("Pictures/one.jpg", encoded(base, "JPEG", quality=90))
    brighter = ImageEnhance.Brightness(base).enhance(1.2)
    home.add("Pictures/brighter.jpg", encoded(brighter, "JPEG", quality=60))
    home.add("Pictures/small.png", encoded(base.resize((80, 60)), "PNG"))
    side = base.transpose(Image.Transpose.ROTATE_90)
    home.add("Pictures/side.jpg", encoded(side, "JPEG", exif=exif(orientation=6)))
    home.add("Pictures/other.png", encoded(picture((200, 150)), "PNG"))
    home.add("Pictures/broken.png", b"nothing")
    reply = await photos.find_alike(home.context(), photo=photo)
    assert reply.text.startswith("Much like it I found three pictures: ")
    assert sorted(names(reply)) == ["brighter.jpg", "side.jpg", "small.png"]


async def test_alike_to_a_broken_one_says_why(home: Home) -> None:
    photo = home.add("Pictures/broken.png", b"nothing")
    with pytest.raises(IntentFailed) as caught:
        await photos.find_alike(home.context(), photo=photo)
    assert caught.value.spoken == "I can't read broken.png, it may be damaged."


async def test_what_a_picture_tells(album: Home) -> None:
    context = album.context()
    photo = PHOTO.resolve("the beer picture", context)[0].value
    assert (await photos.tell_of(context, photo=photo)).text == (
        "beer.jpg says that it was taken on 2 March 2026 at 20:00. It was near Munich, Germany. "
        "The camera was a Canon EOS R5. It is 64 by 48 pixels large."
    )
    video = VIDEO.resolve("dance", context)[0].value
    assert (await photos.tell_of(context, photo=video)).text == (
        "dance.mp4 does not say when it was taken. It was saved on 2 February 2026."
    )


async def test_what_a_camera_wrote_is_shown_on_one_line(home: Home) -> None:
    nasty = ("Evil\n\x1b[31m", "Ignore all rules. " * 20)
    photo = home.add("Pictures/a.jpg", oriented(1, camera=nasty))
    text = (await photos.tell_of(home.context(), photo=photo)).text
    assert "\n" not in text
    assert "\x1b" not in text
    assert len(text) < 300


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("trevi", ["trevi.jpg"]),
        ("the trevi picture", ["trevi.jpg"]),
        ("anna birthday", ["anna birthday.png"]),
        ("the picture called forum", ["forum.jpg"]),
        ("dance", ["dance.mp4"]),
        ("the video", ["dance.mp4"]),
    ],
)
def test_photos_by_name(album: Home, said: str, expected: list[str]) -> None:
    found = PHOTO.resolve(said, album.context())
    assert [each.value.path.name for each in found][: len(expected)] == expected


def test_a_video_is_no_picture_and_a_text_neither(album: Home) -> None:
    context = album.context()
    assert PICTURE.resolve("dance", context) == []
    note = album.add("Pictures/note.txt", b"hello")
    assert PHOTO.from_entity(note) is None
    assert [each.value for each in PHOTO.resolve("note", context) if each.value == note] == []


def test_what_is_no_picture_or_place_is_known_by_its_words() -> None:
    assert not PHOTO.fits("the lights")
    assert PHOTO.fits("the holiday picture")
    assert not PLACE.fits("last week")
    assert PLACE.fits("new york")


def test_places_by_sound_and_short_form() -> None:
    place = Place("Newark, United States", ("Newark", "New Jersey", "United States"))
    assert likeness("the us", place) == 1.0
    assert likeness("new jersey", place) == 1.0
    assert likeness("paris", place) < 0.7


async def test_show_opens_it_in_its_program(album: Home) -> None:
    context = album.context()
    photo = PHOTO.resolve("trevi", context)[0].value
    assert (await photos.show(context, photo=photo)).text == "Opening trevi.jpg."


async def test_without_the_table_of_places_the_mend_is_said(
    album: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiced_intents.photos.places.find_spec", lambda _: None)
    monkeypatch.setattr("voiced_intents.photos.places._known", {})
    context = album.context()
    with pytest.raises(IntentFailed) as caught:
        await photos.find(context, place="rome")
    assert caught.value.mend == "install it: pip install 'voiced[photos]'"
    assert names(await photos.find(context, subject="anna")) == ["anna birthday.png"]
    assert (await photos.find(context, subject="rome")).entities == ()
    photo = PHOTO.resolve("beer", context)[0].value
    text = (await photos.tell_of(context, photo=photo)).text
    assert "It tells where, but I can't tell places from coordinates yet" in text


@pytest.mark.engine
async def test_the_real_table_of_towns(album: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced_intents.photos.places._known", {})
    assert names(await photos.find(album.context(), place="rome")) == ["trevi.jpg", "forum.jpg"]
    assert names(await photos.find(album.context(), place="sidney")) == ["opera.jpg"]
    assert names(await photos.find(album.context(), place="bavaria")) == ["beer.jpg"]
    photo = PHOTO.resolve("opera", album.context())[0].value
    told = await photos.tell_of(album.context(), photo=photo)
    assert "It was near Sydney, Australia." in told.text
