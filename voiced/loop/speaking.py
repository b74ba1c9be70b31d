"""From sentences to the ear: synthesis runs ahead of playback, and what was heard is counted.

Two functions for two tasks of the session, joined by a bounded stream of pieces; no task is
started here. What is played can be made softer, held, and taken up again at the word that was
being spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import anyio
import numpy as np
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from voiced.audio import AudioFrame, Resampler, Samples
from voiced.errors import EngineError
from voiced.speech.sentences import SentenceCutter
from voiced.speech.track import Track
from voiced.stages import Playback, Speaker, SpokenAudio, Synthesizer, Voice

__all__ = ["Line", "Piece", "Speech", "SpeechPlayer", "read_aloud"]

_FRAMES_PER_S = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to speak. A filler ("One moment.") is no part of the reply.

    A line with ``sound`` is no speech: it is played as it is.
    """

    text: str
    is_filler: bool = False
    sound: SpokenAudio | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line on its way to the speaker; no ``audio`` ends the line."""

    line: Line
    audio: SpokenAudio | None


class Speech:
    """Lines to pieces: one reply on its way to the speaker.

    Args:
        synthesizer: The engine that speaks.
        voice: Gives the voice profile as it is when a line begins.
        on_error: Called with an error that silences the rest of the reply.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        voice: Callable[[], Voice],
        on_error: Callable[[EngineError], None],
    ) -> None:
        self._synthesizer = synthesizer
        self._voice = voice
        self._on_error = on_error
        self._is_voiceless = False

    async def synthesize(
        self,
        lines: MemoryObjectReceiveStream[Line],
        pieces: MemoryObjectSendStream[Piece],
    ) -> None:
        """Turn lines into pieces until their stream ends."""
        async with lines, pieces:
            async for line in lines:
                if line.sound is not None:
                    await pieces.send(Piece(line, line.sound))
                    await pieces.send(Piece(line, None))
                elif not self._is_voiceless:  # else: keep the thinking going, it must be done
                    await self._speak(line, pieces)

    async def _speak(self, line: Line, pieces: MemoryObjectSendStream[Piece]) -> None:
        try:
            spoken = self._synthesizer.synthesize(line.text, self._voice())
            async with aclosing(spoken) as parts:
                async for audio in parts:
                    await pieces.send(Piece(line, audio))
        except EngineError as error:
            self._is_voiceless = True
            self._on_error(error)
            return
        await pieces.send(Piece(line, None))


