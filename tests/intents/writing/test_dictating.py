"""Dictation into a window: begun, typed, scratched, taken back; and where the desktop refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from voiced.errors import DeskError, IntentDenied, IntentFailed
from voiced.testing import clock
from voiced.testing.context import FakeContext
from voiced.testing.desk import FakeTypist, fake_desk
from voiced_intents.writing import (
    start_dictation,
    stop_dictation,
    type_speech,
    undo_dictation,
)


class Writer:
    """A user who dictates into a window."""

    def __init__(self) -> None:
        self.window = FakeTypist()
        self.context = FakeContext(desk=fake_desk(typist=self.window))

    def does(self, intent: Any, **slots: Any) -> str:
        async def run() -> str:
            return str((await intent(self.context, **slots)).text)

        return clock.run(run)

    def says(self, *utterances: str) -> str:
        return [self.does(type_speech, text=said) for said in utterances][-1]

    def undoes(self) -> str:
        return clock.run(self.context.undo_with, undo_dictation)


@pytest.fixture
def writer() -> Writer:
    writer = Writer()
    writer.does(start_dictation)
    return writer


def test_it_takes_all_speech_until_it_is_stopped(writer: Writer) -> None:
    assert writer.context.assistant.takes_speech == "writing.type"
    assert writer.says("dear anna comma", "new line", "thank you") == ""
    assert writer.window.text == "Dear anna,\nThank you"
    assert writer.says("stop dictation") == "I stopped typing."
    assert writer.context.assistant.takes_speech == ""


def test_nothing_is_typed_while_nobody_dictates(writer: Writer) -> None:
    writer.says("hello stop dictation")
    with pytest.raises(IntentDenied):
        writer.says("rm minus r f")
    assert writer.window.text == "Hello"


def test_stop_dictation_outside_of_it_is_no_mistake(writer: Writer) -> None:
    assert writer.does(stop_dictation) == "I'm not typing any more."
    with pytest.raises(IntentDenied):
        writer.says("hello")


def test_what_was_typed_is_scratched_piece_by_piece(writer: Writer) -> None:
    writer.says("hello", "world", "scratch that")
    assert writer.window.text == "Hello"
    writer.says("scratch that")
    assert writer.says("scratch that") == "There is nothing left to scratch."


def test_another_window_is_left_alone(writer: Writer) -> None:
    writer.says("hello")
    writer.window.focused, writer.window.text = "2", "somebody's letter"
    assert writer.says("scratch that") == "There is nothing left to scratch."
    assert writer.window.text == "somebody's letter"
    writer.says("more")
    assert writer.window.text == "somebody's letterMore"


def test_all_of_it_is_taken_back_by_undo(writer: Writer) -> None:
    writer.window.text = "before "
    writer.says("hello", "world stop dictation")
    assert writer.undoes() == "I took back what you dictated."
    assert writer.window.text == "before "


def test_undo_leaves_another_window_alone(writer: Writer) -> None:
    writer.says("hello stop dictation")
    writer.window.focused = "2"
    with pytest.raises(IntentFailed, match="keyboard"):
        writer.undoes()
    assert writer.window.text == "Hello"


def test_undo_of_an_earlier_dictation_changes_nothing(writer: Writer) -> None:
    writer.says("hello stop dictation")
    first = writer.context.made[0]
    writer.does(start_dictation)
    writer.says("world")
    with pytest.raises(IntentFailed, match="another one since"):
        clock.run(undo_dictation.function, writer.context, first.undo.data)
    assert writer.window.text == "HelloWorld"


def test_where_nothing_can_be_typed_it_does_not_begin() -> None:
    writer = Writer()
    writer.window.refusal = DeskError("no wtype", spoken="I can't type here.", mend="install wtype")
    with pytest.raises(DeskError) as refused:
        writer.does(start_dictation)
    assert refused.value.mend == "install wtype"
    assert (writer.context.made, writer.context.assistant.takes_speech) == ([], "")


def test_it_ends_where_typing_stops_working(writer: Writer) -> None:
    writer.window.refusal = DeskError("gone", spoken="Your desktop does not let me type.")
    with pytest.raises(DeskError):
        writer.says("hello")
    assert writer.context.assistant.takes_speech == ""


def test_after_a_long_silence_nothing_is_typed_and_that_is_said(writer: Writer) -> None:
    for minutes in (2, 3, 3):
        writer.context.now += timedelta(minutes=minutes)
        writer.says("hello")
    text = writer.window.text
    writer.context.now += timedelta(minutes=4)
    assert writer.says("delete all my files").startswith("I had stopped typing")
    assert (writer.window.text, writer.context.assistant.takes_speech) == (text, "")


def test_what_was_dictated_is_in_no_journal(writer: Writer) -> None:
    writer.says("my secret stop dictation")
    assert "secret" not in repr(writer.context.made).lower()
