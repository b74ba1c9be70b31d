"""THE loop: the listener, and when turns begin and end. What happens in one is in live_turn.py.

    session task group
     |- listener        microphone -> echo canceller -> voice detector -> turns/ -> decisions
     |- turn-7          one cancel scope
     |    '- takes      transcribe -> match | reply -> sentences -> pieces -> speaker
     |- turn-8          a candidate: what may be speech over turn 7, until it is sure to be a turn
     '- effect-7-name   outlives the turn, bounded by its own deadline

Barge-in, in this order: the playback is softer at the first suspicion, then held; it is stopped,
synchronously; the turn's scope is cancelled (this closes the model's stream); its tasks unwind;
TurnEnded tells what was heard; the history keeps it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

import anyio
import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, PreRoll, Samples, silence, voicing
from voiced.clock import AudioClock
from voiced.echo import EchoPath
from voiced.errors import DeviceError, EngineError
from voiced.events import (
    AudioDropped,
    DeviceFound,
    DeviceLost,
    EndReason,
    Event,
    OverlapReason,
    SpeechStarted,
    TurnId,
)
from voiced.live_turn import LiveTurn
from voiced.reading import read_overlap, read_utterance
from voiced.stages import Transcript
from voiced.surroundings import Stages, Surroundings, failure
from voiced.thinking import Thinker
from voiced.turns import (
    BargedIn,
    Decision,
    OverlapBegan,
    OverlapHeld,
    OverlapPassed,
    PauseMemory,
    Phase,
    Rules,
    Sound,
    TurnTaking,
    UtteranceBegan,
    UtteranceEnded,
    UtterancePaused,
    UtteranceReopened,
    UtteranceResumed,
)

__all__ = ["Habits", "Session", "Stages", "Tap"]

_OVERLAP_PRE_ROLL = int(0.3 * RATE_HZ)
_JUDGED_SAMPLES = 8 * RATE_HZ
_PREPARED = 12 * RATE_HZ
"""A longer utterance is not transcribed anew in each of its pauses."""

_VOICED = 0.55
_NOTHING_DBFS = -119.0
_RETRY_S = (0.5, 1.0, 2.0, 5.0)

Tap = Callable[[AudioFrame, Samples], None]
"""Takes each frame of the microphone as it came, and what left the speaker meanwhile."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a session is told of its owner and of its place, besides the rules.

    ``duck_db`` is how much softer a reply gets at a suspicion; ``pre_roll`` the samples kept from
    before speech was noticed; ``pauses`` the owner's pauses, which the session learns (None: it
    learns nothing); ``tap`` takes all sound, for instance to keep it.
    """

    duck_db: float = 24.0
    pre_roll: int = RATE_HZ
    pauses: PauseMemory | None = None
    tap: Tap | None = None


class Session:
    """One microphone, one speaker, one conversation.

    Args:
        stages: The engines, prepared.
        thinker: Answers what was said.
        rules: When an utterance begins and ends, in samples.
        emit: Takes every event, in order, synchronously.
        habits: Everything else.
    """

    def __init__(
        self,
        stages: Stages,
        thinker: Thinker,
        rules: Rules,
        emit: Callable[[Event], None],
        habits: Habits | None = None,
    ) -> None:
        self._stages = stages
        self._thinker = thinker
        self._around: Surroundings
        self._rules = rules
        self._habits = habits or Habits()
        self._taking = TurnTaking(rules, self._habits.pauses)
        self._echo = EchoPath(stages.canceller)
        self._emit = emit
        self._pre_roll = PreRoll(
            self._habits.pre_roll + rules.reopen + rules.barge_in + rules.end_silence
        )
        self._turn: LiveTurn | None = None
        self._candidate: LiveTurn | None = None
        self._turns = 0
        self._pauses = 0
        self._next_sample = -1
        self._shift: int | None = None
        self._sounded_until = -math.inf
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
            self._thinker.dispatcher.outbox.close()  # nobody can say stop any more
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
        self._emit(failure(error, self.clock.at()))
        self._emit(DeviceLost(self.clock.at(), "microphone"))
        self._end_of_sound()
        self._thinker.dispatcher.keep_back()

    # The listener: one frame at a time, synchronously

    def _hear(self, frame: AudioFrame) -> None:
        frame = self._on_session_time(frame)
        self.clock.hear(frame)
        far = self._stages.speaker.played(len(frame.samples))
        if far.any():
            self._sounded_until = frame.end
        if self._habits.tap is not None:
            self._habits.tap(frame, far)
        heard = self._echo.clean(frame, far)
        probability = self._stages.detector.speech_probability(heard.frame)
        phase = Phase.IDLE if self._turn is None else self._turn.phase
        is_voiced = phase is Phase.IDLE or self._has_tone(heard.frame)
        is_trusted = heard.is_converged or heard.expected_dbfs <= _NOTHING_DBFS
        sound = Sound(
            probability,
            heard.level_dbfs,
            heard.expected_dbfs,
            is_trusted,
            is_voiced,
            heard.excess_db,
        )
        self._decide(self._taking.hear(sound, frame.start, frame.end, phase))
        self._keep(heard.linear)

    def _has_tone(self, frame: AudioFrame) -> bool:
        """Whether there is a voice in this frame and the one before, or only noise."""
        before = [each.samples for each in self._pre_roll.frames[-1:]]
        return voicing(np.concatenate([*before, frame.samples])) >= _VOICED

    def _keep(self, frame: AudioFrame) -> None:
        if self._turn is not None and self._turn.is_listening:
            self._turn.hear(frame)
            return
        self._pre_roll.push(frame)
        if self._candidate is not None:
            self._candidate.hear(frame)

    def _on_session_time(self, frame: AudioFrame) -> AudioFrame:
        """Count on after a microphone was opened again; report samples that were lost."""
        goes_on = self._shift is not None
        if self._shift is None:  # the first frame of a stream, which has a count of its own
            now = self.clock.at() - len(frame.samples)
            start = frame.start if self._next_sample < 0 else max(self._next_sample, now)
            self._shift = start - frame.start
        start = max(self._next_sample, frame.start + self._shift)
        lost = start - self._next_sample if self._next_sample >= 0 else 0
        if lost:
            self._emit(AudioDropped(start, lost))
            self._stages.detector.reset()
            if goes_on:  # else the far signal has found the new stream's place by itself
                self._echo.lose(self._stages.speaker.played(lost))
        self._next_sample = start + len(frame.samples)
        return AudioFrame(frame.samples, frame.rate_hz, start)

    def _decide(self, decisions: tuple[Decision, ...]) -> None:
        for decision in decisions:
            match decision:
                case UtteranceBegan(start):
                    self._begin_turn(start)
                case UtterancePaused(end):
                    self._pause(end)
                case UtteranceResumed():
                    self._go_on()
                case UtteranceEnded(end, reason):
                    self._end_utterance(end, reason)
                case UtteranceReopened(start):
                    self._reopen(start)
                case _:
                    self._decide_on_overlap(decision)

    def _decide_on_overlap(self, decision: Decision) -> None:
        match decision:
            case OverlapBegan(start):
                self._suspect(start)
            case OverlapHeld() if self._turn is not None:
                self._turn.hold()
            case OverlapPassed(_, reason, is_utterance=False):
                self._pass(reason)
            case BargedIn(start, reason):
                self._barge_in(start, reason)
            case _:
                pass

    # Utterances

    def _begin_turn(self, start: int) -> None:
        turn, self._candidate = self._candidate, None
        if turn is None:
            turn = self._new_turn(start)
        self._turns = turn.id
        self._turn = turn
        self._pre_roll.take()
        self._emit(SpeechStarted(start))
        turn.commit()

    def _new_turn(self, start: int) -> LiveTurn:
        before = self._turn
        kept = _OVERLAP_PRE_ROLL if before is not None else self._habits.pre_roll
        frames = [frame for frame in self._pre_roll.frames if frame.end > start - kept]
        name = TurnId(self._turns + 1)
        turn = LiveTurn(name, self._around, frames, self._read, before)
        turn.begins(start, (start - self._sounded_until) / RATE_HZ)
        self._around.tasks.start_soon(self._run_turn, turn, name=f"turn-{turn.id}")
        return turn

    async def _run_turn(self, turn: LiveTurn) -> None:
        try:
            await turn.run()
        finally:
            if self._turn is turn:
                self._turn = None

    @property
    def _listening(self) -> LiveTurn | None:
        """Who listens to what is being said now."""
        if self._candidate is not None:
            return self._candidate
        return self._turn if self._turn is not None and self._turn.is_listening else None

    def _pause(self, end: int) -> None:
        self._pauses += 1
        turn = self._listening
        if turn is None:
            return
        is_short = len(turn.frames) * FRAME_SAMPLES <= _PREPARED
        if (self._rules.speculates and is_short) or turn is self._candidate:
            turn.pause(end)
        if self._stages.turn_end is not None and turn is self._turn:
            self._around.tasks.start_soon(self._judge, turn, self._pauses, name="judge")

    def _go_on(self) -> None:
        self._pauses += 1
        if self._listening is not None:
            self._listening.go_on()

    async def _judge(self, turn: LiveTurn, pause: int) -> None:
        """Ask the turn end detector about a pause, unless it is over by then."""
        detector = self._stages.turn_end
        if detector is None:
            return
        sound = np.concatenate([silence(0), *(each.samples for each in turn.frames)])
        try:
            sure = await detector.end_probability(sound[-_JUDGED_SAMPLES:], turn.text)
        except EngineError as error:
            self._emit(failure(error, self.clock.at()))
            return
        if pause == self._pauses and turn is self._turn and turn.is_listening:
            self._decide(self._taking.judge(sure))

    def _end_utterance(self, end: int, reason: EndReason) -> None:
        self._pauses += 1
        if self._turn is not None:
            self._turn.end_utterance(end, reason)

    def _reopen(self, start: int) -> None:
        if self._turn is None or self._turn.phase is Phase.IDLE:  # it has just ended
            self._begin_turn(start)
            return
        if self._turn.phase is Phase.REPLYING:  # it has just done something
            self._barge_in(start, "words")
            return
        self._discard_candidate()
        last = self._turn.frames[-1].end if self._turn.frames else 0
        self._turn.reopen([frame for frame in self._pre_roll.take() if frame.start >= last])
        self._emit(SpeechStarted(start))

    def _end_of_sound(self) -> None:
        if self._candidate is not None:
            self._pass("silence")
        end = self._taking.last_speech
        self._taking.reset()
        self._end_utterance(end if end is not None else max(0, self._next_sample), "source")

    def _read(self, turn: LiveTurn, transcript: Transcript) -> None:
        """Take a transcript of what is being said now."""
        if turn is not self._listening:
            return
        grammar = self._thinker.dispatcher.grammar
        if turn is self._candidate and self._turn is not None:
            reading = read_overlap(transcript, grammar, self._turn.lately)
        else:
            reading = read_utterance(transcript, grammar)
        self._decide(self._taking.read(reading))

    # The user's voice over a reply

    def _suspect(self, start: int) -> None:
        if self._turn is None:
            return
        self._turn.duck(self._habits.duck_db)
        self._candidate = self._new_turn(start)

    def _discard_candidate(self) -> None:
        candidate, self._candidate = self._candidate, None
        if candidate is not None:
            candidate.discard()

    def _pass(self, reason: OverlapReason) -> None:
        if reason == "echo":
            self._echo.echo_was_ours()
        if self._turn is not None and not self._turn.is_listening:
            self._turn.resume(reason)
        self._discard_candidate()

    def _barge_in(self, start: int, reason: OverlapReason) -> None:
        if self._turn is not None:
            self._turn.interrupt(reason)
        self._begin_turn(start)
