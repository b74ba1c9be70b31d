"""How long a silence has to be: the rules of the docstring, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.turns import Outlook, PauseMemory, Rules
from voiced.turns.pauses import silence_needed
from voiced.turns.rules import in_samples

RULES = Rules(
    speech=in_samples(60),
    end_silence=in_samples(500),
    barge_in=in_samples(500),
    max_utterance=in_samples(30_000),
    early_end=in_samples(200),
    complete_end=in_samples(350),
    patient_end=in_samples(1800),
)
FORGETFUL = PauseMemory()


def needed_ms(
    outlook: Outlook,
    judged: float | None = None,
    longest_ms: int = 0,
    memory: PauseMemory = FORGETFUL,
    rules: Rules = RULES,
) -> float:
    return silence_needed(rules, outlook, judged, in_samples(longest_ms), memory) / 16


def remembering(*pauses_ms: int) -> PauseMemory:
    return PauseMemory(in_samples(pause) for pause in pauses_ms)


# Rule 1


@every("judged", [None, 0.0, 0.5, 1.0])
@every("longest_ms", [0, 200, 1500])
@every("memory", [FORGETFUL, remembering(*[1200] * 20)])
def test_words_that_leave_no_doubt_need_neither_sound_nor_habit(judged, longest_ms, memory):
    assert needed_ms(Outlook.CLOSED, judged, longest_ms, memory) == 200
    assert needed_ms(Outlook.OPEN, judged, longest_ms, memory) == 1800


# Rule 2


@every(
    ("outlook", "judged", "ms"),
    [
        (Outlook.COMPLETE, None, 350),
        (Outlook.UNKNOWN, None, 500),
        (Outlook.COMPLETE, 0.95, 350),
        (Outlook.UNKNOWN, 0.95, 350),
        (Outlook.COMPLETE, 0.05, 1150),
        (Outlook.UNKNOWN, 0.05, 1150),
        (Outlook.COMPLETE, 0.5, 350),
        (Outlook.UNKNOWN, 0.5, 500),
    ],
)
def test_the_turn_end_detector_moves_what_the_words_leave_open(outlook, judged, ms):
    assert needed_ms(outlook, judged) == ms


def test_a_sure_yes_never_lengthens_the_wait():
    hasty = replace(RULES, end_silence=in_samples(200))
    assert needed_ms(Outlook.UNKNOWN, 0.95, rules=hasty) == 200


# Rule 3


@every(
    ("longest_ms", "ms"), [(0, 500), (200, 500), (300, 650), (400, 650), (1000, 1300), (1700, 1800)]
)
def test_who_paused_before_in_this_utterance_is_given_a_little_longer(longest_ms, ms):
    assert needed_ms(Outlook.UNKNOWN, None, longest_ms) == ms


# Rule 4


def test_little_is_made_of_few_pauses():
    assert needed_ms(Outlook.UNKNOWN, memory=remembering(*[1200] * 9)) == 500
    assert needed_ms(Outlook.UNKNOWN, memory=remembering(*[1200] * 10)) == 1000


def test_who_pauses_long_is_given_more_time_within_bounds():
    assert needed_ms(Outlook.UNKNOWN, memory=remembering(*[700] * 20)) == pytest.approx(805)
    assert needed_ms(Outlook.UNKNOWN, memory=remembering(*[1700] * 20)) == 1000


def test_who_does_not_pause_is_answered_sooner_within_bounds():
    assert needed_ms(Outlook.UNKNOWN, memory=remembering(*[150] * 20)) == 400
    assert needed_ms(Outlook.COMPLETE, memory=remembering(*[150] * 20)) == 280


def test_one_long_pause_among_many_is_no_habit():
    memory = remembering(*[300] * 30, 1700)
    assert needed_ms(Outlook.UNKNOWN, memory=memory) == 400


def test_only_the_latest_pauses_are_remembered():
    memory = PauseMemory([in_samples(1700)] * 200)
    assert len(memory.pauses) == 60
    for _ in range(60):
        memory.note(in_samples(300))
    assert set(memory.pauses) == {in_samples(300)}


def test_what_was_remembered_is_remembered_by_the_next_session():
    memory = remembering(300, 500, 700)
    assert PauseMemory(memory.pauses).pauses == memory.pauses


# All rules at once


@given(
    outlook=st.sampled_from(list(Outlook)),
    judged=st.none() | st.floats(0, 1),
    longest=st.integers(0, in_samples(3000)),
    pauses=st.lists(st.integers(1, in_samples(1800)), max_size=70),
    rules=st.builds(
        Rules,
        speech=st.integers(320, 16_000),
        end_silence=st.integers(1600, 80_000),
        barge_in=st.just(8000),
        max_utterance=st.just(480_000),
        early_end=st.integers(1600, 80_000),
        complete_end=st.integers(1600, 80_000),
        patient_end=st.integers(1600, 160_000),
    ),
)
def test_the_wait_is_never_shorter_than_a_share_of_what_was_set_nor_endless(
    outlook, judged, longest, pauses, rules
):
    needed = silence_needed(rules, outlook, judged, longest, PauseMemory(pauses))
    shortest = min(rules.early_end, rules.complete_end, rules.end_silence, rules.patient_end)
    longest_set = max(rules.early_end, rules.complete_end, rules.end_silence, rules.patient_end)
    assert 0.79 * shortest <= needed <= 2.61 * longest_set
