"""Lists in Markdown files: by voice, by hand, and back again."""

from __future__ import annotations

import pytest
from cases import every

from voiced.errors import IntentFailed
from voiced_intents import notes
from voiced_intents.notes.slots import ITEMS


def test_things_are_put_on_and_read(desk) -> None:
    assert desk.say(notes.add, items="milk") == "Milk is on your shopping list."
    assert desk.say(notes.add, items="eggs and bread", list="shopping") == (
        "Eggs and bread are on your shopping list."
    )
    assert desk.text() == "# Shopping list\n\n- milk\n- eggs\n- bread\n"
    assert desk.say(notes.read_list) == "Milk, eggs and bread."
    assert desk.say(notes.add, items="Milk") == "Milk is on your shopping list already."
    desk.say(notes.add, items="salt and rice")
    assert desk.say(notes.read_list) == "Milk, eggs, bread and two more."


@every(
    ("said", "things"),
    [
        ("milk eggs and bread", ("milk", "eggs", "bread")),
        ("some milk", ("milk",)),
        ("a sleeping bag and the tent", ("sleeping bag", "tent")),
        ("call the plumber", ("call the plumber",)),
        ("the", ("the",)),
    ],
)
def test_what_is_said_in_a_row(said: str, things: tuple[str, ...]) -> None:
    (found,) = ITEMS.resolve(said, None)  # type: ignore[arg-type]  # it is not asked
    assert found.value == things


def test_things_are_taken_off_by_sound_and_put_back_where_they_were(desk) -> None:
    desk.write(["# Mine", "- milk", "- flour", "", "a line of my own", "- bread"])
    before = desk.text()
    assert desk.say(notes.remove, items="flower") == "I took flour off your shopping list."
    assert "flour" not in desk.text()
    assert desk.undo() == "I put flour back."
    assert desk.text() == f"{before}\n"


def test_what_is_not_there_or_may_be_several_is_refused(desk) -> None:
    desk.write(["- red apples", "- green apples"])
    for said, spoken in (("batteries", "is not on your"), ("apples", "Which one: red apples or")):
        with pytest.raises(IntentFailed) as refused:
            desk.say(notes.remove, items=said)
        assert spoken in refused.value.spoken
    assert desk.context.made == []


def test_what_the_owner_wrote_stays_as_it_is(desk) -> None:
    desk.write(["---", "tags: x", "---", "* [x] beer", "+ [ ] wine  ", "1. not ours", "## Later"])
    assert desk.say(notes.read_list) == "Wine."
    desk.say(notes.add, items="milk")
    assert desk.text().splitlines()[:7] == [
        *("---", "tags: x", "---", "* [x] beer", "+ [ ] wine  ", "1. not ours", "## Later"),
    ]
    assert desk.text().splitlines()[7] == "- [ ] milk"


def test_the_ends_of_lines_and_the_mode_are_kept(desk) -> None:
    path = desk.write(b"- milk\r\n- salt\r\n")
    path.chmod(0o640)
    desk.say(notes.add, items="rice")
    assert path.read_bytes() == b"- milk\r\n- salt\r\n- rice\r\n"
    assert path.stat().st_mode & 0o777 == 0o640


def test_adding_is_taken_back_unless_it_was_edited_since(desk) -> None:
    desk.say(notes.add, items="milk and eggs")
    assert desk.undo() == "I took milk and eggs off your shopping list again."
    desk.say(notes.add, items="milk")
    desk.write(["- oat drink"])
    with pytest.raises(IntentFailed, match="changed since"):
        desk.undo()
    assert desk.text() == "- oat drink"


def test_several_lists(desk) -> None:
    assert desk.say(notes.which_lists).startswith("There is no list yet.")
    desk.say(notes.add, items="tent", list="packing")
    assert desk.say(notes.create, name="guest") == (
        "There is a guest list now. Say: add something to the guest list."
    )
    assert desk.say(notes.add, items="anna", list="guest") == "Anna is on your guest list."
    assert desk.say(notes.which_lists) == "You have the guest and packing lists."
    assert desk.say(notes.create, name="guest") == "There is a guest list already."
    assert desk.say(notes.is_listed, item="the tent", list="packing") == (
        "Yes, tent is on your packing list."
    )
    assert desk.say(notes.is_listed, item="milk", list="packing").startswith("No.")


def test_a_new_list_is_taken_back_while_it_is_empty(desk) -> None:
    desk.say(notes.create, name="guest")
    assert desk.undo() == "The guest list is gone again."
    desk.say(notes.create, name="guest")
    desk.write(["# Guest list", "- anna"], "guest list")
    with pytest.raises(IntentFailed, match="changed since"):
        desk.undo()


def test_a_list_is_cleared_and_put_back(desk) -> None:
    desk.write(["- milk", "- [x] beer", "- salt"])
    before = desk.text()
    assert desk.say(notes.clear, list="shopping").startswith("Your shopping list is empty now.")
    assert desk.text() == "- [x] beer\n"
    assert desk.undo() == "I put milk and salt back."
    assert desk.text() == f"{before}\n"
    desk.say(notes.clear, list="shopping")
    assert "empty already" in desk.say(notes.clear, list="shopping")


def test_a_name_leads_nowhere_else(desk) -> None:
    assert notes.create.slots["name"].type.resolve("../../evil", desk.context)[0].value != "../"
    desk.say(notes.create, name="../../evil")
    (name,) = desk.names()
    assert "/" not in name
    assert list(desk.folder.parent.iterdir()) == [desk.folder]
