"""THE loop: when turns begin and end. How it hears is in listening.py, a turn in live_turn.py.

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
from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio

from voiced.activation.gate import Activity
from voiced.announcements import Announcement
from voiced.audio import RATE_HZ, AudioFrame, PreRoll, latest
from voiced.controls import Controls
from voiced.errors import DeviceCause, EngineError
from voiced.events import EndReason, Event, MemoryErased, OverlapReason, SpeechStarted, TurnId
from voiced.loop.announcing import Crier
from voiced.loop.attention import Attention, Opening
from voiced.loop.clock import AudioClock
from voiced.loop.listening import Captured, Heard, Listener
from voiced.loop.live_turn import LiveTurn
from voiced.loop.reading import read_overlap, read_utterance
from voiced.loop.surroundings import Stages, Surroundings, failure
from voiced.stages import Transcript
from voiced.thinking.habits import Habits, Tap
from voiced.thinking.thinker import Thinker
from voiced.trust.labels import Integrity
from voiced.turns import (
    BargedIn,
    Decision,
    OverlapBegan,
    OverlapHeld,
    OverlapPassed,
    Phase,
    Rules,
    TurnTaking,
    UtteranceBegan,
    UtteranceEnded,
    UtterancePaused,
    UtteranceReopened,
    UtteranceResumed,
)

__all__ = ["Habits", "Session", "Stages", "Tap"]

_OVERLAP_PRE_ROLL = int(0.3 * RATE_HZ)
_CUT_OFF_SAMPLES = int(0.3 * RATE_HZ)
"""Who was silent for so long when the microphone was lost had finished."""

_JUDGED_SAMPLES = 8 * RATE_HZ
_MOST_MISJUDGED = 3
"""A turn end detector that failed so often in a row is not asked any more."""


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
        self._emit = emit
        self.clock = AudioClock()
        self._listener = Listener(stages, self.clock, emit, self._habits.tap)
        self._adopted: tuple[Rules, Habits] | None = None
        self._pre_roll = self._new_pre_roll()
        self._turn: LiveTurn | None = None
        self._candidate: LiveTurn | None = None
        self._turns = 0
        self._pauses = self._misjudged = 0
        self._sounded_until = -math.inf
        self._stops = 0
        self._is_open = False
        self._attention = Attention(
            self,
            self._listener,
            self.clock,
            emit,
            Opening(self._habits.gate, stages.wake_word, stages.stop_word, stages.names),
        )
        self.crier = Crier(lambda: self if self._is_open else None)

    async def run(self) -> None:
        """Listen until the microphone's source ends and the last turn and effect are over.

        Raises:
            DeviceError: The microphone is lost and opening it again cannot help.
        """
        async with anyio.create_task_group() as tasks:
            self._around = Surroundings(
                self._stages,
                self._thinker,
                self._emit,
                self.clock,
                tasks,
                speculates=self._rules.speculates,
            )
            self._is_open = True
            self._attention.begin()
            await self._listener.run(self._hear, self._lose_microphone)
            self._is_open = False
            self._end_of_sound()
            self._thinker.dispatcher.outbox.close()  # nobody can say stop any more
            if self._turn is not None:
                await self._turn.over.wait()

    def _new_pre_roll(self) -> PreRoll:
        rules = self._rules
        return PreRoll(self._habits.pre_roll + rules.reopen + rules.barge_in + rules.end_silence)

    def adopt(self, rules: Rules, *, duck_db: float, pre_roll: int) -> None:
        """Take turns by these rules, as soon as nobody speaks."""
        self._adopted = rules, replace(self._habits, duck_db=duck_db, pre_roll=pre_roll)

    def _use_adopted(self) -> None:
        is_idle = self._turn is None and self._candidate is None
        if self._adopted is None or not is_idle or self._taking.hears_speech:
            return
        (self._rules, self._habits), self._adopted = self._adopted, None
        self._taking = TurnTaking(self._rules, self._habits.pauses)
        frames, self._pre_roll = self._pre_roll.take(), self._new_pre_roll()
        for frame in frames:
            self._pre_roll.push(frame)
        self._around = replace(self._around, speculates=self._rules.speculates)

    # One frame at a time, synchronously

    def _hear(self, captured: Captured) -> None:
        self._use_adopted()
        if captured.is_sounding:
            self._sounded_until = captured.near.end
        for heard in self._attention.hear(captured, self._activity):
            self._attend(heard)

    @property
    def _activity(self) -> Activity:
        phase = self._phase
        return Activity(
            is_listening=self._taking.hears_speech or self._listening is not None,
            is_answering=phase is not Phase.IDLE,
            is_speaking=phase in (Phase.BEGINNING, Phase.REPLYING),
            is_notice=self._turn is not None and self._turn.is_notice,
        )

    @property
    def _phase(self) -> Phase:
        if self._turn is None or self._turn.was_interrupted:
            return Phase.IDLE
        return self._turn.phase

    def _attend(self, heard: Heard) -> None:
        phase = self._phase
        is_voiced = phase is Phase.IDLE or heard.has_tone(self._pre_roll.newest)
        sound, frame = heard.sound(is_voiced=is_voiced), heard.frame
        self._taking.is_held = self._attention.holds
        self._decide(self._taking.hear(sound, frame.start, frame.end, phase))
        self._keep(frame)

    def _keep(self, frame: AudioFrame) -> None:
        if self._turn is not None and self._turn.is_listening:
            self._turn.hear(frame)
            return
        self._pre_roll.push(frame)
        if self._candidate is not None:
            self._candidate.hear(frame)

    def _decide(self, decisions: tuple[Decision, ...]) -> None:
        for decision in decisions:
            match decision:
                case UtteranceBegan(start):
                    self._begin_turn(start)
                case UtterancePaused(end, finalises):
                    self._pause(end, finalises=finalises)
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

    # What is asked from outside, by the attention's handles

    @property
    def controls(self) -> Controls:
        """Its handles."""
        return self._attention

    def claim(self) -> None:
        """The user speaks, or will at once: the assistant is silent."""
        self._taking.is_held = True
        self._decide(self._taking.claim())
        if self._turn is not None and not self._turn.is_listening:
            self._turn.interrupt("key")
            self._taking.reset()

    def finish(self) -> None:
        """What is being said is complete."""
        self._taking.is_held = False
        self._decide(self._taking.finish())

    def recall(self, at: int, end: Sequence[AudioFrame]) -> None:
        """What was said before sample ``at`` was the wake word; ``end`` may be."""
        self._pre_roll.take()
        for frame in end:
            self._pre_roll.push(frame)
        self._taking.is_held = False
        if self._turn is None:
            self._taking.reset()
        elif self._turn.is_listening:
            self._turn.forget(at)
        else:
            self._discard_candidate()
            self._turn.interrupt("wake word")
            self._taking.reset()

    def drop(self, *, keeps_back: bool) -> None:
        """What was being said is dropped; unless it ``keeps_back``, a reply goes on."""
        self._pre_roll.take()
        self._thinker.dispatcher.keep_back()
        self._stops += keeps_back
        self._discard_candidate()
        is_speaking = self._turn is not None and self._turn.is_listening
        self._end_of_sound("key")
        if self._turn is not None and (is_speaking or keeps_back):
            self._turn.interrupt("key")

    def forget(self) -> None:
        """The conversation, and what is to be kept but is not yet, are dropped."""
        self._emit(MemoryErased(self.clock.at(), TurnId(self._turns)))
        self._thinker.dispatcher.clear()

    @property
    def heard(self) -> int:
        """How many samples have come from the microphone; lost ones between them count."""
        return self._listener.end

    def type(self, text: str, seen: str = "") -> bool:
        """Take this for a request, unless somebody speaks; whoever answers is silent.

        Args:
            text: What was typed, or stands for the button that was pressed.
            seen: The id of the question beside that button.

        Returns:
            Whether it was taken.
        """
        if not self._is_open or self._listening is not None:
            return False
        before = self._turn
        if before is not None:
            before.interrupt("key")
        self._taking.reset()
        self._turns += 1
        self._turn = LiveTurn(TurnId(self._turns), self._around, (), self._read, before)
        self._turn.type(text, seen)
        self._start(self._turn)
        return True

    # What nobody asked for

    @property
    def speaker(self) -> LiveTurn | None:
        """The turn that is under way."""
        return self._turn

    @property
    def is_free(self) -> bool:
        """Whether nobody speaks, and no question waits for its answer."""
        is_silent = self._turn is None and self._candidate is None
        return is_silent and not self._thinker.dispatcher.awaits_answer

    @property
    def is_talked_over(self) -> bool:
        """Whether there is what may be speech over a reply."""
        return self._candidate is not None

    @property
    def stops(self) -> int:
        """How often a key or another program said stop."""
        return self._stops

    def sleeps(self, is_asleep: bool) -> None:  # noqa: FBT001 - as it is told
        """The machine is about to sleep: be silent and hear nothing; or it is awake again."""
        if is_asleep:
            self._listener.wakefulness.fall_asleep()
        else:
            self._listener.wakefulness.wake()

    def give_way(self) -> None:
        """Cut off whoever speaks: something rings."""
        self._discard_candidate()
        self._end_of_sound("limit")
        if self._turn is not None:
            self._turn.interrupt("alarm")

    def announce_now(self, announcement: Announcement, integrity: Integrity) -> LiveTurn:
        """Begin to say it; the session must be free."""
        if integrity is Integrity.EXTERNAL:
            self._thinker.dispatcher.conversation.taint()
        self._thinker.dispatcher.conversation.name(announcement.entities)
        self._turns += 1
        turn = LiveTurn(TurnId(self._turns), self._around, (), self._read)
        turn.announce(announcement)
        self._turn = turn
        self._start(turn)
        return turn

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
        self._start(turn)
        return turn

    def _start(self, turn: LiveTurn) -> None:
        self._around.tasks.start_soon(self._run_turn, turn, name=f"turn-{turn.id}")

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

    def _pause(self, end: int, *, finalises: bool) -> None:
        self._pauses += 1
        turn = self._listening
        if turn is None:
            return
        if finalises or turn is self._candidate:
            turn.pause(end)
        is_asked = self._stages.turn_end is not None and self._misjudged < _MOST_MISJUDGED
        if is_asked and turn is self._turn:
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
        try:
            sure = await detector.end_probability(latest(turn.frames, _JUDGED_SAMPLES), turn.text)
        except EngineError as error:
            self._misjudged += 1
            self._emit(failure(error, self.clock.at()))
            return
        self._misjudged = 0
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

    def _lose_microphone(self, cause: DeviceCause) -> None:
        spoken_until = self._taking.last_speech or 0
        if self._listening is not None and self._listener.end - spoken_until < _CUT_OFF_SAMPLES:
            self._listening.cut_off()
        self._end_of_sound()
        self._thinker.dispatcher.keep_back()
        if cause == "asleep":
            self._thinker.dispatcher.void()
            if self._turn is not None:
                self._turn.interrupt("asleep")

    def _end_of_sound(self, reason: EndReason = "source") -> None:
        if self._candidate is not None:
            self._pass("silence")
        end = self._taking.last_speech
        self._taking.reset()
        self._end_utterance(end if end is not None else self._listener.end, reason)

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
            self._listener.echo_was_ours()
        if self._turn is not None and not self._turn.is_listening:
            self._turn.resume(reason)
        self._discard_candidate()

    def _barge_in(self, start: int, reason: OverlapReason) -> None:
        if self._turn is not None:
            self._turn.interrupt(reason)
        self._begin_turn(start)
