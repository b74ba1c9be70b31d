"""Tags: set, taken off, searched for with and without an index, in whole conversations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_evening import Evening, evening

from voiced_intents import files, talk
from voiced_intents.files.description import without_tag
from voiced_intents.files.index.store import Store
from voiced_intents.files.tags import fitting

from .conftest import NOW, Home, fill
from .indexed import kept, walk


def tag(path: Path, tags: str) -> None:
    os.setxattr(path, "user.xdg.tags", tags.encode())


@pytest.fixture(params=["walked", "indexed"])
def user(home: Home, database: Path, request: pytest.FixtureRequest) -> Iterator[Evening]:
    """Somebody whose files other programs have tagged."""
    fill(home)
    try:
        tag(home.downloads / "invoice march.pdf", "paid,taxes")
    except OSError:
        pytest.skip("this disk keeps no tags")
    tag(home.documents / "taxes" / "dentist receipt.txt", "paid")
    tag(home.documents / "taxes", "urgent")
    tag(home.pictures / "holiday" / "beach.png", "Größe XL,summer")
    settings = home.context(index_folder=database.parent, opener=("true",)).settings(files.Settings)
    with evening([files, talk], {files.Settings: settings}, home.folder / "journal", NOW) as opened:
        if request.param == "indexed":
            with kept(database, home.roots):
                yield opened
        else:
            yield opened


TWO = "I found two tagged as paid: invoice march.pdf and dentist receipt.txt."


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("what is tagged paid", TWO),
        ("files tagged paid", TWO),
        ("find all files that are tagged as paid", TWO),
        ("show me the files with the tag paid", TWO),
        ("what did i tag as taxes", "I found one tagged as taxes: invoice march.pdf."),
        ("pdfs tagged paid", "I found one tagged as paid: invoice march.pdf."),
        ("what is tagged urgent", "I found one tagged as urgent: taxes."),
        ("what is tagged summer", "I found one tagged as summer: beach.png."),
        ("open the one tagged urgent", "Opening taxes."),
        ("open the picture tagged summer", "Opening beach.png."),
        ("open the pdf tagged as paid", "Opening invoice march.pdf."),
        ("delete the one tagged zebra", "I can't find a file called one tagged zebra."),
        ("what is tagged zebra", "Nothing like that is tagged as zebra."),
    ],
)
def test_files_are_found_by_their_tags(user: Evening, said: str, reply: str) -> None:
    assert user.say(said) == reply


def test_a_tag_is_set_found_and_taken_off_and_all_of_it_taken_back(
    home: Home, user: Evening
) -> None:
    manual = home.downloads / "manual.pdf"
    assert user.say("tag the manual as read later") == "Tagged manual.pdf as read later."
    assert os.getxattr(manual, "user.xdg.tags") == b"read later"
    assert user.say("remove the tag read later from the manual") == (
        "Took the tag read later off manual.pdf."
    )
    assert user.say("take the tag read later off the manual") == (
        "manual.pdf has not got the tag read later."
    )
    assert user.say("undo that") == "manual.pdf is tagged as read later again."
    assert user.say("undo that") == "manual.pdf is not tagged as read later any more."
    assert "user.xdg.tags" not in os.listxattr(manual)


def test_several_by_their_tag_are_counted_and_taken_back(home: Home, user: Evening) -> None:
    assert "2 files: " in user.say("delete all files tagged paid")
    assert user.say("yes, delete them") == "Moved two files to the trash."
    assert user.say("undo that") == "Both are as they were."
    assert (home.downloads / "invoice march.pdf").exists()


def test_the_tags_that_are_there(home: Home, user: Evening) -> None:
    told = user.say("which tags are there")
    assert told.startswith("The tags of your files are paid, ")
    assert set(told.removesuffix(".").split("are ")[1].replace(" and ", ", ").split(", ")) == {
        "paid",
        "Größe XL",
        "summer",
        "taxes",
        "urgent",
    }


def test_the_index_follows_tags_that_change(home: Home, store: Store) -> None:
    path = home.add("Documents/a.txt")
    tag(path, "one,two")
    walk(store, home.roots)
    rows = store._db.execute("SELECT tag FROM tags ORDER BY tag").fetchall()
    assert rows == [("one",), ("two",)]
    tag(path, "two,three")
    walk(store, home.roots, 2)
    rows = store._db.execute("SELECT tag FROM tags ORDER BY tag").fetchall()
    assert rows == [("three",), ("two",)]
    path.unlink()
    walk(store, home.roots, 3)
    assert store._db.execute("SELECT count(*) FROM tags").fetchone() == (0,)


@pytest.mark.parametrize(
    ("said", "words", "found"),
    [
        ("files tagged taxes", "files", "taxes"),
        ("pdfs that are tagged as to do from yesterday", "pdfs from yesterday", "to do"),
        ("the folder with the tag urgent in documents", "the folder in documents", "urgent"),
        ("everything that has the tag paid", "everything", "paid"),
        ("the price tag list", "the price tag list", ""),
        ("the tag", "the tag", ""),
        ("files tagged", "files tagged", ""),
    ],
)
def test_what_is_said_of_a_tag(said: str, words: str, found: str) -> None:
    assert without_tag(tuple(said.split())) == (tuple(words.split()), found)


def test_a_tag_is_meant_by_its_words_or_its_sound() -> None:
    known = ["Taxes", "taxis", "Größe XL", "to-do"]
    assert fitting("taxes", known) == ["Taxes"]
    assert fitting("to do", known) == ["to-do"]
    assert fitting("tacks is", ["taxes", "zebra"]) in (["taxes"], [])
    assert fitting("", known) == []
    assert fitting("zebra", known) == []
