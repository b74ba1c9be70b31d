"""Requests for everything, in whole conversations: refused in words, and nothing is touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_evening import Evening, evening

from voiced.plugin import SlotContext
from voiced_intents import files, talk
from voiced_intents.files.everything import is_everything

from .conftest import NOW, Home, fill
from .indexed import kept
from .verbs import notes, paths


@pytest.fixture(params=["walked", "indexed"])
def user(home: Home, database: Path, request: pytest.FixtureRequest) -> Iterator[Evening]:
    """Somebody with a few files, among them some that are called so."""
    fill(home)
    home.add("Documents/everything about bees.txt")
    home.add("Documents/all files.txt")
    for name in ("Screenshot one.png", "Screenshot two.png", "lake.jpg"):
        home.add(f"Pictures/{name}")
    settings = home.context(index_folder=database.parent).settings(files.Settings)
    known = {files.Settings: settings}
    with evening([files, talk], known, home.folder.parent / "journal", NOW) as opened:
        if request.param == "indexed":
            with kept(database, home.roots):
                yield opened
        else:
            yield opened


SAID = [
    "delete everything",
    "delete all files",
    "delete all my files",
    "get rid of everything",
    "throw away all of my files",
    "move everything in Documents to the trash",
    "delete everything in my documents folder",
    "move everything to the trash",
    "move all files in documents to the trash",
    "move everything to downloads",
    "move all my files to downloads",
    "rename everything",
    "rename all my files",
    "rename all files to x with numbers",
    "rename everything to x",
    "number all files",
    "add the date to all files",
    "copy everything to downloads",
    "zip everything",
    "tag everything as old",
    "open everything",
    "read everything to me",
    "delete the documents folder",
]
REFUSALS = {
    "I don't change everything. Say which files.",
    "I don't take everything at once. Say which one.",
    "Documents is one of my starting folders. I change only what is in it.",
}


def test_everything_is_refused_in_whatever_words(home: Home, user: Evening) -> None:
    before = paths(home.folder)
    told = {said: user.say(said) for said in SAID}
    assert {said: reply for said, reply in told.items() if reply not in REFUSALS} == {}
    assert paths(home.folder) == before
    assert not notes(home)
    assert user.say("undo that") == "There is nothing to undo."


def test_everything_in_a_folder_is_counted_and_asked_about(home: Home, user: Evening) -> None:
    before = paths(home.folder)
    asked = user.say("delete everything in taxes")
    assert "2 files: dentist receipt.txt, return 2024.pdf" in asked
    assert paths(home.folder) == before
    assert user.say("yes, delete them") == "Moved two files to the trash."
    assert not list((home.documents / "taxes").iterdir())
    assert user.say("undo that") == "Both are as they were."
    assert paths(home.folder) == before


def test_between_the_question_and_the_yes(home: Home, user: Evening) -> None:
    asked = user.say("delete everything in taxes")
    assert "Shall I?" in asked
    home.add("Documents/taxes/dentist receipt.txt", text="a new one", days_ago=0)
    assert user.say("yes, delete them") == (
        "dentist receipt.txt has been changed since. I changed nothing."
    )
    assert user.say("delete everything in taxes") == asked
    (home.documents / "taxes" / "return 2024.pdf").unlink()
    assert user.say("yes, delete them") == "return 2024.pdf is not there any more."
    assert (home.documents / "taxes" / "dentist receipt.txt").read_text() == "a new one"
    assert not notes(home)


@pytest.mark.parametrize(
    "said",
    ["all pdfs from yesterday", "the files from last week", "everything about bees", "my budget",
     "files in taxes", "everything in taxes", "the documents"],
)  # fmt: skip
def test_what_is_less_than_everything(home: Home, said: str) -> None:
    context: SlotContext = home.context()
    assert not is_everything(said, context)


def test_screenshots_are_read_back_without_other_pictures(home: Home, user: Evening) -> None:
    assert (home.pictures / "lake.jpg").exists()
    assert "2 files: " in user.say("delete all screenshots")
