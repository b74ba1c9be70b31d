"""Dictation as a state machine: what is said, and what then stands in the window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced_intents.writing.dictation import Dictation, Erase, Heard, Type, hear
from voiced_intents.writing.rendering import Manner


def heard(*utterances: str, manner: Manner = "heard") -> tuple[str, Heard]:
    """What stands in the window after these, and what came of the last one."""
    text, found = "", Heard(Dictation())
    for said in utterances:
        found = hear(found.dictation, said, manner)
        for edit in found.edits:
            match edit:
                case Type(more):
                    text += more
                case Erase(letters):
                    assert 0 < letters <= len(text)
                    text = text[:-letters]
    return text, found


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (["hello comma how are you question mark"], "Hello, how are you?"),
        (["Hello, how are you?", "I am fine."], "Hello, how are you? I am fine."),
        (["And then we went,", "To the shop."], "And then we went, to the shop."),
        (["hello world", "and more", "full stop", "next"], "Hello world and more. Next"),
        (["dear anna comma new line thank you"], "Dear anna,\nThank you"),
        (["one", "new paragraph", "two"], "One\n\nTwo"),
        (["i think i'm right"], "I think I'm right"),
        (["she said open quote hello close quote to me"], 'She said "hello" to me'),
        (["the shop open bracket a small one close bracket"], "The shop (a small one)"),
        (["wait , what"], "Wait, what"),
        (["the word comma is short"], "Comma is short"),
        (["well hyphen known"], "Well-known"),
        (["Really? Question mark."], "Really?"),
    ],
)
def test_signs_lines_and_capitals(said: list[str], written: str) -> None:
    assert heard(*said)[0] == written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("spell a n n a", "Anna"),
        ("her name is spell capital a double n a and so on", "Her name is Anna and so on"),
        ("My name is Ana, spelled A-N-N-A.", "My name is Anna"),
        ("the code is spell capital x capital k seven nine", "The code is XK79"),
        ("spell check it", "Spell check it"),
        ("a new b", "A new b"),
        ("cap monday and all caps nasa", "Monday and NASA"),
    ],
)
def test_spelled_words_and_capitals(said: str, written: str) -> None:
    assert heard(said)[0] == written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("there are twenty three of them", "There are 23 of them"),
        ("in twenty twenty six", "In 2026"),
        ("two point five percent sign", "2.5%"),
        ("one or two of three", "One or two of three"),
        ("number seven dash please", "7 \u2013 please"),
        ("five hundred and twelve and more", "512 and more"),
        ("it cost a hundred", "It cost a hundred"),
        ("ten, eleven, twelve", "10, 11, 12"),
    ],
)
def test_numbers_are_digits_from_ten_on(said: str, written: str) -> None:
    assert heard(said)[0] == written


def test_scratch_that_takes_back_utterance_by_utterance() -> None:
    assert heard("hello", "world", "scratch that")[0] == "Hello"
    assert heard("hello", "world", "Scratch that.", "Scratch that.")[0] == ""
    assert heard("hello", "scratch that", "bye")[0] == "Bye"


def test_scratch_that_within_an_utterance_takes_back_what_was_not_typed_yet() -> None:
    text, found = heard("hello", "one two scratch that three")
    assert text == "Hello three"
    assert not any(isinstance(edit, Erase) for edit in found.edits)


def test_there_may_be_nothing_to_scratch() -> None:
    text, found = heard("scratch that")
    assert (text, found.nothing_left, found.edits) == ("", True, ())


@pytest.mark.parametrize("end", ["stop dictation", "Stop dictation.", "end the dictation"])
def test_it_ends_when_told_so_and_types_what_came_before(end: str) -> None:
    text, found = heard(f"goodbye {end}")
    assert (text, found.is_over) == ("Goodbye", True)
    assert heard(end)[1] == Heard(Dictation(), is_over=True)


@pytest.mark.parametrize("said", ["stop", "don't stop", "dictation can stop", "stop it dictation"])
def test_other_words_do_not_end_it(said: str) -> None:
    assert not heard(said)[1].is_over


def test_only_spoken_punctuation_where_that_is_wished() -> None:
    said = ["Hello, how are you?", "I am fine period", "Really. Yes."]
    assert heard(*said, manner="spoken")[0] == "Hello how are you I am fine. Really Yes"


WORDS = st.sampled_from(
    "hello comma new line period scratch that stop dictation spell a n twenty three open quote "
    "close bracket cap i' m the word \u00e9 \u0000 \u200b ... - , I'm Z 7".split(" ")
)


@given(st.lists(st.lists(WORDS, max_size=9).map(" ".join), max_size=6))
def test_whatever_is_said_the_window_holds_what_it_thinks(utterances: list[str]) -> None:
    text, found = heard(*utterances)
    assert text == "".join(found.dictation.pieces)
    assert found.dictation.letters == len(text)
