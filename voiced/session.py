"""THE loop: the listener, and when turns begin and end. What happens in one is in live_turn.py.

    session task group
     |- listener        microphone -> voice detector -> turns.py -> decisions
     |- turn-7          one cancel scope; owns a lease of the speaker
     |    |- think      transcribe -> match | reply -> sentences
     |    |- synthesize sentences -> pieces
     |    '- play       pieces -> speaker
     '- effect-7-name   outlives the turn, bounded by its own deadline

Barge-in, in this order: the playback is stopped, synchronously; the turn's scope is cancelled (this
closes the model's stream); its tasks unwind; TurnEnded tells what was heard; the history keeps it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

import anyio

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, PreRoll
from voiced.clock import AudioClock
from voiced.errors import DeviceError
from voiced.events import (
    AudioDropped,
    DeviceFound,
    DeviceLost,
    Event,
    OverlapIgnored,
    SpeechStarted,
    TurnId,
)
from voiced.live_turn import LiveTurn, Stages, Surroundings
from voiced.thinking import Thinker
from voiced.turns import (
    BargedIn,
    Decision,
    OverlapBegan,
    OverlapPassed,
    Rules,
    TurnTaking,
    UtteranceBegan,
    UtteranceEnded,
)

__all__ = ["Session", "Stages"]

_OVERLAP_PRE_ROLL = int(0.3 * RATE_HZ)
_RETRY_S = (0.5, 1.0, 2.0, 5.0)


class Session:
    """One microphone, one speaker, one conversation.

    Args:
        stages: The engines, prepared.
        thinker: Answers what was said.
        rules: When an utterance begins and ends, in samples.
        emit: Takes every event, in order, synchronously.
        pre_roll: Samples kept from before speech was noticed.
    """

    def __init__(
        self,
        stages: Stages,
        thinker: Thinker,
        rules: Rules,
        emit: Callable[[Event], None],
        pre_roll: int = RATE_HZ,
    ) -> None:
        self._stages = stages
        self._thinker = thinker
        self._around: Surroundings
        self._taking = TurnTaking(rules)
        self._emit = emit
        self._pre_roll = PreRoll(pre_roll + rules.speech + rules.barge_in)
        self._pre_roll_samples = pre_roll
        self._frame_limit = (rules.max_utterance + rules.end_silence) // FRAME_SAMPLES + 512
        self._turn: LiveTurn | None = None
        self._turns = 0
        self._next_sample = -1
        self._shift: int | None = None
        self.clock = AudioClock()

    async def run(self) -> None:
        """Listen until the microphone's source ends and the last turn and effect are over.

        Raises:
            DeviceError: The microphone is lost and opening it again cannot help.
        """
        async with anyio.create_task_group() as tasks:
            self._around = Surroundings(self._stages, self._thinker, self._emit, self.clock, tasks)
            await self._listen()
            self._end_of_sound()
            if self._turn is not None:
                await self._turn.over.wait()

    async def _listen(self) -> None:
        failures = 0
        while True:
            self._shift = None
            try:
                async with aclosing(self._stages.microphone.frames()) as frames:
                    async for frame in frames:
                        if failures:
                            self._emit(DeviceFound(self.clock.at(), "microphone"))
                            failures = 0
                        self._hear(frame)
                return
            except DeviceError as error:
                self._lose_microphone(error)
                if not error.retryable:
                    raise
            await anyio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    def _lose_microphone(self, error: DeviceError) -> None:
        self._around.fail(error)
        self._emit(DeviceLost(self.clock.at(), "microphone"))
        self._taking.reset()
        self._end_of_sound()

    # The listener: one frame at a time, synchronously

    def _hear(self, frame: AudioFrame) -> None:
        frame = self._on_session_time(frame)
        self.clock.hear(frame)
        probability = self._stages.detector.speech_probability(frame)
        turn = self._turn
        replying = turn is not None and not turn.is_listening
        for decision in self._taking.hear(probability, frame.start, frame.end, replying=replying):
            self._decide(decision)
        if self._turn is not None and self._turn.is_listening:
            self._turn.hear(frame)
        else:
            self._pre_roll.push(frame)

    def _on_session_time(self, frame: AudioFrame) -> AudioFrame:
        """Count on after a microphone was opened again; report samples that were lost."""
        if self._shift is None:  # the first frame of a stream, which has a count of its own
            now = self.clock.at() - len(frame.samples)
            start = frame.start if self._next_sample < 0 else max(self._next_sample, now)
            self._shift = start - frame.start
        start = max(self._next_sample, frame.start + self._shift)
        lost = start - self._next_sample if self._next_sample >= 0 else 0
        if lost:
            self._emit(AudioDropped(start, lost))
            self._stages.detector.reset()
        self._next_sample = start + len(frame.samples)
        return AudioFrame(frame.samples, frame.rate_hz, start)

    def _decide(self, decision: Decision) -> None:
        match decision:
            case UtteranceBegan(start):
                self._begin_turn(start)
            case UtteranceEnded(end):
                self._end_utterance(end)
            case BargedIn():
                self._barge_in()
            case OverlapPassed():
                if self._turn is not None:
                    self._emit(OverlapIgnored(self.clock.at(), self._turn.id))
            case OverlapBegan():
                pass  # the seam for ducking: a suspicion, nothing is decided yet

    def _begin_turn(self, start: int) -> None:
        before = self._turn
        self._turns += 1
        turn = LiveTurn(TurnId(self._turns), self._around, self._frame_limit, before)
        kept = _OVERLAP_PRE_ROLL if before is not None else self._pre_roll_samples
        for frame in self._pre_roll.take():
            if frame.end > start - kept:
                turn.hear(frame)
        self._turn = turn
        self._emit(SpeechStarted(start))
        self._around.tasks.start_soon(self._run_turn, turn, name=f"turn-{turn.id}")

    def _end_utterance(self, end: int) -> None:
        if self._turn is not None:
            self._turn.end_utterance(end)

    def _end_of_sound(self) -> None:
        self._end_utterance(max(0, self._next_sample))

    def _barge_in(self) -> None:
        if self._turn is not None:
            self._turn.interrupt()

    async def _run_turn(self, turn: LiveTurn) -> None:
        try:
            await turn.run()
        finally:
            if self._turn is turn:
                self._turn = None
