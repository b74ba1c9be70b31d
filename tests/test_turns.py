"""When utterances begin and end, and what interrupts: tables, then any sound at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from voiced.turns import (
    BargedIn,
    OverlapBegan,
    OverlapPassed,
    Rules,
    TurnTaking,
    UtteranceBegan,
    UtteranceEnded,
)

FRAME = 320
RULES = Rules(
    speech=3 * FRAME, end_silence=10 * FRAME, barge_in=8 * FRAME, max_utterance=40 * FRAME
)


def hear(sound: str, *, replying: str = "", taking: TurnTaking | None = None) -> list:
    """Decisions as (frame after which, decision); frame counts instead of samples.

    ``sound``: ``#`` is speech, ``.`` silence, ``~`` a probability between the two thresholds.
    ``replying``: ``r`` where a turn is being answered.
    """
    taking = taking or TurnTaking(RULES)
    heard = []
    for index, frame in enumerate(sound):
        start = index * FRAME
        decisions = taking.hear(
            {"#": 0.9, ".": 0.1, "~": 0.4}[frame],
            start,
            start + FRAME,
            replying=replying[index : index + 1] == "r",
        )
        heard += [(index, decision) for decision in decisions]
    return heard


def at(frame: int) -> int:
    return frame * FRAME


def test_an_utterance_begins_with_its_first_speech_and_ends_after_its_last() -> None:
    assert hear("...######..........") == [
        (5, UtteranceBegan(at(3))),
        (18, UtteranceEnded(at(9))),
    ]


def test_a_click_is_no_utterance() -> None:
    assert hear("..##............#...............##......") == []


def test_speech_with_holes_is_one_utterance_from_its_first_frame() -> None:
    assert hear("#.#..#") == [(5, UtteranceBegan(at(0)))]


def test_a_pause_shorter_than_the_end_is_part_of_the_utterance() -> None:
    heard = hear("####.........####..........")
    assert heard == [(2, UtteranceBegan(0)), (26, UtteranceEnded(at(17)))]


def test_a_doubtful_frame_counts_as_speech_only_after_speech() -> None:
    assert hear("~~~~~~~~") == []
    assert hear("#~~") == [(2, UtteranceBegan(0))]
    assert hear("###~~~~~..........")[-1] == (17, UtteranceEnded(at(8)))


def test_an_utterance_that_is_too_long_is_cut_and_what_follows_is_heard_anew() -> None:
    assert hear("#" * 45) == [
        (2, UtteranceBegan(0)),
        (39, UtteranceEnded(at(40))),
        (42, UtteranceBegan(at(40))),
    ]


def test_speech_over_a_reply_is_an_overlap_and_then_a_barge_in() -> None:
    assert hear("..########..........", replying="r" * 10) == [
        (4, OverlapBegan(at(2))),
        (9, BargedIn(at(2))),
        (9, UtteranceBegan(at(2))),
        (19, UtteranceEnded(at(10))),
    ]


def test_a_cough_over_a_reply_passes() -> None:
    assert hear("..####........", replying="r" * 14) == [
        (4, OverlapBegan(at(2))),
        (13, OverlapPassed(at(2))),
    ]


def test_coughs_far_apart_do_not_add_up() -> None:
    heard = hear(("####" + "." * 10) * 5, replying="r" * 70)
    assert not any(isinstance(decision, BargedIn) for _, decision in heard)


def test_an_overlap_is_the_next_utterance_if_the_reply_ends_by_itself() -> None:
    assert hear("....####..", replying="r" * 7) == [
        (6, OverlapBegan(at(4))),
        (7, OverlapPassed(at(4))),
        (7, UtteranceBegan(at(4))),
    ]


def test_a_reset_forgets_the_utterance() -> None:
    taking = TurnTaking(RULES)
    assert hear("####", taking=taking)
    taking.reset()
    assert hear("...........", taking=taking) == []


def test_lost_sound_counts_as_silence() -> None:
    taking = TurnTaking(RULES)
    hear("####", taking=taking)
    assert taking.hear(0.1, at(30), at(31), replying=False) == (UtteranceEnded(at(4)),)


class AnySound(RuleBasedStateMachine):
    """Whatever is heard, and whenever a reply is under way, the decisions make sense."""

    def __init__(self) -> None:
        super().__init__()
        self.taking = TurnTaking(RULES)
        self.at = 0
        self.heard = 0
        self.replying = False
        self.utterance: int | None = None
        self.overlap: int | None = None
        self.last_end = 0

    @rule(
        probability=st.sampled_from([0.0, 0.2, 0.34, 0.35, 0.4, 0.5, 0.8, 1.0]),
        frames=st.integers(1, 14),
        samples=st.sampled_from([160, 320, 480]),
    )
    def sound(self, probability: float, frames: int, samples: int) -> None:
        for _ in range(frames):
            end = self.at + samples
            for decision in self.taking.hear(probability, self.at, end, replying=self.replying):
                self.decided(decision, end)
            self.at = self.heard = end

    @rule(samples=st.integers(1, 5000))
    def lose(self, samples: int) -> None:
        self.at += samples

    @rule()
    def answer(self) -> None:
        self.replying = self.utterance is None

    @rule()
    def finish(self) -> None:
        self.replying = False

    def decided(self, decision: object, now: int) -> None:
        match decision:
            case UtteranceBegan(start):
                assert self.utterance is None
                assert not self.replying
                assert self.last_end <= start < now
                self.utterance = start
            case UtteranceEnded(end):
                assert self.utterance is not None
                assert self.utterance < end <= now
                self.utterance, self.last_end = None, end
            case OverlapBegan(start):
                assert self.replying
                assert self.overlap is None
                assert self.utterance is None
                self.overlap = start
            case OverlapPassed(start):
                assert self.overlap == start
                self.overlap = None
            case BargedIn(start):
                assert self.replying
                assert self.overlap == start
                self.overlap = None
                self.replying = False

    @invariant()
    def an_utterance_has_an_end(self) -> None:
        if self.utterance is not None:
            assert self.heard - self.utterance < RULES.max_utterance


AnySound.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestAnySound = AnySound.TestCase


@given(st.text(alphabet="#.~", max_size=120))
@settings(max_examples=60, deadline=None)
def test_after_silence_every_utterance_has_ended(sound: str) -> None:
    kinds = [type(decision) for _, decision in hear(sound + "." * 12)]
    assert kinds[::2] == [UtteranceBegan] * ((len(kinds) + 1) // 2)
    assert kinds[1::2] == [UtteranceEnded] * (len(kinds) // 2)
    assert len(kinds) % 2 == 0
