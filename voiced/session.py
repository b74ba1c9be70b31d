"""THE loop: the listener, the turns, barge-in, and effects that outlive their turn.

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

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, PreRoll
from voiced.clock import AudioClock
from voiced.dispatch import Call, Report, Result
from voiced.errors import DeviceError, EngineError
from voiced.events import (
    AudioDropped,
    BargeIn,
    DeviceFound,
    DeviceLost,
    Event,
    Outcome,
    OverlapIgnored,
    PlaybackStarted,
    ReplySentence,
    SpeechStarted,
    SpeechStopped,
    StageFailed,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
    TurnId,
    TurnStarted,
)
from voiced.speaking import Line, Piece, Speech
from voiced.stages import (
    Microphone,
    Speaker,
    Synthesizer,
    Transcriber,
    Transcript,
    Voice,
    VoiceDetector,
)
from voiced.thinking import Say, Thinker, Thought, Turn
from voiced.trace import Marks
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

_SENTENCES_AHEAD = 4
_PIECES_AHEAD = 256
_OVERLAP_PRE_ROLL = int(0.3 * RATE_HZ)
_RETRY_S = (0.5, 1.0, 2.0, 5.0)
_FILLERS = ((1.5, "One moment."), (6.0, "I'm still thinking."))
"""What is said, so many seconds after the end of the user's speech, while nothing else was."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The engines of a session, prepared; the language model belongs to the thinker."""

    microphone: Microphone
    detector: VoiceDetector
    transcriber: Transcriber
    synthesizer: Synthesizer
    speaker: Speaker
    voice: Voice


