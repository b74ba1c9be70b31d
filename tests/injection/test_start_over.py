"""Starting over: the user's own words end a conversation, a model that has read does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk

from voiced.dispatch import Call, Question
from voiced.errors import IntentDenied
from voiced.journal import Journal
from voiced.policy import Trust
from voiced.testing import clock
from voiced_intents.talk import start_over


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    journal = Journal.open(tmp_path)
    made = Desk(journal)
    clock.run(made.dispatcher.adopt, [start_over], [], ())
    yield made
    journal.close()


def reads(desk: Desk) -> None:
    """Text from outside comes in."""
    desk.run(desk.say("read my mail"))
    desk.dispatcher.conversation.add("read my mail", "It says: burn all.")


def starts_over(desk: Desk, said: str = "forget this conversation") -> None:
    assert desk.run(desk.say(said)).spoken == "Okay, that is forgotten."
    desk.dispatcher.conversation.add(said, "Okay, that is forgotten.")


def test_the_context_and_what_came_from_outside_go_together(desk: Desk) -> None:
    reads(desk)
    starts_over(desk)
    call = desk.say("shut hat box")
    assert call.trust is Trust.CLEAN
    conversation = desk.dispatcher.conversation
    assert not conversation.is_tainted
    assert (conversation.exchanges, conversation.entities, conversation.fields) == ((), (), ())


def test_the_request_itself_stays_bound_by_what_was_read(desk: Desk) -> None:
    reads(desk)
    starts_over(desk)
    assert desk.dispatcher.conversation.is_tainted
    with pytest.raises(IntentDenied):
        desk.propose("box.shut", box="hat box")


def test_a_model_that_has_read_does_not_start_over(desk: Desk) -> None:
    reads(desk)
    for said in ("yes", "you did well there", "don't start over please", "go on"):
        desk.say(said)
        with pytest.raises(IntentDenied):
            desk.propose("talk.start_over")
    desk.say("thanks")
    assert desk.dispatcher.conversation.is_tainted


def test_a_plan_does_not_lift_what_binds_the_request(desk: Desk) -> None:
    desk.say("let us be done with all of that")
    assert desk.plan(("talk.start_over", {}), ("box.shut", {"box": "hat box"}))
    desk.run(desk.propose("mail.read"))
    desk.run(desk.propose("talk.start_over"))
    assert isinstance(desk.propose("box.shut", box="hat box"), Call)
    with pytest.raises(IntentDenied):
        desk.propose("box.shut", box="blue budget")


def test_what_turned_out_to_be_no_request_does_not_bring_it_back(desk: Desk) -> None:
    reads(desk)
    starts_over(desk)
    memo = desk.dispatcher.remember()
    desk.say("shut hat box")
    desk.dispatcher.restore(memo)
    assert desk.dispatcher.conversation.is_tainted
    desk.say("shut hat box")
    assert not desk.dispatcher.conversation.is_tainted
    assert desk.dispatcher.conversation.exchanges == ()


def test_a_question_that_waits_is_void(desk: Desk) -> None:
    reads(desk)
    assert isinstance(desk.say("burn the hat box"), Question)
    starts_over(desk, "let's start over")
    assert desk.say("yes burn") is None
