"""Any sound, any words at any moment, whatever the turn before does: the decisions make sense."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from turn_frames import FRAME, RULES, SOUNDS, hear

from voiced.turns import (
    BargedIn,
    Decision,
    Outlook,
    OverlapBegan,
    OverlapHeld,
    OverlapPassed,
    PauseMemory,
    Phase,
    Reading,
    Said,
    TurnTaking,
    UtteranceBegan,
    UtteranceEnded,
    UtterancePaused,
    UtteranceReopened,
    UtteranceResumed,
)

ANSWERS = [Phase.PREPARING, Phase.BEGINNING, Phase.REPLYING]
DISTRUSTED = {"?", "e"}
READINGS = st.builds(
    Reading,
    st.sampled_from(list(Outlook)),
    st.sampled_from(list(Said)),
    st.booleans(),
    st.sampled_from([(), ("what", "time"), ("undo", "that")]),
)


class AnySound(RuleBasedStateMachine):
    """Plays the session: it knows what it was told, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = PauseMemory()
        self.taking = TurnTaking(RULES, self.memory)
        self.at = self.heard = 0
        self.phase = Phase.IDLE
        self.utterance: int | None = None
        self.turn_start = 0
        self.overlap: int | None = None
        self.is_held = False
        self.pause: int | None = None
        self.last_end = 0

    # What happens

    @rule(kind=st.sampled_from(sorted(SOUNDS)), frames=st.integers(1, 14))
    def sound(self, kind: str, frames: int) -> None:
        self.hear(kind, frames)

    @rule(frames=st.integers(15, 70))
    def silence(self, frames: int) -> None:
        self.hear(".", frames)

    @rule(kind=st.sampled_from("#c?"), frames=st.integers(15, 90))
    def talk(self, kind: str, frames: int) -> None:
        self.hear(kind, frames)

    def hear(self, kind: str, frames: int) -> None:
        for _ in range(frames):
            end = self.at + FRAME
            decided = self.taking.hear(SOUNDS[kind], self.at, end, self.phase)
            self.at = self.heard = end
            self.decided(decided)

    @rule(samples=st.integers(1, 30 * FRAME))
    def lose(self, samples: int) -> None:
        self.at += samples

    @rule(reading=READINGS)
    def read(self, reading: Reading) -> None:
        """A transcript comes, of what is spoken now or of what was."""
        self.decided(self.taking.read(reading))

    @rule(probability=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]))
    def judge(self, probability: float) -> None:
        self.decided(self.taking.judge(probability))

    @rule(phase=st.sampled_from(ANSWERS))
    def answer(self, phase: Phase) -> None:
        """The turn before begins to answer, or goes on with it."""
        if self.utterance is None:
            self.phase = phase

    @rule()
    def finish(self) -> None:
        """The turn before ends by itself."""
        self.phase = Phase.IDLE

    @rule()
    def reset(self) -> None:
        """The microphone is lost; what was spoken counts as said, an overlap as nothing."""
        self.taking.reset()
        if self.utterance is not None:
            self.phase = Phase.PREPARING
        self.utterance = self.overlap = self.pause = None
        self.is_held = False
        self.last_end = self.heard

    # What must be true of what is decided

    def decided(self, decisions: tuple[Decision, ...]) -> None:
        for index, decision in enumerate(decisions):
            match decision:
                case UtteranceBegan() | UtteranceReopened() | UtteranceEnded():
                    self.check_utterance(decision)
                case UtterancePaused() | UtteranceResumed():
                    self.check_pause(decision)
                case _:
                    self.check_overlap(decision, decisions[index + 1 :])

    def check_utterance(self, decision: Decision) -> None:
        match decision:
            case UtteranceBegan(start):
                assert self.utterance is None
                assert self.overlap is None
                assert self.phase is Phase.IDLE
                self.turn_start = start
                self.begin(start)
            case UtteranceReopened(start):
                assert self.utterance is None
                assert self.phase in (Phase.PREPARING, Phase.BEGINNING)
                assert start - self.last_end >= 0
                self.begin(start)
            case UtteranceEnded(end, reason):
                assert self.utterance is not None
                assert self.utterance < end <= self.heard
                assert reason == "limit" or self.pause == end
                self.utterance, self.pause, self.last_end = None, None, end
                self.phase = Phase.PREPARING

    def begin(self, start: int) -> None:
        assert self.last_end <= start < self.heard
        self.utterance, self.phase = start, Phase.IDLE
        self.overlap, self.is_held = None, False

    def check_pause(self, decision: Decision) -> None:
        assert self.utterance is not None or self.overlap is not None
        match decision:
            case UtterancePaused(end):
                assert self.pause is None
                assert self.heard - end >= RULES.pause
                self.pause = end
            case UtteranceResumed():
                assert self.pause is not None
                self.pause = None

    def check_overlap(self, decision: Decision, following: tuple[Decision, ...]) -> None:
        match decision:
            case OverlapBegan(start):
                assert self.phase is not Phase.IDLE
                assert self.overlap is None
                assert self.utterance is None
                self.overlap, self.pause = start, None
            case OverlapHeld():
                assert self.overlap is not None
                assert not self.is_held
                self.is_held = True
            case OverlapPassed(start, _, is_utterance):
                assert self.overlap == start
                assert is_utterance == isinstance(next(iter(following), None), UtteranceBegan)
                assert not is_utterance or self.phase is Phase.IDLE
                self.overlap, self.is_held = None, False
                self.pause = self.pause if is_utterance else None
            case BargedIn(start):
                assert self.overlap == start
                self.overlap, self.is_held = None, False
                self.utterance, self.phase = start, Phase.IDLE
                self.turn_start = start

    @invariant()
    def an_utterance_has_an_end(self) -> None:
        if self.utterance is not None:
            assert self.heard - self.turn_start < RULES.max_utterance

    @invariant()
    def a_pause_has_an_end(self) -> None:
        if self.pause is not None and self.utterance is not None:
            assert self.heard - self.pause < 3 * RULES.patient_end

    @invariant()
    def no_pause_is_longer_than_patience(self) -> None:
        assert all(0 < pause < RULES.patient_end for pause in self.memory.pauses)


AnySound.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestAnySound = AnySound.TestCase


@given(st.text(alphabet="#.~c", max_size=120))
@settings(max_examples=60, deadline=None)
def test_after_silence_every_utterance_has_ended(sound: str) -> None:
    heard = [type(decision) for _, decision in hear(f"{sound} 80.")]
    kinds = [kind for kind in heard if kind in (UtteranceBegan, UtteranceEnded)]
    assert kinds[::2] == [UtteranceBegan] * ((len(kinds) + 1) // 2)
    assert kinds[1::2] == [UtteranceEnded] * (len(kinds) // 2)
    assert len(kinds) % 2 == 0


@given(st.text(alphabet="#.~c?eom", max_size=120))
@settings(max_examples=60, deadline=None)
def test_after_silence_every_overlap_is_over(sound: str) -> None:
    heard = [decision for _, decision in hear(f"{sound} 180.", "300r")]
    begun = [each for each in heard if isinstance(each, OverlapBegan)]
    over = [each for each in heard if isinstance(each, OverlapPassed | BargedIn)]
    assert [each.start for each in begun] == [each.start for each in over]
