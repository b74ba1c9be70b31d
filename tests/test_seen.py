"""A question that is answered by the button beside it: read, and heard by no recogniser."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import DONE, Desk

from voiced.journal import Journal
from voiced.policy import Answer, Manner, Verdict

SPOKEN = Manner(5.0, 1.5)


@pytest.fixture
def desk(tmp_path: Path):
    DONE.clear()
    journal = Journal.open(tmp_path)
    yield Desk(journal)
    journal.close()


def pressed(question):
    return Manner(seen=question.id)


def test_a_plain_yes_is_enough_where_the_question_was_read(desk):
    question = desk.say("burn hat box")
    assert question.verdict is Verdict.CONFIRM
    assert desk.say("yes", manner=pressed(question)) is question.call


def test_a_no_is_a_no(desk):
    question = desk.say("burn hat box")
    assert desk.say("no", manner=pressed(question)) is Answer.NO
    assert desk.dispatcher.asked is None


def test_the_button_of_another_question_does_nothing(desk):
    first = desk.say("burn hat box")
    second = desk.say("burn blue budget")
    assert desk.say("yes", manner=pressed(first)) is Answer.NO
    assert desk.say("yes", manner=pressed(second)) is Answer.NO  # whatever it was, it is over


def test_a_button_that_is_pressed_twice_does_it_once(desk):
    question = desk.say("burn hat box")
    assert desk.say("yes", manner=pressed(question)) is question.call
    assert desk.say("yes", manner=pressed(question)) is Answer.NO


def only_at_the_screen(desk):
    desk.say("burn hat box")
    desk.say("yes")
    question = desk.say("yes")
    assert question.verdict is Verdict.SCREEN
    return question


def test_what_needs_the_screen_is_answered_there(desk):
    question = only_at_the_screen(desk)
    assert desk.dispatcher.asked is question
    assert not desk.dispatcher.awaits_answer
    assert desk.say("yes", manner=pressed(question)) is question.call


@pytest.mark.parametrize("manner", [SPOKEN, Manner(), Manner(seen="other")])
def test_what_needs_the_screen_is_answered_nowhere_else(desk, manner):
    question = only_at_the_screen(desk)
    assert desk.say("yes, burn the hat box", manner=manner) is not question.call
    assert desk.dispatcher.asked is None


def test_there_is_time_to_go_to_the_screen_but_not_for_ever(desk):
    question = only_at_the_screen(desk)
    desk.now_s += 100.0
    assert desk.dispatcher.asked is question
    desk.now_s += 21.0
    assert desk.dispatcher.asked is None
    assert desk.say("yes", manner=pressed(question)) is Answer.NO


def test_a_question_that_was_cut_off_does_not_wait(desk):
    desk.say("burn hat box", is_cut=True)
    assert desk.dispatcher.asked is None


def test_a_question_that_is_answered_by_its_button_need_not_be_heard_to_its_end(desk):
    for name, is_kept in (("other", False), ("", True)):
        desk.say("burn hat box")
        question = desk.dispatcher.asked
        desk.dispatcher.see(name or question.id)
        desk.dispatcher.end_turn(desk.turn, was_interrupted=True)
        assert (desk.dispatcher.asked is question) is is_kept
