"""One turn, from its first frame of speech to its end: transcribe, think, speak, be interrupted.

When a turn begins, and what interrupts it, is decided in session.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectSendStream

from voiced.audio import RATE_HZ, AudioFrame
from voiced.clock import AudioClock
from voiced.dispatch import Call, Report, Result
from voiced.errors import EngineError
from voiced.events import (
    BargeIn,
    Event,
    Outcome,
    PlaybackStarted,
    ReplySentence,
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

__all__ = ["LiveTurn", "Stages", "Surroundings"]

_SENTENCES_AHEAD = 4
_PIECES_AHEAD = 256
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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the turns of a session share. Effects that outlive their turn end in ``tasks``."""

    stages: Stages
    thinker: Thinker
    emit: Callable[[Event], None]
    clock: AudioClock
    tasks: TaskGroup

    def fail(self, error: EngineError) -> None:
        """Tell that a stage failed."""
        at = self.clock.at()
        self.emit(StageFailed(at, error.stage, error.code, error.message, error.retryable))


class LiveTurn:
    """A turn. ``hear``, ``end_utterance`` and ``interrupt`` are for the listener, and synchronous.

    Args:
        name: Its number.
        around: What it shares with the other turns.
        frame_limit: The most frames that an utterance has.
        before: The turn that it interrupted, if any; it waits until that one is over.
    """

    def __init__(
        self, name: TurnId, around: Surroundings, frame_limit: int, before: LiveTurn | None = None
    ) -> None:
        self.id = name
        self.over = anyio.Event()
        self.is_listening = True
        self._around = around
        self._clock = around.clock
        self._emit = around.emit
        self._frames, self._heard_frames = anyio.create_memory_object_stream[AudioFrame](
            frame_limit
        )
        self._before = before
        self._scope = anyio.CancelScope()
        self._marks = Marks()
        self._speech: Speech | None = None
        self._speech_end = 0
        self._said = ""
        self._outcome: Outcome = "interrupted"

    def hear(self, frame: AudioFrame) -> None:
        """Take a frame of the utterance."""
        self._frames.send_nowait(frame)

    def end_utterance(self, end: int) -> None:
        """The user's speech ended at this sample; only the first call counts."""
        if not self.is_listening:
            return
        self.is_listening = False
        self._speech_end = end
        self._marks.begin(end)
        self._marks.set("endpoint", self._clock.at())
        self._emit(SpeechStopped(end))
        self._frames.close()

    def interrupt(self) -> None:
        """Barge-in: silence first, then cancel."""
        if self._speech is not None:
            self._speech.stop()
        self._emit(BargeIn(self._clock.at(), self.id))
        self._scope.cancel()

    async def run(self) -> None:
        """The whole turn; whatever happens in it ends in TurnEnded."""
        try:
            with self._scope:
                while self._before is not None:  # and its predecessor, if it never waited
                    await self._before.over.wait()
                    self._before = self._before._before  # noqa: SLF001 - of the same class
                self._emit(TurnStarted(self._clock.at(), self.id))
                await self._answer()
        finally:
            self._end()

    def _end(self) -> None:
        self._frames.close()
        self._heard_frames.close()
        heard = self._speech.heard if self._speech is not None else ""
        dispatcher = self._around.thinker.dispatcher
        if self._said:
            dispatcher.conversation.add(self._said, heard)
        dispatcher.end_turn(self.id, was_interrupted=self._outcome == "interrupted")
        at = self._clock.at()
        self._marks.set("total", at)
        self._emit(TurnEnded(at, self.id, self._outcome, heard, self._marks.timing()))
        self.over.set()

    async def _answer(self) -> None:
        try:
            transcript = await self._transcribe()
        except EngineError as error:
            self._around.fail(error)
            await self._end_of_utterance()
            await self._speak(partial(self._apologise, error.spoken))
            self._outcome = "failed"
            return
        await self._end_of_utterance()
        if not transcript.text:
            self._outcome = "not_understood"
            return
        self._said = transcript.text
        readings = [(transcript.text, transcript.confidence)]
        readings += [(other.text, other.confidence) for other in transcript.alternatives]

        thought: list[Thought] = []

        async def think(say: Say) -> None:
            report = Report(self.id, self._clock.at, self._emit)
            thinking = Turn(report, self._marks, say, self._perform)
            thought.append(await self._around.thinker.think(readings, thinking))

        await self._speak(think)
        self._outcome = thought[0].outcome

    async def _apologise(self, sorry: str, say: Say) -> None:
        at = self._clock.at()
        self._marks.set("first_token", at)
        self._emit(ReplySentence(at, self.id, sorry))
        self._around.thinker.dispatcher.conversation.last_reply = sorry
        await say(sorry)

    async def _transcribe(self) -> Transcript:
        final = Transcript("", is_final=True)
        hints = self._around.thinker.hints
        audio = self._heard_frames.clone()  # the transcriber may close it before the end
        readings = self._around.stages.transcriber.transcribe(audio, hints)
        async with audio, aclosing(readings):
            async for transcript in readings:
                at = self._clock.at()
                if transcript.is_final:
                    final = transcript
                    self._marks.set("transcript", at)
                    self._emit(TranscriptFinal(at, self.id, transcript.text, transcript.confidence))
                else:
                    self._emit(TranscriptPartial(at, self.id, transcript.text))
        return final

    async def _end_of_utterance(self) -> None:
        """Never answer before the user has finished, whatever the transcriber did."""
        async for _ in self._heard_frames:
            pass

    async def _speak(self, think: Callable[[Say], Awaitable[None]]) -> None:
        """Run ``think``, and speak what it says while it goes on."""
        say, lines = anyio.create_memory_object_stream[Line](_SENTENCES_AHEAD)
        ahead, pieces = anyio.create_memory_object_stream[Piece](_PIECES_AHEAD)
        stages = self._around.stages
        waiting = anyio.CancelScope()

        def started() -> None:
            at = self._clock.at()
            self._marks.set("first_audio", at)
            self._emit(PlaybackStarted(at, self.id))

        async def tell(sentence: str) -> None:
            waiting.cancel()
            await say.send(Line(sentence))

        self._speech = Speech(
            stages.synthesizer, stages.voice, stages.speaker.open(), started, self._around.fail
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._speech.synthesize, lines, ahead, name=f"synthesize-{self.id}")
            tasks.start_soon(self._speech.play, pieces, name=f"play-{self.id}")
            tasks.start_soon(self._fill, waiting, say, name=f"fill-{self.id}")
            async with say:
                await think(tell)
                waiting.cancel()

    async def _fill(self, waiting: anyio.CancelScope, say: MemoryObjectSendStream[Line]) -> None:
        """Say that it takes a while, until ``waiting`` is cancelled by the first real sentence."""
        elapsed_s = (self._clock.at() - self._speech_end) / RATE_HZ
        overdue = sum(after_s <= elapsed_s for after_s, _ in _FILLERS)
        with waiting:
            for after_s, text in _FILLERS[max(0, overdue - 1) :]:
                left = self._speech_end + round(after_s * RATE_HZ) - self._clock.at()
                await anyio.sleep(max(0, left) / RATE_HZ)
                if waiting.cancel_called:
                    return
                self._emit(ReplySentence(self._clock.at(), self.id, text))
                say.send_nowait(Line(text, is_filler=True))

    async def _perform(self, call: Call, report: Report) -> Result:
        """Run a call; one that changes something goes on in the session if the turn is over."""
        await anyio.lowlevel.checkpoint_if_cancelled()  # what was interrupted is not begun any more
        run = self._around.thinker.dispatcher.run
        if call.intent.effect.only_reads:
            return await run(call, report)
        results: list[Result] = []
        done = anyio.Event()

        async def effect() -> None:
            results.append(await run(call, report))
            done.set()
            if self._around.thinker.dispatcher.is_stale:
                await self._around.thinker.dispatcher.refresh()

        self._around.tasks.start_soon(effect, name=f"effect-{report.turn}-{call.intent.name}")
        await done.wait()
        return results[0]
