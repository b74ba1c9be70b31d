"""One turn, from its first frame of speech to its end: takes of it, and what interrupts it.

When a turn begins, pauses, ends and is interrupted, is decided in turns/ and told by session.py.
A turn that begins over a reply is a candidate: it listens, but nobody hears of it until it is
committed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import anyio

from voiced.announcements import Announcement
from voiced.audio import AudioFrame
from voiced.errors import EngineError
from voiced.events import (
    BargeIn,
    Ducked,
    EndReason,
    OverlapIgnored,
    OverlapReason,
    PlaybackResumed,
    SpeechStopped,
    TranscriptPartial,
    TurnEnded,
    TurnId,
    TurnReopened,
    TurnStarted,
)
from voiced.loop.surroundings import EventGate, Surroundings, failure
from voiced.loop.take import Take
from voiced.speech.overlap_words import hushes
from voiced.stages import Transcript
from voiced.turns import Phase

__all__ = ["LiveTurn"]


class LiveTurn:
    """A turn. All but ``run`` is for the listener, and synchronous.

    Args:
        name: Its number.
        around: What it shares with the other turns.
        frames: The sound that it begins with.
        on_transcript: Told of every transcript of this turn, as it comes.
        before: The turn that it follows or interrupts, if that is not over.
    """

    def __init__(
        self,
        name: TurnId,
        around: Surroundings,
        frames: Sequence[AudioFrame],
        on_transcript: Callable[[LiveTurn, Transcript], None],
        before: LiveTurn | None = None,
    ) -> None:
        self.id = name
        self._began, self._after_reply_s = 0, math.inf
        self.over = anyio.Event()
        self.is_listening = True
        self.frames = list(frames)
        self.text = ""
        self._around = around
        self._clock = around.clock
        self._events = EventGate(around.emit)
        self._on_transcript = on_transcript
        self._before = before
        self._is_committed = anyio.Event()
        self._may_answer = anyio.Event()
        self._scope = anyio.CancelScope()
        self._may_be_nothing = before is not None
        self._is_discarded = False
        self._is_paused = False
        self._is_finished = False
        self._was_interrupted = False
        self._told = self._told_again = ""
        self._is_cut_off = False
        self._take = self._next_take()

    def _next_take(self) -> Take:
        take = Take(
            self.id, self._around, self._events, self._read, is_overlap=self._may_be_nothing
        )
        take.began, take.after_reply_s = self._began, self._after_reply_s
        take.is_cut_off = self._is_cut_off
        for frame in self.frames:
            take.hear(frame)
        return take

    def begins(self, start: int, after_reply_s: float) -> None:
        """The speech began at this sample, so long after our own sound had ended."""
        self._began, self._after_reply_s = start, after_reply_s
        self._take.began, self._take.after_reply_s = start, after_reply_s

    def _read(self, transcript: Transcript) -> None:
        self.text = transcript.text
        if not transcript.is_final:
            self._tell_partial(transcript.text)
        self._on_transcript(self, transcript)

    def _tell_partial(self, text: str) -> None:
        """Tell it, unless it is only what was told before this take began."""
        if self._told_again.startswith(text):
            return
        self._told, self._told_again = text, ""
        self._events.emit(TranscriptPartial(self._clock.at(), self.id, text))

    @property
    def phase(self) -> Phase:
        """What it is doing, as turn-taking sees it."""
        if self.is_listening or self._is_finished:
            return Phase.IDLE
        if self._take.has_acted:
            return Phase.REPLYING
        return Phase.BEGINNING if self._take.player.is_aloud else Phase.PREPARING

    @property
    def heard(self) -> str:
        """The reply as far as it was heard up to now."""
        return self._take.player.heard

    @property
    def lately(self) -> str:
        """What it has said in the last few seconds."""
        return self._take.player.lately

    # The utterance

    def hear(self, frame: AudioFrame) -> None:
        """Take a frame of the utterance."""
        is_torn = bool(self.frames) and self.frames[-1].end != frame.start
        self.frames.append(frame)
        if is_torn and self._is_paused:  # what was prepared may not be what was said
            self._listen_again()
        elif not self._is_paused:
            self._take.hear(frame)

    def cut_off(self) -> None:
        """The microphone was lost in the middle of it: nobody knows what else was said."""
        self._is_cut_off = self._take.is_cut_off = True
        if self._is_paused:
            self._listen_again()

    def pause(self, end: int) -> None:
        """The user may have finished, at this sample: make the transcript final, and prepare."""
        self._is_paused = True
        self._take.pause(end)

    def go_on(self) -> None:
        """It was only a pause: what was prepared is worth nothing."""
        if self._is_paused:
            self._listen_again()

    def _listen_again(self) -> None:
        self._is_paused = False
        self._told_again = self._told
        before, self._take = self._take, self._next_take()
        before.drop()

    def forget(self, before: int) -> None:
        """What was said before this sample was no part of it: it was the wake word."""
        self.frames = [frame for frame in self.frames if frame.start >= before]
        self._told = self.text = ""
        self._listen_again()

    def end_utterance(self, end: int, reason: EndReason) -> None:
        """The user's speech ended at this sample; only the first call counts."""
        if not self.is_listening:
            return
        self.is_listening = False
        self._around.emit(SpeechStopped(end, reason))
        self._take.settle(end)

    def reopen(self, frames: Sequence[AudioFrame]) -> None:
        """The user goes on after all; ``frames`` are the sound since the utterance ended."""
        self.frames.extend(frames)
        self.is_listening = True
        self._events.emit(TurnReopened(self._clock.at(), self.id))
        self._listen_again()

    # A candidate's fate

    def commit(self) -> None:
        """It is a turn: its events may be told, and it may answer when its predecessor is over.

        What was heard so far is heard again, now that only requests are expected.
        """
        was_overlap, self._may_be_nothing = self._may_be_nothing, False
        if was_overlap and not self._is_paused:
            self._listen_again()
        self._is_committed.set()

    def discard(self) -> None:
        """It was nothing."""
        self._is_discarded = True
        self._events.close()
        self._scope.cancel()

    def announce(self, announcement: Announcement) -> None:
        """Nobody asked: it says this. To be called before it runs."""
        self.is_listening = False
        self._take.announce(announcement)
        self._is_committed.set()

    def type(self, text: str, seen: str = "") -> None:
        """It was not said, but pressed or typed. To be called before it runs."""
        self.is_listening = False
        self._take.type(text, seen)
        self._is_committed.set()

    @property
    def is_notice(self) -> bool:
        """Whether it says something unasked that waits for no answer."""
        return self._take.is_notice

    @property
    def was_interrupted(self) -> bool:
        """Whether the user said something into it."""
        return self._was_interrupted

    @property
    def has_words(self) -> bool:
        """Whether the user said anything in it."""
        return bool(self._take.said)

    @property
    def hushes(self) -> bool:
        """Whether it is an order, or words that hush what rings."""
        return self._take.is_order or hushes(self._take.said)

    @property
    def sentences_heard(self) -> int:
        """How many sentences of the reply were heard to their end."""
        return self._take.player.lines_heard

    # The reply, and the user's voice over it

    def duck(self, db: float) -> None:
        """Make the reply softer: the user may be speaking."""
        if self._take.player.is_aloud:
            self._take.player.duck(db)
            self._events.emit(Ducked(self._clock.at(), self.id, db))

    def hold(self) -> None:
        """Hold the reply where it is: the user is probably speaking."""
        self._take.player.hold()

    def resume(self, reason: OverlapReason) -> None:
        """It was nothing: go on with the reply, at the word where it was held."""
        self._events.emit(OverlapIgnored(self._clock.at(), self.id, reason))
        try:
            is_softer = self._take.player.resume()
        except EngineError as error:
            self._take.player.stop()
            self._events.emit(failure(error, self._clock.at()))
            return
        if is_softer:
            self._events.emit(PlaybackResumed(self._clock.at(), self.id))

    def interrupt(self, reason: OverlapReason) -> None:
        """Barge-in: silence first, then cancel."""
        if self._is_finished or self._was_interrupted:
            return
        self._was_interrupted = True
        self._take.player.stop()
        self._events.emit(BargeIn(self._clock.at(), self.id, reason))
        self._scope.cancel()

    # Its life

    async def run(self) -> None:
        """The whole turn; whatever happens in it ends in TurnEnded, unless it is discarded."""
        try:
            with self._scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._take_over, name=f"take-over-{self.id}")
                    await self._run_takes()
        finally:
            if self._is_committed.is_set():  # who is interrupted before its time waits, too
                with anyio.CancelScope(shield=True):
                    await self._predecessor_is_over()
            self._end()

    async def _take_over(self) -> None:
        """Begin, once it is sure to be a turn and its predecessor is over."""
        await self._is_committed.wait()
        await self._predecessor_is_over()
        self._begin()

    async def _predecessor_is_over(self) -> None:
        if self._before is not None:
            await self._before.over.wait()
            self._before = None

    def _begin(self) -> None:
        self._around.emit(TurnStarted(self._clock.at(), self.id))
        self._events.open()
        self._may_answer.set()

    async def _run_takes(self) -> None:
        while True:
            take = self._take
            try:
                with take.scope:
                    await take.run(self._may_answer)
            finally:
                take.close()
            if take is self._take:
                self._is_finished = True
                return

    def _end(self) -> None:
        if not self._is_discarded:
            if not self._may_answer.is_set():
                self._begin()
            self._tell_end(self._take)
        self.over.set()

    def _tell_end(self, take: Take) -> None:
        heard = take.player.heard
        outcome = "interrupted" if self._was_interrupted else take.outcome
        was_interrupted = outcome == "interrupted"
        dispatcher = self._around.thinker.dispatcher
        conversation = dispatcher.conversation
        if take.said:
            conversation.add(take.said, heard)
        if was_interrupted or take.has_spoken:
            conversation.unfinished = take.rest if was_interrupted else ""
        dispatcher.end_turn(self.id, was_interrupted=was_interrupted)
        at = self._clock.at()
        take.marks.set("total", at)
        self._events.emit(TurnEnded(at, self.id, outcome, heard, take.marks.timing()))
