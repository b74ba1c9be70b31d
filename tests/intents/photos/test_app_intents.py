"""What docs/app-intents.md says of each of Apple's intents for files and photos, said and done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_evening import Evening, evening

from voiced_intents import files, photos, talk

from .conftest import MUNICH, NOW, ROME, Home, encoded, oriented, picture

TABLES = Path(__file__).parents[3] / "docs" / "app-intents.md"
NOT_OURS = {"postToSharedAlbum", "editAsset", "setDepth", "toggleDepth", "cleanupPhoto"}
"""What is said there not to be done, or not to be needed."""

FILES = {
    "openFile": [("open the invoice", "Opening invoice.pdf.")],
    "createFolder": [
        ("make a folder called taxes in documents", "Created the folder taxes in Documents.")
    ],
    "renameFile": [("rename the invoice to bill", "Renamed invoice.pdf to bill.pdf.")],
    "moveFiles": [
        ("move the invoice to rome", "Moved invoice.pdf to Rome."),
        ("move all pdfs to rome", "Move several files into a folder: "),
        ("yes, move them", "Moved two files to Rome."),
    ],
    "deleteFiles": [
        ("delete the folder rome", "Moved Rome to the trash."),
        ("delete all pdfs", "Delete several files, into the trash: 2 files: "),
        ("yes, delete them", "Moved two files to the trash."),
    ],
}
MADE = "The new version is lake ({}).jpg."
PHOTOS = {
    "search": [("show me photos from rome", "I found two photos: forum.jpg and trevi.jpg.")],
    "openAsset": [("show me the picture called lake", "Opening lake.jpg.")],
    "openAlbum": [
        ("what is in the album rome", "In Rome there is one picture: old.jpg."),
        ("open the folder rome", "Opening Rome."),
    ],
    "createAlbum": [("make an album called venice", "Created the album venice in Pictures.")],
    "updateAlbum": [("rename the folder rome to italy", "Renamed Rome to italy.")],
    "deleteAlbum": [("delete the folder rome", "Moved Rome to the trash.")],
    "addAssetsToAlbum": [
        ("add the lake picture to the album rome", "Added lake.jpg to the album Rome."),
        ("add the photos from yesterday to the album rome", "Add or copy several pictures to an "),
        ("yes, add them", "Added two pictures to the album Rome."),
    ],
    "removeAssetsFromAlbum": [
        ("take the old picture out of the album rome", "Took old.jpg out of the album Rome."),
    ],
    "createAssets": [("copy the scan to pictures", "Copied scan.png to Pictures.")],
    "deleteAssets": [
        ("delete the lake picture", "Moved lake.jpg to the trash."),
        ("delete all photos from yesterday", "Delete several files, into the trash: 2 files: "),
        ("yes, delete them", "Moved two files to the trash."),
    ],
    "duplicateAssets": [("duplicate the lake picture", "Copied lake.jpg to lake copy.jpg.")],
    "updateAsset": [
        ("mark the lake picture as a favorite", "lake.jpg is a favorite now."),
        ("rename the lake picture to sea", "Renamed lake.jpg to sea.jpg."),
    ],
    "updateRecognizedPerson": [
        ("tag anna in the lake picture", "Anna is on lake.jpg, I'll remember."),
        ("anna is not in the lake picture", ""),
    ],
    "crop": [("crop the lake picture to sixteen by nine", MADE.format("cropped"))],
    "straighten": [
        ("straighten the lake picture by three degrees", MADE.format("straightened")),
    ],
    "setRotation": [("turn the lake picture left", MADE.format("rotated"))],
    "setExposure": [
        ("increase the exposure of the lake picture by twenty percent", MADE.format("brighter")),
        ("darken the lake picture", MADE.format("darker")),
    ],
    "setSaturation": [
        ("reduce the saturation of the lake picture", MADE.format("less color")),
    ],
    "setWarmth": [("make the lake picture a bit warmer", MADE.format("warmer"))],
    "setFilter": [
        ("apply the sepia filter to the lake picture", MADE.format("sepia")),
        ("make the photos from yesterday black and white", "Make several pictures look different"),
        ("yes, make them", "Made two pictures black and white."),
    ],
    "toggleSuggestedEdits": [("enhance the lake picture", MADE.format("enhanced"))],
    "copyEdits": [
        ("make the forum picture sepia", "Gave forum.jpg the sepia look."),
        ("give the lake picture the same look as this one", MADE.format("sepia")),
    ],
    "pasteEdits": [
        ("flip the forum picture", "Flipped forum.jpg."),
        ("do the same edits to the lake picture", MADE.format("flipped")),
    ],
}


@pytest.fixture
def user(home: Home) -> Iterator[Evening]:
    documents = home.folder / "Documents"
    documents.mkdir()
    home.add("Documents/invoice.pdf", b"x", days_ago=9)
    home.add("Documents/manual.pdf", b"x", days_ago=9)
    home.add("Documents/scan.png", encoded(picture(), "PNG"), days_ago=9)
    home.add("Pictures/Rome/old.jpg", oriented(1), days_ago=50)
    home.add("Pictures/forum.jpg", oriented(1, at=ROME), days_ago=1)
    home.add("Pictures/trevi.jpg", oriented(6, at=ROME), days_ago=1.1)
    home.add("Pictures/lake.jpg", oriented(1, at=MUNICH), days_ago=20)
    context = home.context()
    roots = (documents, home.pictures, home.videos)
    known = {
        files.Settings: context.settings(files.Settings).model_copy(update={"roots": roots}),
        photos.Settings: context.settings(photos.Settings),
    }
    with evening([files, photos, talk], known, home.folder / "journal", NOW) as opened:
        yield opened


@pytest.mark.parametrize("name", [*FILES, *PHOTOS])
def test_what_theirs_does_is_done_when_it_is_said(user: Evening, name: str) -> None:
    for said, told in {**FILES, **PHOTOS}[name]:
        reply = user.say(said)
        assert told in reply, said
        if told.startswith(("Renamed", "Moved", "Copied", "Took")):
            assert user.say("undo that") not in ("", "There is nothing to undo.")


def test_every_row_of_the_tables_is_played() -> None:
    rows = set(re.findall(r"^\| (`.+?`) \|", TABLES.read_text(), re.MULTILINE))
    theirs = {
        name
        for row in rows
        for name in re.findall(r"`([a-z]+[A-Z]\w+|search|crop|straighten)`", row)
    }
    assert theirs == {*FILES, *PHOTOS} | NOT_OURS
