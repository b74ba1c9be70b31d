from __future__ import annotations

import random

from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.speech.own_words import is_own_words
from voiced.spoken import normalise

FOUND = "I found three files: budget twenty twenty six, budget draft, and the letter to Anna."
LIST, SHALL = "I found the shopping list in Documents.", "Shall I delete the shopping list?"
FRANCE = "The capital of France is Paris, and it has about two million inhabitants."
RAIN = "No, tomorrow it will be mostly cloudy with a little rain in the afternoon. So no umbrella."


@every(
    ("heard", "said"),
    [
        ("budget twenty twenty six", FOUND),
        ("i found three files budget", FOUND),
        ("found free files budge it twenty twenty", FOUND),
        ("mostly cloudy with little rain the after noon", RAIN),
        ("two million inhabitants", FRANCE),
        ("uh two million inhabitants", FRANCE),
        ("inhabitants", FRANCE),
        ("the capital of trance is parish", FRANCE),
        ("budget 2026, budget draft", FOUND),
        ("find the shopping list", LIST),  # as a grammar hears "found the shopping list"
        ("delete the shopping list", SHALL),
    ],
)
def test_an_echo_is_known_though_it_is_heard_badly(heard: str, said: str) -> None:
    assert is_own_words(heard, said)


@every(
    ("heard", "said"),
    [
        ("no", RAIN),
        ("no no", RAIN),
        ("it is", FRANCE),
        ("paris", FRANCE),
        ("and the", FOUND),
        ("the second one", FOUND),
        ("open the budget draft", FRANCE),
        ("what is it about", FRANCE),
        ("is it far from here", FRANCE),
        ("stop budget twenty twenty six", FOUND),
        ("no two million inhabitants", FRANCE),
        ("anna to letter the and", FOUND),
        ("", FRANCE),
        ("yes delete the shopping list", SHALL),
        ("delete the shopping list", LIST),
        ("please rename the shopping list", LIST),
        ("um", "um"),
        ("two million inhabitants", ""),
    ],
)
def test_a_user_is_not_taken_for_an_echo(heard: str, said: str) -> None:
    assert not is_own_words(heard, said)


def test_words_far_apart_are_no_echo() -> None:
    between = " then something else" * 10
    said = f"first{between} the window{between} was opened"
    assert not is_own_words("first window opened", said)


def test_most_of_a_stretch_with_every_fourth_word_lost_is_known() -> None:
    chance = random.Random(0)
    words = [word for text in (FOUND, FRANCE, RAIN) for word in normalise(text)]
    found = 0
    for _ in range(100):
        start = chance.randrange(len(words) - 8)
        heard = [word for word in words[start : start + 8] if chance.random() > 0.25]
        found += is_own_words(" ".join(heard), f"{FOUND} {FRANCE} {RAIN}")
    assert found >= 95


@given(st.text(max_size=40), st.text(max_size=80))
def test_no_text_is_refused(heard: str, said: str) -> None:
    is_own_words(heard, said)
