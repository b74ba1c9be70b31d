"""Whole conversations about pictures: through the grammar, the policy and a real journal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_evening import Evening
from small_evening import evening as conversation

from voiced_intents import files, photos, talk

from .conftest import BLUE, GREEN, NOW, RED, ROME, Home, oriented, same_corners, seen


@pytest.fixture
def evening(home: Home) -> Iterator[Evening]:
    known, folder = home.context().known, home.folder / "journal"
    with conversation((files, photos, talk), known, folder, NOW) as opened:
        yield opened


def test_it_is_the_last_version(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(6))
    assert evening.say("rotate the lake picture to the right").startswith("Rotated lake.jpg.")
    assert evening.say("make it black and white").startswith("Made lake (rotated).jpg black and")
    told = evening.say("crop the picture to the left half")
    assert told.endswith("The new version is lake (rotated, black and white, cropped).jpg.")
    assert "lake (rotated, black and white, cropped).jpg is in the trash" in evening.say(
        "undo that"
    )
    assert len(home.names()) == 3
    evening.say("undo that")
    evening.say("undo that")
    assert home.names() == ["lake.jpg"]


def test_what_was_found_is_edited_by_its_place_in_the_list(home: Home, evening: Evening) -> None:
    for number, name in enumerate(("forum", "trevi", "tiber")):
        home.add(f"Pictures/{name}.jpg", oriented(1, at=ROME), days_ago=number + 1)
    assert evening.say("show me photos from rome") == (
        "I found three photos: forum.jpg, trevi.jpg and tiber.jpg."
    )
    told = evening.say("turn the second one upside down")
    assert told == "Rotated trevi.jpg. The new version is trevi (rotated).jpg."
    same_corners(seen(home.pictures / "trevi (rotated).jpg"), {"bottom right": RED})


def test_people_of_the_picture_that_was_just_named(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    home.add("Pictures/beach.jpg", oriented(1))
    assert evening.say("anna is in this picture") == "Which picture? Find or name one first."
    evening.say("when was the beach picture taken")
    assert evening.say("anna is in this picture") == "Anna is on beach.jpg, I'll remember."
    assert evening.say("find pictures of anna") == "I found one photo: beach.jpg."
    assert evening.say("undo that") == "Who is on beach.jpg is as it was."
    assert evening.say("find pictures of anna").startswith("I found no photos like that.")


def test_a_person_is_told_from_a_tag(home: Home, evening: Evening) -> None:
    home.add("Pictures/beach.jpg", oriented(1))
    home.add("Pictures/invoice march.pdf", b"x")
    assert evening.say("tag anna in the beach picture") == "Anna is on beach.jpg, I'll remember."
    assert evening.say("tag the beach picture as summer") == "Tagged beach.jpg as summer."
    assert evening.say("tag the invoice in pictures as paid") == "Tagged invoice march.pdf as paid."
    assert evening.say("tag paid in the invoice") == (
        "invoice march.pdf is no picture, so nobody is on it. To tag it, say: tag it as paid."
    )
    assert evening.say("what is tagged anna") == "I found one tagged as anna: beach.jpg."
    assert evening.say("find pictures of anna") == "I found one photo: beach.jpg."


def test_several_edits_in_one_sentence(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(8))
    evening.say("rotate the lake picture right and flip it and crop it to a square")
    made = seen(home.pictures / "lake (rotated, flipped, cropped).jpg")
    assert made.size == (48, 48)
    same_corners(made, {"top left": RED, "top right": BLUE, "bottom left": GREEN})


def test_an_album_in_words(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    assert evening.say("make an album called summer") == "Created the album summer in Pictures."
    told = evening.say("add the lake picture to the album summer")
    assert told == "Added lake.jpg to the album summer."
    assert evening.say("what is in the album summer") == "In summer there is one picture: lake.jpg."


@pytest.mark.parametrize(
    "text", ["make the lights brighter", "turn left", "flip the page", "the cat is in the garden"]
)
def test_what_is_about_no_picture_changes_nothing(home: Home, evening: Evening, text: str) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    evening.say(text)
    assert home.names() == ["lake.jpg"]


def test_where_files_are_switched_off_that_is_said(home: Home) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    alone = {photos.Settings: photos.Settings()}
    refusal = "I only work on pictures where I may use files, and that is switched off."
    with conversation((photos, talk), alone, home.folder / "journal", NOW) as evening:
        assert evening.say("rotate the lake picture to the right") == refusal
        assert evening.say("what is in the album summer") == refusal
        assert evening.say("show me photos from rome") == refusal


def test_less_bright_is_darker(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    told = evening.say("make the lake picture a little less bright")
    assert told == "Made lake.jpg darker. The new version is lake (darker).jpg."


def test_a_format_that_is_not_written_is_said(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    told = evening.say("convert the lake picture to gif")
    assert told == "I can't write that format, only JPEG, PNG, WebP, HEIC, TIFF and AVIF."
    assert home.names() == ["lake.jpg"]


def test_what_was_asked_and_is_not_known_is_said(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    assert "You have named nobody on it." in evening.say("who is in the lake picture")
    assert "It does not say where." in evening.say("where was the lake picture taken")
    told = evening.say("when was the lake picture taken")
    assert "nobody" not in told
    assert "where" not in told


def test_a_favorite_that_was_taken_back(home: Home, evening: Evening) -> None:
    home.add("Pictures/lake.jpg", oriented(1))
    evening.say("mark the lake picture as a favorite")
    assert evening.say("undo that") == "lake.jpg is no favorite any more."
