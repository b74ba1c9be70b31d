"""Notes, one a line, with their day."""

from __future__ import annotations

import pytest

from voiced.errors import IntentFailed
from voiced_intents import notes


def test_a_note_is_taken_read_and_taken_back(desk) -> None:
    said = desk.say(notes.take_note, text="the spare key is with Anna")
    assert said == "Noted: the spare key is with Anna."
    assert desk.text("notes") == "# Notes\n\n- 2026-03-03 19:30 the spare key is with Anna\n"
    assert desk.say(notes.read_notes) == "Today: the spare key is with Anna."
    assert desk.context.made[0].summary == "noted: the spare key is with Anna"
    assert desk.undo() == "I took the note away again."
    assert desk.say(notes.read_notes) == "There are no notes."


def test_the_newest_are_read_first_and_dates_are_told(desk) -> None:
    lines = ["- one", "- 2026-03-01 10:00 two!", "- 2026-03-02 three", "- 2026-03-03 19:00 four"]
    desk.write(lines, "notes")
    assert desk.say(notes.read_notes) == (
        "Today: four. Yesterday: three. On Sunday, March first: two! And one more."
    )


def test_a_note_is_found_by_its_words(desk) -> None:
    desk.write(["- the wifi keys are on the fridge", "- buy a boat"], "notes")
    assert desk.say(notes.find_notes, topic="the key") == "The wifi keys are on the fridge."
    assert desk.say(notes.find_notes, topic="cats") == "There is no note about cats."


def test_a_note_is_taken_away_and_put_back(desk) -> None:
    desk.write(["- one boat", "- two boats", "- a cat"], "notes")
    assert desk.say(notes.remove_note) == "I took the note away: a cat."
    assert desk.undo() == "I put a cat back."
    with pytest.raises(IntentFailed, match="several"):
        desk.say(notes.remove_note, topic="boat")
    assert desk.say(notes.remove_note, topic="cat") == "I took the note away: a cat."
    with pytest.raises(IntentFailed, match="no such note"):
        desk.say(notes.remove_note, topic="dog")


def test_a_note_is_one_line(desk) -> None:
    desk.say(notes.take_note, text="one\n- two\u202e")
    assert len(desk.text("notes").splitlines()) == 3
