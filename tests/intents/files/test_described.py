"""Files described by what they are about: for every verb, with care where it changes something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_evening import Evening, evening

from voiced_intents import files, talk

from .conftest import NOW, Home, fill
from .indexed import kept
from .verbs import notes, paths

SIZE = "machines.md has thirty four bytes."
PACKED = "Packed machines.md into machines.md.zip."


@pytest.fixture
def user(home: Home, database: Path) -> Iterator[Evening]:
    fill(home)
    home.add("Documents/archive/bees.zip", days_ago=2)
    settings = home.context(index_folder=database.parent, opener=("true",)).settings(files.Settings)
    journal = home.folder.parent / "journal"
    with (
        evening([files, talk], {files.Settings: settings}, journal, NOW) as opened,
        kept(database, home.roots),
    ):
        yield opened


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("open the text about heat pumps", "Opening machines.md."),
        ("show the text about heat pumps in its folder", "Showing machines.md in Documents."),
        ("read the one about heat pumps", "machines.md says: All about heat pumps, and boilers."),
        (
            "how big is the file from yesterday about heat pumps",
            SIZE,
        ),
        ("move the file from yesterday about heat pumps to taxes", "Moved machines.md to taxes."),
        ("rename the text about heat pumps to boilers", "Renamed machines.md to boilers.md."),
        ("copy the text about heat pumps to downloads", "Copied machines.md to Downloads."),
        ("make a copy of the text about heat pumps", "Copied machines.md to machines copy.md."),
        ("delete the text about heat pumps", "Moved machines.md to the trash."),
        ("move the text about heat pumps to the trash", "Moved machines.md to the trash."),
        (
            "zip the file from yesterday about heat pumps",
            PACKED,
        ),
        ("tag the text about heat pumps as machines", "Tagged machines.md as machines."),
    ],
)
def test_every_verb_takes_what_a_file_is_about(
    home: Home, user: Evening, said: str, reply: str
) -> None:
    before = paths(home.folder)
    assert user.say(said) == reply
    if paths(home.folder) != before or "tag" in said:
        user.say("undo that")
    assert paths(home.folder) == before


def test_it_is_summed_up(user: Evening) -> None:
    assert user.say("summarise the file from yesterday about heat pumps") == (
        "I have no language model to sum it up. machines.md begins: "
        "All about heat pumps, and boilers."
    )


def test_an_archive_by_its_description(user: Evening) -> None:
    assert user.say("unpack the archive from two days ago about bees") == (
        "That archive is damaged, locked, or of a kind that I can't read."
    )


@pytest.mark.parametrize(
    "said",
    [
        "delete the pdf about heat pumps",
        "delete the text from last week about heat pumps",
        "move the pdf about heat pumps to taxes",
        "rename the picture about heat pumps to x",
        "tag the pdf about heat pumps as old",
        "delete the invoice from last week",
    ],
)
def test_what_is_only_nearly_so_is_named_and_left(home: Home, user: Evening, said: str) -> None:
    before = paths(home.folder)
    near = "Nothing fits all of that. The nearest is machines.md: say its name if you mean it."
    told = user.say(said)
    assert told == near or told.startswith("I can't find a file called ")
    assert told == near or "pdf" not in said
    assert paths(home.folder) == before
    assert not notes(home)


def test_what_is_only_nearly_so_is_opened_and_read(user: Evening) -> None:
    assert user.say("open the pdf about heat pumps") == "Opening machines.md."


@pytest.mark.parametrize("said", ["delete the invoice from march", "delete the pdf called invoice"])
def test_a_date_or_a_kind_may_be_a_part_of_the_name(user: Evening, said: str) -> None:
    assert user.say(said) == "Moved invoice march.pdf to the trash."
