"""One attempt to answer an utterance: transcribe, think, speak. It begins before the end is sure.

The user may go on: then the take is dropped, and the next one begins with all the sound so far.
Until ``settle`` says that the end is sure, nothing is heard, told, or done that has an effect.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

import anyio
import anyio.lowlevel

from voiced.announcements import Announcement
from voiced.audio import RATE_HZ, AudioFrame
from voiced.dispatch import Call, Report, Result
from voiced.errors import EngineError, ungrouped
from voiced.events import (
    Outcome,
    PlaybackStarted,
    ReplySentence,
    TranscriptFinal,
    TurnId,
)
from voiced.grammar.overlap import overlap_graph
from voiced.loop.fillers import Fillers
from voiced.loop.speaking import Line, Piece, Speech, SpeechPlayer
from voiced.loop.surroundings import EventGate, Surroundings, failure
from voiced.policy import Manner
from voiced.sound import earcons
from voiced.speech.delivery import delivered
from voiced.speech.sentences import SentenceCutter
from voiced.spoken import one_line
from voiced.stages import SpokenAudio, Transcript, Voice
from voiced.thinking.saying import Say, Thought, Turn, Work
from voiced.thinking.thinker import Memo
from voiced.trace import Marks

__all__ = ["Take"]

_SENTENCES_AHEAD = 4
_PIECES_AHEAD = 256
_NEAR_SAMPLES = RATE_HZ // 2
_SAY_AGAIN = "I missed a part of that. Please say it again."


def _thinking_sound() -> SpokenAudio:
    rate_hz = earcons.EARCON_RATE_HZ
    return SpokenAudio(earcons.thinking(rate_hz), rate_hz)


def _bell() -> SpokenAudio:
    rate_hz = earcons.EARCON_RATE_HZ
    return SpokenAudio(earcons.bell(rate_hz), rate_hz)


async def _at_once(works: Sequence[Work]) -> None:
    with ungrouped():
        async with anyio.create_task_group() as tasks:
            for number, work in enumerate(works, start=1):
                tasks.start_soon(work, name=f"read-{number}")


class Take:
    """Feed it frames; ``pause`` lets it answer, ``settle`` lets the answer out.

    Args:
        name: The turn's number.
        around: What it shares with other turns.
        events: Takes its events once they are true.
        on_transcript: Told of every transcript, partial or final, as it comes.
        is_overlap: It may be no utterance at all, only a "mhm" over a reply.

    Attributes:
        began: The sample where the speech began.
        is_cut_off: Its end was never heard, since the microphone was lost.
        after_reply_s: How long after our own sound had ended that was.
    """

    def __init__(
        self,
        name: TurnId,
        around: Surroundings,
        events: EventGate,
        on_transcript: Callable[[Transcript], None],
        *,
        is_overlap: bool = False,
    ) -> None:
        self.scope = anyio.CancelScope()
        self.marks = Marks()
        self.outcome: Outcome = "interrupted"
        self.said = ""
        self.is_order = False
        self.has_acted = False
        self._sentences: list[str] = []
        self._id = name
        self._around = around
        self._clock = around.clock
        self._events = events
        self._answer_events = EventGate(events.emit)
        self._on_transcript = on_transcript
        self._frames, self._heard_frames = anyio.create_memory_object_stream[AudioFrame](math.inf)
        self._is_sure = anyio.Event()
        self._is_dropped = False
        self._speech_end = 0
        self.is_cut_off = False
        self._gaps: list[int] = []
        self._next_sample: int | None = None
        self.began = 0
        self.after_reply_s = math.inf
        self._is_overlap = is_overlap
        self._announcement: Announcement | None = None
        self._typed: Transcript | None = None
        self._seen = ""
        self.player = SpeechPlayer(around.stages.speaker, self._tell_start, self._fail)

    # The listener's side: synchronous

    def hear(self, frame: AudioFrame) -> None:
        """Take a frame of the utterance."""
        if self._next_sample not in (None, frame.start):
            self._gaps.append(frame.start)
        self._next_sample = frame.end
        self._frames.send_nowait(frame)

    def pause(self, end: int) -> None:
        """The user may have finished, at this sample: make the transcript final, and prepare."""
        self._speech_end = end
        self._frames.close()

    def settle(self, end: int) -> None:
        """The user has finished, at this sample: let the answer out."""
        self._frames.close()
        self._speech_end = end
        self.marks.begin(end)
        self.marks.set("endpoint", self._clock.at())
        self._answer_events.open()
        self._is_sure.set()

    @property
    def is_notice(self) -> bool:
        """Whether it says something unasked that rings for nobody, and names nothing."""
        said = self._announcement
        return said is not None and not (said.rings or said.insists or said.entities)

    def announce(self, announcement: Announcement) -> None:
        """Nothing was asked: say this."""
        self._announcement = announcement
        self._speech_end = self._clock.at()
        self._frames.close()
        self.has_acted = True  # whoever speaks now does not go on with what he said before
        self._answer_events.open()
        self._is_sure.set()

    def type(self, text: str, seen: str = "") -> None:
        """It was not said, but pressed or typed; pressed, it answers the question ``seen``."""
        self._typed = Transcript(text, is_final=True, confidence=1.0)
        self._seen = seen
        self.settle(self._clock.at())

    def drop(self) -> None:
        """The user went on: it never was."""
        self._is_dropped = True
        self._answer_events.close()
        self.player.stop()
        self.scope.cancel()
        self.close()  # it may never have run

    def close(self) -> None:
        """Free the streams."""
        self._frames.close()
        self._heard_frames.close()

    @property
    def has_spoken(self) -> bool:
        """Whether there is a reply at all."""
        return bool(self._sentences)

    @property
    def rest(self) -> str:
        """The reply from the sentence on that is being spoken now, as far as it is known."""
        return " ".join(self._sentences[self.player.lines_heard :])

    def _tell_start(self) -> None:
        at = self._clock.at()
        self.marks.set("first_audio", at)
        self._answer_events.emit(PlaybackStarted(at, self._id))

    def _fail(self, error: EngineError) -> None:
        self._answer_events.emit(failure(error, self._clock.at()))

    # The answer

    async def run(self, may_answer: anyio.Event) -> None:
        """The whole take. It thinks only when ``may_answer``: the turn before may still act."""
        if self._announcement is not None:
            await may_answer.wait()
            await self._announce(self._announcement)
            return
        thinker = self._around.thinker
        memo: Memo | None = None
        try:
            transcript = await self._transcribe_or_fail()
            await self._end_of_utterance()
            await may_answer.wait()
            if not self._around.speculates:
                await self._is_sure.wait()
            memo = thinker.remember()
            await self._answer(transcript)
            await self._is_sure.wait()
        finally:
            if self._is_dropped and memo is not None:
                thinker.restore(memo)

    async def _transcribe_or_fail(self) -> Transcript | EngineError:
        if self._typed is not None:
            self._tell_final(self._typed)
            return self._typed
        try:
            return await self._transcribe()
        except EngineError as error:
            self._fail(error)
            if not self._is_dropped:
                self._on_transcript(Transcript("", is_final=True))  # nobody waits for another one
            return error

    async def _transcribe(self) -> Transcript:
        final = Transcript("", is_final=True)
        hints = self._around.thinker.hints
        if self._is_overlap and hints.graph is not None:
            hints = replace(hints, graph=overlap_graph(hints.graph))
        audio = self._heard_frames.clone()  # the transcriber may close it before the end
        readings = self._around.stages.transcriber.transcribe(audio, hints)
        async with audio, aclosing(readings):
            async for transcript in readings:
                if self._is_dropped:  # a step before it is cancelled
                    continue
                if transcript.is_final:
                    final = transcript
                    self._tell_final(transcript)
                self._on_transcript(transcript)
        return final

    def _tell_final(self, transcript: Transcript) -> None:
        at = self._clock.at()
        self.marks.set("transcript", at)
        event = TranscriptFinal(at, self._id, transcript.text, transcript.confidence)
        self._answer_events.emit(event)

    async def _end_of_utterance(self) -> None:
        """Never answer before the user is silent, whatever the transcriber did."""
        async for _ in self._heard_frames:
            pass

    @property
    def _is_torn(self) -> bool:
        """Whether sound was lost in the utterance, or so soon before it that words may be gone."""
        return any(gap > self.began - _NEAR_SAMPLES for gap in self._gaps)

    async def _answer(self, heard: Transcript | EngineError) -> None:
        if isinstance(heard, EngineError):
            await self._speak(partial(self._apologise, heard.spoken))
            self.outcome = "failed"
            return
        if not heard.text or self.is_cut_off:
            self.outcome = "not_understood"
            return
        if self._is_torn:  # whatever it seems to say: part of it may be missing
            await self._speak(partial(self._apologise, _SAY_AGAIN))
            self.outcome = "not_understood"
            return
        self.said = heard.text
        thought: list[Thought] = []

        async def think(say: Say) -> None:
            report = Report(self._id, self._clock.at, self._answer_events.emit)
            readings = [(heard.text, heard.confidence)]
            readings += [(other.text, other.confidence) for other in heard.alternatives]
            thinking = Turn(report, self.marks, say, self._perform, self._manner, _at_once)
            thought.append(await self._around.thinker.think(readings, thinking))

        await self._speak(think)
        self.outcome = thought[0].outcome
        call = thought[0].call
        self.is_order = call is not None and call.origin == "spoken"

    @property
    def _manner(self) -> Manner:
        door = self._around.stages.door
        if self._typed is not None:
            return Manner(door=door, seen=self._seen)
        return Manner(self.after_reply_s, (self._speech_end - self.began) / RATE_HZ, door)

    async def _apologise(self, sorry: str, say: Say) -> None:
        at = self._clock.at()
        self.marks.set("first_token", at)
        self._answer_events.emit(ReplySentence(at, self._id, sorry))
        self._around.thinker.dispatcher.conversation.last_reply = sorry
        await say(sorry)

    async def _announce(self, announcement: Announcement) -> None:
        text = one_line(announcement.text)

        async def tell(say: Say) -> None:
            cutter = SentenceCutter()
            for sentence in [*cutter.feed(text), *cutter.finish()]:
                self._answer_events.emit(ReplySentence(self._clock.at(), self._id, sentence))
                await say(sentence)

        self._around.thinker.dispatcher.conversation.last_reply = text
        await self._speak(tell, _bell() if announcement.rings else None)
        self.outcome = "completed"

    def _voice(self) -> Voice:
        delivery = self._around.thinker.dispatcher.conversation.delivery
        return delivered(self._around.stages.voice, delivery)

    async def _speak(
        self, think: Callable[[Say], Awaitable[None]], opening: SpokenAudio | None = None
    ) -> None:
        """Run ``think``, and speak what it says while it goes on; a sound may open it."""
        say, lines = anyio.create_memory_object_stream[Line](_SENTENCES_AHEAD)
        ahead, pieces = anyio.create_memory_object_stream[Piece](_PIECES_AHEAD)

        async def fill(text: str) -> None:
            if text:
                self._answer_events.emit(ReplySentence(self._clock.at(), self._id, text))
            sound = None if text else _thinking_sound()
            await say.send(Line(text, is_filler=True, sound=sound))

        fillers = Fillers(self._clock, fill, lambda: not self.rest)

        async def tell(sentence: str) -> None:
            fillers.reply_begins()
            self._sentences.append(sentence)
            await say.send(Line(sentence))

        speech = Speech(self._around.stages.synthesizer, self._voice, self._fail)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(speech.synthesize, lines, ahead, name=f"synthesize-{self._id}")
            tasks.start_soon(self.player.play, pieces, self._is_sure, name=f"play-{self._id}")
            tasks.start_soon(self._fill, fillers, name=f"fill-{self._id}")
            async with say:
                if opening is not None:
                    await say.send(Line("", is_filler=True, sound=opening))
                await think(tell)
                fillers.stop()

    async def _fill(self, fillers: Fillers) -> None:
        """Tell that it takes a while, until the whole reply is known."""
        with fillers.scope:
            await self._is_sure.wait()
            await fillers.run(self._speech_end)

    async def _perform(self, call: Call, report: Report) -> Result:
        """Run a call; one that changes something waits until the user has surely finished.

        It goes on in the session if the turn is over before it is done.
        """
        await anyio.lowlevel.checkpoint_if_cancelled()  # what was interrupted is not begun any more
        dispatcher = self._around.thinker.dispatcher
        if call.effect.only_reads:
            return await dispatcher.run(call, report)
        await self._is_sure.wait()
        self.has_acted = True
        if call.waits:
            name = f"outbox-{report.turn}-{call.intent.name}"
            self._around.tasks.start_soon(dispatcher.send, call, report, name=name)
            return dispatcher.posted(call)
        results: list[Result] = []
        done = anyio.Event()

        async def effect() -> None:
            results.append(await dispatcher.run(call, report))
            done.set()
            if dispatcher.is_stale:
                await dispatcher.refresh()

        self._around.tasks.start_soon(effect, name=f"effect-{report.turn}-{call.intent.name}")
        await done.wait()
        return results[0]
