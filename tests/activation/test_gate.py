"""When the gate is open: samples in, open or shut out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.activation.gate import Activity, Gate, GateRules

S = 16_000
LISTENS = Activity(is_listening=True)
ANSWERS = Activity(is_answering=True)
SPEAKS = Activity(is_answering=True, is_speaking=True)
NOTHING = Activity()


def gate(way, **more) -> Gate:
    return Gate(GateRules(way, **more))


def test_always_is_always_open():
    it = gate("always")
    assert it.is_open
    it.hear(100 * S, NOTHING)
    assert it.is_open


@pytest.mark.parametrize("way", ["wake_word", "push_to_talk"])
def test_it_is_shut_until_it_is_opened(way):
    it = gate(way)
    assert not it.is_open
    it.hear(1 * S, NOTHING)
    assert not it.is_open


def test_the_wake_word_opens_it_for_a_while_counted_from_the_words_end():
    it = gate("wake_word", wait=6 * S)
    it.wake(10 * S)
    it.hear(16 * S - 1, NOTHING)
    assert it.is_open
    it.hear(16 * S, NOTHING)
    assert not it.is_open


def test_speech_that_began_in_time_is_heard_to_its_end():
    it = gate("wake_word", wait=6 * S)
    it.wake(0)
    it.hear(20 * S, LISTENS)
    assert it.is_open
    it.hear(21 * S, NOTHING)
    assert not it.is_open


def test_the_follow_up_window_opens_when_the_speaker_falls_silent():
    it = gate("wake_word", follow_up=5 * S)
    it.wake(0)
    it.hear(10 * S, ANSWERS)
    it.hear(40 * S, SPEAKS)  # a long reply, made within a second
    assert it.is_open
    it.hear(45 * S - 1, NOTHING)
    assert it.is_open
    it.hear(45 * S, NOTHING)
    assert not it.is_open


def test_after_what_waits_for_no_answer_it_is_shut():
    it = gate("wake_word", follow_up=5 * S)
    notice = Activity(is_answering=True, is_speaking=True, is_notice=True)
    it.hear(10 * S, notice)
    assert it.is_open  # it can be interrupted
    it.hear(10 * S + 320, NOTHING)
    assert not it.is_open


def test_a_turn_without_an_answer_opens_no_window():
    it = gate("wake_word", wait=6 * S)
    it.wake(0)
    it.hear(8 * S, LISTENS)
    it.hear(9 * S, ANSWERS)
    it.hear(9 * S + 320, NOTHING)
    assert not it.is_open


def test_without_a_follow_up_it_shuts_with_the_reply():
    it = gate("wake_word", wait=6 * S, follow_up=0)
    it.wake(0)
    it.hear(8 * S, SPEAKS)
    assert it.is_open
    it.hear(8 * S + 320, NOTHING)
    assert not it.is_open


def test_push_to_talk_is_open_while_the_key_is_held():
    it = gate("push_to_talk", tail=1600)
    assert it.press(1 * S)
    assert it.is_open
    assert not it.hear(2 * S, LISTENS)
    assert it.release(3 * S)
    assert not it.hear(3 * S + 1599, NOTHING)
    assert it.holds
    assert it.hear(3 * S + 1600, NOTHING)
    assert not it.is_open


def test_push_to_talk_hears_nothing_into_a_reply():
    it = gate("push_to_talk")
    it.hear(1 * S, SPEAKS)
    assert not it.is_open


def test_a_tap_opens_it_as_the_wake_word_does():
    it = gate("push_to_talk", tap=S // 4, wait=6 * S)
    it.press(10 * S)
    it.release(10 * S + S // 4 - 1)
    assert not it.holds
    assert not it.hear(11 * S, NOTHING)
    assert it.is_open
    it.hear(17 * S, NOTHING)
    assert not it.is_open


def test_a_held_key_repeats_itself_for_nothing():
    it = gate("push_to_talk")
    assert [it.press(at) for at in (0, 800, 1600)] == [True, False, False]
    assert [it.release(at) for at in (S, S + 1)] == [True, False]


def test_a_key_that_is_stuck_counts_as_released():
    it = gate("push_to_talk", longest_hold=60 * S)
    it.press(0)
    assert not it.hear(61 * S, LISTENS)
    assert it.hear(62 * S, NOTHING)
    assert not it.is_held
    assert not it.is_open


def test_pressed_again_before_the_tail_is_over_it_goes_on():
    it = gate("push_to_talk", tail=1600)
    it.press(0)
    it.release(S)
    it.press(S + 800)
    assert not it.hear(S + 3200, LISTENS)
    assert it.is_held


def test_shut_it_remembers_nothing():
    it = gate("wake_word")
    it.wake(S)
    it.press(S)
    it.hear(S, SPEAKS)
    it.shut()
    assert not it.is_open
    assert not it.is_held


ACTS = st.lists(
    st.tuples(
        st.integers(1, 40 * S),
        st.sampled_from(["press", "release", "wake", "listen", "answer", "speak", "nothing"]),
    ),
    max_size=30,
)


@given(st.sampled_from(["wake_word", "push_to_talk"]), ACTS)
def test_left_alone_it_shuts_sooner_or_later(way, acts):
    it, now = gate(way), 0
    doing = {"listen": LISTENS, "answer": ANSWERS, "speak": SPEAKS, "nothing": NOTHING}
    for later, act in acts:
        now += later
        match act:
            case "press":
                it.press(now)
            case "release":
                it.release(now)
            case "wake":
                it.wake(now)
            case _:
                it.hear(now, doing[act])
    for _ in range(2):
        now += 61 * S
        it.hear(now, NOTHING)
    assert not it.is_open
    assert not it.holds
