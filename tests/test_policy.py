"""The whole table as a table, and what counts as a yes."""

from __future__ import annotations

import math

import pytest
from cases import every
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.plugin import Effect
from voiced.policy import (
    TYPED,
    Answer,
    Door,
    Manner,
    Trust,
    Verdict,
    Where,
    allowance,
    decide,
    decide_by_parts,
    is_answerable,
    is_content_bound,
    read_answer,
    refuses,
    where_from,
)

CELLS = """
    read_public     CLEAN           do
    read_public     USER_SAID       do
    read_public     TYPED_EXTERNAL  do
    read_public     FREE_TEXT       do
    read_private    CLEAN           do
    read_private    USER_SAID       do
    read_private    TYPED_EXTERNAL  do
    read_private    FREE_TEXT       do
    reversible      CLEAN           do
    reversible      USER_SAID       do
    reversible      TYPED_EXTERNAL  read_back
    reversible      FREE_TEXT       deny
    destructive     CLEAN           confirm
    destructive     USER_SAID       confirm
    destructive     TYPED_EXTERNAL  screen
    destructive     FREE_TEXT       deny
    outward_known   CLEAN           do         outbox
    outward_known   USER_SAID       do         outbox
    outward_known   TYPED_EXTERNAL  confirm    outbox
    outward_known   FREE_TEXT       deny
    outward_new     CLEAN           confirm    outbox
    outward_new     USER_SAID       confirm    outbox
    outward_new     TYPED_EXTERNAL  screen     outbox
    outward_new     FREE_TEXT       deny
    admin           CLEAN           screen
    admin           USER_SAID       deny
    admin           TYPED_EXTERNAL  deny
    admin           FREE_TEXT       deny
"""
ROWS = [line.split() for line in CELLS.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[:2]))
def test_a_cell_of_the_table(row: list[str]) -> None:
    effect, trust, verdict, *outbox = row
    assert decide(Effect(effect), Trust[trust]) is Verdict(verdict)
    if verdict != "deny":
        assert Effect(effect).is_outward is (outbox == ["outbox"])


@pytest.mark.parametrize(
    ("effect", "trust", "of_typed", "verdict"),
    [
        (Effect.O2, Trust.TYPED_EXTERNAL, Effect.O1, Verdict.CONFIRM),
        (Effect.O2, Trust.TYPED_EXTERNAL, Effect.W1, Verdict.CONFIRM),
        (Effect.O2, Trust.TYPED_EXTERNAL, Effect.O2, Verdict.SCREEN),
        (Effect.O1, Trust.TYPED_EXTERNAL, Effect.O1, Verdict.CONFIRM),
        (Effect.O1, Trust.TYPED_EXTERNAL, Effect.W1, Verdict.READ_BACK),
        (Effect.O1, Trust.TYPED_EXTERNAL, Effect.X, Verdict.CONFIRM),
        (Effect.W2, Trust.TYPED_EXTERNAL, Effect.W2, Verdict.SCREEN),
        (Effect.W1, Trust.TYPED_EXTERNAL, Effect.W1, Verdict.READ_BACK),
        (Effect.O2, Trust.FREE_TEXT, Effect.O1, Verdict.DENY),
        (Effect.W1, Trust.FREE_TEXT, Effect.W1, Verdict.DENY),
        (Effect.X, Trust.TYPED_EXTERNAL, Effect.W1, Verdict.DENY),
        (Effect.O2, Trust.CLEAN, Effect.O1, Verdict.CONFIRM),
        (Effect.W1, Trust.CLEAN, Effect.W1, Verdict.DO),
    ],
)
def test_a_typed_value_counts_for_the_class_that_it_makes(
    effect: Effect, trust: Trust, of_typed: Effect, verdict: Verdict
) -> None:
    assert decide_by_parts(effect, trust, of_typed) is verdict


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("of_typed", Effect)
@pytest.mark.parametrize("trust", Trust)
def test_parts_never_ask_more_than_the_whole(
    effect: Effect, of_typed: Effect, trust: Trust
) -> None:
    order = list(Verdict)
    whole, parts = decide(effect, trust), decide_by_parts(effect, trust, of_typed)
    assert order.index(parts) <= order.index(whole)
    assert order.index(parts) >= order.index(decide(effect, min(trust, Trust.USER_SAID)))


