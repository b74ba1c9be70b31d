"""Nothing is sent twice, no draft or mail is lost, wherever it breaks; all in tests/bench."""

from __future__ import annotations

import pytest
from mail_trials import (
    back_drops,
    copy_drops,
    draft_drops,
    draft_kills,
    ground,
    move_drops,
    move_kills,
    send_drops,
    send_kills,
)

pytestmark = pytest.mark.mail

_EVERY = {"Dovecot": 6, "Pymap": 11}


@pytest.fixture
def place(server):
    with ground(server) as made:
        yield made


def every(place):
    return _EVERY[type(place.server).__name__]


def broken(outcomes):
    outcomes = list(outcomes)
    assert any(each.where != "none" for each in outcomes)
    return [each for each in outcomes if not each.held]


def test_a_mail_is_sent_at_most_once_wherever_smtp_drops(place):
    outcomes = list(send_drops(place))

    assert broken(outcomes) == []
    assert {each.state for each in outcomes} == {"sent", "failed", "unknown"}


def test_a_sent_mail_lies_in_sent_once_wherever_imap_drops(place):
    assert broken(copy_drops(place, every(place))) == []


def test_a_draft_is_there_once_wherever_imap_drops(place):
    assert broken(draft_drops(place, every(place))) == []


@pytest.mark.parametrize(("has_move", "step"), [(True, 9), (False, 17)], ids=["move", "copy"])
def test_a_moved_mail_is_there_once_wherever_imap_drops(dovecot, has_move, step):
    with ground(dovecot) as place:
        assert broken(move_drops(place, step, has_move=has_move)) == []
        assert broken(back_drops(place, step, has_move=has_move)) == []


def test_the_same_on_another_server(pymap):
    with ground(pymap) as place:
        assert broken(move_drops(place, 19, has_move=False)) == []


def test_a_kill_between_copy_and_removal_leaves_a_mail_that_can_be_put_back(dovecot):
    with ground(dovecot) as place:
        (outcome,) = move_kills(place, (7,))

    assert outcome.where == "kill at 7"
    assert outcome.held


def test_a_kill_loses_no_draft_and_sends_nothing_twice(dovecot):
    with ground(dovecot) as place:
        outcomes = [
            *send_kills(place, ("begin", "settle", "copy")),
            *draft_kills(place, ("append", "remove")),
        ]

    assert all(each.where.startswith("kill") for each in outcomes)
    assert broken(outcomes) == []
