"""From sentences to the ear: synthesis runs ahead of playback, and what was heard is counted.

Two functions for two tasks of the session, joined by a bounded stream of pieces; no task is
started here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from voiced.audio import AudioFrame, Resampler, Samples
from voiced.conversation import Spoken, heard_text
from voiced.errors import EngineError
from voiced.sentences import SentenceCutter
from voiced.stages import Playback, SpokenAudio, Synthesizer, Voice

__all__ = ["Line", "Piece", "Speech", "read_aloud"]

_FRAMES_PER_S = 50
_SLOW_LETTERS_PER_S = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to speak. A filler ("One moment.") is no part of the reply."""

    text: str
    is_filler: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line on its way to the speaker; no ``audio`` ends the line."""

    line: Line
    audio: SpokenAudio | None


class Speech:
    """One reply on its way to the ear.

    Args:
        synthesizer: The engine that speaks.
        voice: Its voice profile.
        playback: The lease of the speaker; this reply owns it.
        on_start: Called when the first sound of the reply itself is handed to the speaker.
        on_error: Called with an error that silences the rest of the reply. What was synthesized
            before is still played, if the speaker works.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        voice: Voice,
        playback: Playback,
        on_start: Callable[[], None],
        on_error: Callable[[EngineError], None],
    ) -> None:
        self._synthesizer = synthesizer
        self._voice = voice
        self._playback = playback
        self._on_start = on_start
        self._on_error = on_error
        self._has_started = False
        self._is_voiceless = False
        self._is_broken = False
        self._spoken: list[Spoken] = []
        self._sentence = _Sentence()
        self._rate_hz = 0
        self._played = 0

    async def synthesize(
        self,
        lines: MemoryObjectReceiveStream[Line],
        pieces: MemoryObjectSendStream[Piece],
    ) -> None:
        """Turn lines into pieces until their stream ends."""
        async with lines, pieces:
            async for line in lines:
                if self._is_voiceless or self._is_broken:
                    continue  # keep the thinking going: what it does must still be done and told
                try:
                    await self._synthesize(line, pieces)
                except EngineError as error:
                    self._is_voiceless = True
                    self._on_error(error)

    async def _synthesize(self, line: Line, pieces: MemoryObjectSendStream[Piece]) -> None:
        spoken = self._synthesizer.synthesize(line.text, self._voice)
        async with aclosing(spoken) as parts:
            async for audio in parts:
                await pieces.send(Piece(line, audio))
        await pieces.send(Piece(line, None))

    async def play(self, pieces: MemoryObjectReceiveStream[Piece]) -> None:
        """Play pieces until their stream ends, then wait until all was heard."""
        async with pieces:
            async for piece in pieces:
                if not self._is_broken:
                    await self._unless_lost(self._play(piece))
        if not self._is_broken:
            await self._unless_lost(self._playback.drain())

    async def _unless_lost(self, playing: Awaitable[None]) -> None:
        try:
            await playing
        except EngineError as error:
            self._is_broken = True
            self._on_error(error)

    async def _play(self, piece: Piece) -> None:
        if piece.audio is None:
            self._spoken.append(self._sentence.whole())
            self._sentence = _Sentence()
            return
        self._rate_hz = self._rate_hz or piece.audio.rate_hz
        samples = self._at_one_rate(piece.audio)
        self._sentence.add(piece, len(samples))
        for frame in self._frames(samples):
            if not piece.line.is_filler and not self._has_started:
                self._has_started = True
                self._on_start()
            self._played = frame.end
            await self._playback.play(frame)

    def _at_one_rate(self, audio: SpokenAudio) -> Samples:
        if audio.rate_hz == self._rate_hz:
            return audio.samples
        resampler = Resampler(audio.rate_hz, self._rate_hz)
        return np.concatenate([resampler.feed(audio.samples), resampler.flush()])

    def _frames(self, samples: Samples) -> Iterator[AudioFrame]:
        step = max(1, self._rate_hz // _FRAMES_PER_S)
        for index in range(0, len(samples), step):
            yield AudioFrame(samples[index : index + step], self._rate_hz, self._played)

    def stop(self) -> None:
        """Silence, at once and synchronously."""
        self._playback.stop()

    @property
    def heard(self) -> str:
        """The reply as far as it was heard: whole words, without fillers."""
        unfinished = self._sentence.unfinished(self._rate_hz)
        return heard_text([*self._spoken, unfinished], self._playback.heard)


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


@dataclass(slots=True)
class _Sentence:
    """The sentence that is being handed to the speaker."""

    text: str = ""
    samples: int = 0
    words: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def add(self, piece: Piece, samples: int) -> None:
        """Count one more piece, ``samples`` long at the speaker's rate."""
        if piece.audio is not None and not piece.line.is_filler:
            self.text = piece.line.text
            scale = samples / max(1, len(piece.audio.samples))
            for word in piece.audio.words:
                end = self.samples + round(word.end * scale)
                self.words.append((word.text_start + len(word.word), end))
        self.samples += samples

    def whole(self) -> Spoken:
        """All of it was handed over."""
        return Spoken(self.text, self.samples, tuple(self.words))

    def unfinished(self, rate_hz: int) -> Spoken:
        """More of it may come, so its length is guessed, rather too long than too short."""
        guess = len(self.text) * rate_hz // _SLOW_LETTERS_PER_S
        return Spoken(self.text, max(self.samples + 1, guess), tuple(self.words))