def test_the_table_is_whole() -> None:
    assert [(row[0], row[1]) for row in ROWS] == [
        (effect.value, trust.name) for effect in Effect for trust in Trust
    ]


@every("effect", [each for each in Effect if not each.only_reads])
def test_less_trust_never_allows_more(effect: Effect) -> None:
    order = list(Verdict)
    strictness = [order.index(decide(effect, trust)) for trust in Trust]
    assert strictness == sorted(strictness)


LEFT = """
    read_public     HERE    all
    read_public     LOCKED  all
    read_public     AWAY    all
    read_private    HERE    all
    read_private    LOCKED  nothing
    read_private    AWAY    nothing
    reversible      HERE    all
    reversible      LOCKED  deed
    reversible      AWAY    deed
    destructive     HERE    all
    destructive     LOCKED  nothing
    destructive     AWAY    nothing
    outward_known   HERE    all
    outward_known   LOCKED  all
    outward_known   AWAY    all
    outward_new     HERE    all
    outward_new     LOCKED  nothing
    outward_new     AWAY    nothing
    admin           HERE    all
    admin           LOCKED  nothing
    admin           AWAY    nothing
"""
LEFT_ROWS = [line.split() for line in LEFT.strip().splitlines()]


@pytest.mark.parametrize("row", LEFT_ROWS, ids=lambda row: "-".join(row[:2]))
def test_a_cell_of_what_is_left_where_others_may_be(row: list[str]) -> None:
    effect, where, left = row
    assert allowance(Effect(effect), Where[where]).value == left


def test_what_is_left_is_told_for_every_class_and_place() -> None:
    assert [(row[0], row[1]) for row in LEFT_ROWS] == [
        (effect.value, where.name) for effect in Effect for where in Where
    ]


@pytest.mark.parametrize(
    ("door", "is_locked", "where"),
    [
        (Door.MICROPHONE, False, Where.HERE),
        (Door.MICROPHONE, True, Where.LOCKED),
        (Door.SATELLITE, False, Where.AWAY),
        (Door.SATELLITE, True, Where.AWAY),
        (Door.TERMINAL, False, Where.HERE),
        (Door.TERMINAL, True, Where.HERE),
    ],
)
def test_where_a_request_comes_from(door: Door, is_locked: bool, where: Where) -> None:
    assert where_from(door, is_locked=is_locked) is where


def test_what_is_typed_is_not_said_at_a_microphone() -> None:
    assert TYPED.door is Door.TERMINAL
    assert Manner().door is Door.MICROPHONE


ABOUT = "Delete a file for good holiday photos.zip"


@every(
    "said",
    [
        "yes", "Yes.", "yeah", "yep", "Yes!", "sure", "okay", "OK", "correct", "confirm",
        "yes please", "yes, do it", "do it", "go ahead", "please do", "that's right", "of course",
        "oh yes", "um, yes", "well okay", "yes thank you", "yes, delete it", "okay, delete it",
        "yes, delete holiday photos", "yes, delete the file holiday photos dot zip", "sure go on",
        "yes yes yes",
    ],
)  # fmt: skip
def test_a_yes(said: str) -> None:
    assert read_answer(said, ABOUT) is Answer.YES


@every(
    "said",
    [
        "no", "No.", "nope", "no thanks", "no don't", "don't", "Don\u2019t do it", "yes but no",
        "yes, no, wait", "stop", "cancel", "never mind", "rather not", "do not do it",
        "I wouldn't do it", "you shouldn't do it", "I can't say yes", "cannot do it", "wait",
        "please don't delete it", "forget it", "okay, stop", "I don't want to delete that",
    ],
)  # fmt: skip
def test_a_no(said: str) -> None:
    assert read_answer(said, ABOUT) is Answer.NO