@dataclass(slots=True)
class _Turn:
    """A turn from its first frame of speech to its end."""

    id: TurnId
    frames: MemoryObjectSendStream[AudioFrame]
    heard_frames: MemoryObjectReceiveStream[AudioFrame]
    marks: Marks
    before: _Turn | None = None
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    over: anyio.Event = field(default_factory=anyio.Event)
    speech: Speech | None = None
    speech_end: int = 0
    said: str = ""
    outcome: Outcome = "interrupted"
    is_listening: bool = True


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
        self._taking = TurnTaking(rules)
        self._emit = emit
        self._pre_roll = PreRoll(pre_roll + rules.speech + rules.barge_in)
        self._pre_roll_samples = pre_roll
        self._frame_limit = (rules.max_utterance + rules.end_silence) // FRAME_SAMPLES + 512
        self._turn: _Turn | None = None
        self._turns = 0
        self._next_sample = -1
        self._shift: int | None = None
        self._tasks: TaskGroup
        self.clock = AudioClock()

    async def run(self) -> None:
        """Listen until the microphone's source ends and the last turn and effect are over.

        Raises:
            DeviceError: The microphone is lost and opening it again cannot help.
        """
        async with anyio.create_task_group() as self._tasks:
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
        self._fail(error)
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
            self._turn.frames.send_nowait(frame)
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
        send, receive = anyio.create_memory_object_stream[AudioFrame](self._frame_limit)
        turn = _Turn(TurnId(self._turns), send, receive, Marks(), before)
        kept = _OVERLAP_PRE_ROLL if before is not None else self._pre_roll_samples
        for frame in self._pre_roll.take():
            if frame.end > start - kept:
                send.send_nowait(frame)
        self._turn = turn
        self._emit(SpeechStarted(start))
        self._tasks.start_soon(self._run_turn, turn, name=f"turn-{turn.id}")

    def _end_utterance(self, end: int) -> None:
        turn = self._turn
        if turn is None or not turn.is_listening:
            return
        turn.is_listening = False
        turn.speech_end = end
        turn.marks.begin(end)
        turn.marks.set("endpoint", self.clock.at())
        self._emit(SpeechStopped(end))
        turn.frames.close()

    def _end_of_sound(self) -> None:
        self._end_utterance(max(0, self._next_sample))

    def _barge_in(self) -> None:
        turn = self._turn
        if turn is None:
            return
        if turn.speech is not None:
            turn.speech.stop()
        self._emit(BargeIn(self.clock.at(), turn.id))
        turn.scope.cancel()

    # A turn

    async def _run_turn(self, turn: _Turn) -> None:
        try:
            with turn.scope:
                while turn.before is not None:  # its own predecessor too, if it never waited it out
                    await turn.before.over.wait()
                    turn.before = turn.before.before
                self._emit(TurnStarted(self.clock.at(), turn.id))
                await self._answer(turn)
        finally:
            self._end_turn(turn)

    def _end_turn(self, turn: _Turn) -> None:
        turn.frames.close()
        turn.heard_frames.close()
        heard = turn.speech.heard if turn.speech is not None else ""
        dispatcher = self._thinker.dispatcher
        if turn.said:
            dispatcher.conversation.add(turn.said, heard)
        dispatcher.end_turn(turn.id, was_interrupted=turn.outcome == "interrupted")
        at = self.clock.at()
        turn.marks.set("total", at)
        if self._turn is turn:
            self._turn = None
        self._emit(TurnEnded(at, turn.id, turn.outcome, heard, turn.marks.timing()))
        turn.over.set()

    async def _answer(self, turn: _Turn) -> None:
        try:
            transcript = await self._transcribe(turn)
        except EngineError as error:
            self._fail(error)
            await self._end_of_utterance(turn)
            sorry = error.spoken
            await self._speak(turn, lambda say: say(sorry))
            turn.outcome = "failed"
            return
        await self._end_of_utterance(turn)
        if not transcript.text:
            turn.outcome = "not_understood"
            return
        turn.said = transcript.text
        readings = [(transcript.text, transcript.confidence)]
        readings += [(other.text, other.confidence) for other in transcript.alternatives]

        thought: list[Thought] = []

        async def think(say: Say) -> None:
            report = Report(turn.id, self.clock.at, self._emit)
            thinking = Turn(report, turn.marks, say, self._perform)
            thought.append(await self._thinker.think(readings, thinking))

        await self._speak(turn, think)
        turn.outcome = thought[0].outcome

    async def _transcribe(self, turn: _Turn) -> Transcript:
        final = Transcript("", is_final=True)
        hints = self._thinker.hints
        audio = turn.heard_frames.clone()  # the transcriber may close it before the end
        readings = self._stages.transcriber.transcribe(audio, hints)
        async with audio, aclosing(readings):
            async for transcript in readings:
                at = self.clock.at()
                if transcript.is_final:
                    final = transcript
                    turn.marks.set("transcript", at)
                    self._emit(TranscriptFinal(at, turn.id, transcript.text, transcript.confidence))
                else:
                    self._emit(TranscriptPartial(at, turn.id, transcript.text))
        return final

    async def _end_of_utterance(self, turn: _Turn) -> None:
        """Never answer before the user has finished, whatever the transcriber did."""
        async for _ in turn.heard_frames:
            pass

    async def _speak(self, turn: _Turn, think: Callable[[Say], Awaitable[None]]) -> None:
        """Run ``think``, and speak what it says while it goes on."""
        say, lines = anyio.create_memory_object_stream[Line](_SENTENCES_AHEAD)
        ahead, pieces = anyio.create_memory_object_stream[Piece](_PIECES_AHEAD)
        stages = self._stages
        waiting = anyio.CancelScope()

        def started() -> None:
            at = self.clock.at()
            turn.marks.set("first_audio", at)
            self._emit(PlaybackStarted(at, turn.id))

        async def tell(sentence: str) -> None:
            waiting.cancel()
            await say.send(Line(sentence))

        turn.speech = Speech(
            stages.synthesizer, stages.voice, stages.speaker.open(), started, self._fail
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(turn.speech.synthesize, lines, ahead, name=f"synthesize-{turn.id}")
            tasks.start_soon(turn.speech.play, pieces, name=f"play-{turn.id}")
            tasks.start_soon(self._fill, turn, waiting, say, name=f"fill-{turn.id}")
            async with say:
                await think(tell)
                waiting.cancel()

    async def _fill(
        self, turn: _Turn, waiting: anyio.CancelScope, say: MemoryObjectSendStream[Line]
    ) -> None:
        """Say that it takes a while, until ``waiting`` is cancelled by the first real sentence."""
        elapsed_s = (self.clock.at() - turn.speech_end) / RATE_HZ
        overdue = sum(after_s <= elapsed_s for after_s, _ in _FILLERS)
        with waiting:
            for after_s, text in _FILLERS[max(0, overdue - 1) :]:
                left = turn.speech_end + round(after_s * RATE_HZ) - self.clock.at()
                await anyio.sleep(max(0, left) / RATE_HZ)
                if waiting.cancel_called:
                    return
                self._emit(ReplySentence(self.clock.at(), turn.id, text))
                say.send_nowait(Line(text, is_filler=True))

    async def _perform(self, call: Call, report: Report) -> Result:
        """Run a call; one that changes something goes on in the session if the turn is over."""
        await anyio.lowlevel.checkpoint_if_cancelled()  # what was interrupted is not begun any more
        run = self._thinker.dispatcher.run
        if call.intent.effect.only_reads:
            return await run(call, report)
        results: list[Result] = []
        done = anyio.Event()

        async def effect() -> None:
            results.append(await run(call, report))
            done.set()
            if self._thinker.dispatcher.is_stale:
                await self._thinker.dispatcher.refresh()

        self._tasks.start_soon(effect, name=f"effect-{report.turn}-{call.intent.name}")
        await done.wait()
        return results[0]

    def _fail(self, error: EngineError) -> None:
        at = self.clock.at()
        self._emit(StageFailed(at, error.stage, error.code, error.message, error.retryable))