class SpeechPlayer:
    """Pieces to the ear, from the moment on when they may be heard.

    ``duck``, ``hold``, ``resume`` and ``stop`` are for the listener, and synchronous.

    Args:
        speaker: Is leased when the first sound may be heard.
        on_start: Called when the first sound of the reply itself is handed to the speaker.
        on_error: Called with an error of the speaker; nothing more is played.
    """

    def __init__(
        self,
        speaker: Speaker,
        on_start: Callable[[], None],
        on_error: Callable[[EngineError], None],
    ) -> None:
        self._speaker = speaker
        self._on_start = on_start
        self._on_error = on_error
        self._track = Track()
        self._sound: list[Samples] = []
        self._playback: Playback | None = None
        self._base = 0
        self._cursor = 0
        self._heard: int | None = None
        self._ducked_at: int | None = None
        self._going = anyio.Event()
        self._going.set()
        self._is_held = False
        self._has_started = False
        self._reply_from: int | None = None

    @property
    def is_aloud(self) -> bool:
        """Whether anything can be heard, a filler too."""
        return self._playback is not None and self._cursor > 0 and self._heard is None

    async def play(self, pieces: MemoryObjectReceiveStream[Piece], may_begin: anyio.Event) -> None:
        """Play pieces until their stream ends, then wait until all was heard."""
        async with pieces:
            await may_begin.wait()
            try:
                await self._lease()
                async for piece in pieces:
                    self._take(piece)
                    await self._play_on()
                await self._finish()
            except EngineError as error:
                self.stop()
                self._on_error(error)
                async for _ in pieces:
                    pass

    async def _lease(self) -> None:
        await self._going.wait()
        if self._heard is None:
            self._playback = self._speaker.open()

    def _take(self, piece: Piece) -> None:
        if piece.audio is None:
            self._track.end_line()
            return
        self._track.rate_hz = self._track.rate_hz or piece.audio.rate_hz
        samples = self._at_one_rate(piece.audio)
        scale = len(samples) / max(1, len(piece.audio.samples))
        words = tuple(
            (
                word.text_start,
                word.text_start + len(word.word),
                round(word.start * scale),
                round(word.end * scale),
            )
            for word in piece.audio.words
        )
        is_filler = piece.line.is_filler
        if not is_filler and self._reply_from is None:
            self._reply_from = self._track.samples
        self._track.add(piece.line.text, len(samples), words, is_filler=is_filler)
        self._sound.append(samples)

    def _at_one_rate(self, audio: SpokenAudio) -> Samples:
        if audio.rate_hz == self._track.rate_hz:
            return audio.samples
        resampler = Resampler(audio.rate_hz, self._track.rate_hz)
        return np.concatenate([resampler.feed(audio.samples), resampler.flush()])

    async def _play_on(self) -> None:
        """Play what there is, from the cursor on; while it is held, wait."""
        while self._cursor < self._track.samples and self._heard is None:
            await self._going.wait()
            playback = self._playback
            for frame in self._frames(self._cursor):
                is_over = self._is_held or self._heard is not None
                if is_over or playback is not self._playback or playback is None:
                    break
                self._tell_start(frame.start)
                self._cursor = frame.end
                await playback.play(frame)

    def _tell_start(self, position: int) -> None:
        begins = self._reply_from is not None and position >= self._reply_from
        if begins and not self._has_started:
            self._has_started = True
            self._on_start()

    def _frames(self, position: int) -> Iterator[AudioFrame]:
        step = max(1, self._track.rate_hz // _FRAMES_PER_S)
        start = 0
        for samples in self._sound:
            for index in range(max(0, position - start), len(samples), step):
                piece = samples[index : index + step]
                yield AudioFrame(piece, self._track.rate_hz, start + index)
            start += len(samples)

    async def _finish(self) -> None:
        """Wait until all was heard, however often it is held on the way."""
        while self._heard is None and self._playback is not None:
            await self._going.wait()
            await self._play_on()
            playback = self._playback
            await playback.drain()
            if playback is self._playback and not self._is_held:
                self._ducked_at = None  # softer or not, it was heard
                self._heard = self._position
                return

    # The listener's side

    @property
    def _position(self) -> int:
        """What was heard so far, at its full level; samples of the track."""
        if self._heard is not None:
            return self._heard
        if self._ducked_at is not None:
            return self._ducked_at
        return self._base + self._playback.heard if self._playback is not None else 0

    def duck(self, db: float) -> None:
        """Go on, but softer."""
        if self._playback is not None and self._heard is None and self._ducked_at is None:
            self._ducked_at = self._position
            self._playback.duck(db)

    def hold(self) -> None:
        """Be silent, at once, also if nothing was heard yet; ``resume`` takes it up again."""
        if self._heard is None and not self._is_held:
            self._ducked_at = self._position
            self._is_held = True
            self._going = anyio.Event()
            if self._playback is not None:
                self._playback.stop()

    def resume(self) -> bool:
        """Go on as before: at the word that was being spoken, if it was held.

        Returns:
            Whether there was anything to take up.

        Raises:
            DeviceError: The speaker cannot be leased again.
        """
        if self._heard is not None or self._ducked_at is None:
            return False
        if self._is_held and self._playback is not None:
            self._playback = self._speaker.open()
            self._cursor = self._base = self._track.word_at(self._ducked_at)
        elif self._playback is not None:
            self._playback.resume()
        self._ducked_at = None
        self._is_held = False
        self._going.set()
        return self._playback is not None

    def stop(self) -> None:
        """Silence, at once and for good."""
        if self._heard is None:
            stopped = self._playback.stop() if self._playback is not None else 0
            self._heard = self._base + stopped if self._ducked_at is None else self._ducked_at
            self._going.set()

    @property
    def heard(self) -> str:
        """The reply as far as it was heard: whole words, without fillers."""
        return self._track.heard(self._position)

    @property
    def lately(self) -> str:
        """What was said in the last few seconds."""
        return self._track.lately(self._position)

    @property
    def lines_heard(self) -> int:
        """How many lines of the reply were heard to their end; fillers do not count."""
        return self._track.lines_heard(self._position)


async def read_aloud(text: str, synthesizer: Synthesizer, voice: Voice, playback: Playback) -> None:
    """Speak a text that is known as a whole, sentence by sentence, to its end."""
    cutter = SentenceCutter()
    start = 0
    for sentence in [*cutter.feed(text), *cutter.finish()]:
        async with aclosing(synthesizer.synthesize(sentence, voice)) as pieces:
            async for piece in pieces:
                await playback.play(AudioFrame(piece.samples, piece.rate_hz, start))
                start += len(piece.samples)
    await playback.drain()