@every(
    "said",
    [
        "", "...", "hm", "what", "thank you", "what time is it", "okay, what time is it",
        "right, open the browser", "okay rename the photos to pictures", "undo it", "redo it",
        "sure, call my brother", "I said maybe", "is that a yes", "holiday photos",
        "yes and then tell me a very long story about the seven seas and ships",
    ],
)  # fmt: skip
def test_what_is_neither_yes_nor_no(said: str) -> None:
    assert read_answer(said, ABOUT) is Answer.OTHER


def test_a_long_refusal_is_something_else() -> None:
    words = "seven seas ships storms sails songs stars"
    assert read_answer(f"no {words}", ABOUT) is Answer.NO
    assert read_answer(f"no {words} sand", ABOUT) is Answer.OTHER
    assert read_answer(f"no {words} it", ABOUT) is Answer.OTHER
    assert read_answer(f"no, uh, {words}, delete holiday photos", ABOUT) is Answer.NO
    assert refuses(f"no {words} sand")


def test_names_with_numbers_are_known_by_their_words() -> None:
    about = "Delete a file budget 2026.xlsx"
    assert read_answer("yes, delete budget twenty twenty six", about) is Answer.YES
    assert read_answer("yes, delete budget 2026", about) is Answer.YES


@every(
    ("said", "is_bound"),
    [
        ("yes", False),
        ("okay", False),
        ("thank you", False),
        ("yes for sure", False),
        ("yes it is good", False),
        ("yes please do that", False),
        ("right, go ahead", False),
        ("yes, delete it", True),
        ("yes, the holiday one", True),
        ("delete", True),
        ("yes, remove it", False),
        ("deleted", False),
    ],
)
def test_a_content_bound_answer_names_the_deed_or_the_thing(said: str, is_bound: bool) -> None:
    assert is_content_bound(said, ABOUT) is is_bound


def test_a_name_made_of_what_recognisers_invent_binds_nothing() -> None:
    about = "Delete a file for good: thanks for watching, please subscribe.mp4"
    assert not is_content_bound("Okay. Thanks for watching.", about)
    assert not is_content_bound("Okay, please subscribe.", about)
    assert is_content_bound("Okay, delete watching.", about)


@given(st.text(max_size=60), st.sampled_from(["no", "don't", "stop", "never", "not"]))
@settings(max_examples=80, deadline=None)
def test_a_refusal_anywhere_is_never_a_yes(noise: str, refusal: str) -> None:
    assert read_answer(f"yes {noise} {refusal}", noise) is not Answer.YES


@every(
    ("after_reply_s", "length_s", "is_heard"),
    [
        (0.29, 1.0, False),
        (0.3, 1.0, True),
        (60.0, 1.0, True),
        (math.inf, 1.0, True),
        (-1.0, 1.0, False),
        (1.0, 0.29, False),
        (1.0, 0.3, True),
        (1.0, 4.0, True),
        (1.0, 4.01, False),
        (0.0, None, True),
    ],
)
def test_a_yes_is_neither_an_echo_nor_a_click_nor_a_speech(
    after_reply_s: float, length_s: float | None, is_heard: bool
) -> None:
    assert is_answerable(Manner(after_reply_s, length_s)) is is_heard


def test_what_was_typed_can_be_a_yes() -> None:
    assert is_answerable(TYPED)


@every(
    ("said", "is_refusal"),
    [
        ("no", True),
        ("I did not mean that you should send all of it to everybody at once", True),
        ("I don't want it", True),
        ("yes", False),
        ("send it", False),
        ("", False),
    ],
)
def test_a_refusal(said: str, is_refusal: bool) -> None:
    assert refuses(said) is is_refusal
