"""From sentences to the ear: synthesis runs ahead of playback, and what was heard is counted.

Two functions for two tasks of the session, joined by a bounded stream of pieces; no task is
started here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from voiced.audio import AudioFrame, Resampler, Samples
from voiced.conversation import Spoken, heard_text
from voiced.errors import EngineError
from voiced.sentences import SentenceCutter
from voiced.stages import Playback, SpokenAudio, Synthesizer, Voice

__all__ = ["Piece", "Speech", "read_aloud"]

_FRAMES_PER_S = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence on its way to the speaker; no ``audio`` ends the sentence."""

    text: str
    audio: SpokenAudio | None


class Speech:
    """One reply on its way to the ear.

    Args:
        synthesizer: The engine that speaks.
        voice: Its voice profile.
        playback: The lease of the speaker; this reply owns it.
        on_start: Called when the first sound is handed to the speaker.
        on_error: Called once with the error that silenced the reply.
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
        self._is_broken = False
        self._spoken: list[Spoken] = []
        self._sentence = _Sentence()
        self._rate_hz = 0
        self._played = 0

    async def synthesize(
        self,
        sentences: MemoryObjectReceiveStream[str],
        pieces: MemoryObjectSendStream[Piece],
    ) -> None:
        """Turn sentences into pieces until the stream of sentences ends."""
        async with sentences, pieces:
            async for sentence in sentences:
                if self._is_broken:
                    continue  # keep the thinking going: what it does must still be done and told
                try:
                    await self._synthesize(sentence, pieces)
                except EngineError as error:
                    self._break(error)

    async def _synthesize(self, sentence: str, pieces: MemoryObjectSendStream[Piece]) -> None:
        spoken = self._synthesizer.synthesize(sentence, self._voice)
        async with aclosing(spoken) as parts:
            async for audio in parts:
                await pieces.send(Piece(sentence, audio))
        await pieces.send(Piece(sentence, None))

    def _break(self, error: EngineError) -> None:
        if not self._is_broken:
            self._is_broken = True
            self._on_error(error)

    async def play(self, pieces: MemoryObjectReceiveStream[Piece]) -> None:
        """Play pieces until their stream ends, then wait until all was heard."""
        async with pieces:
            async for piece in pieces:
                if self._is_broken:
                    continue
                try:
                    await self._play(piece)
                except EngineError as error:
                    self._break(error)
        if not self._is_broken:
            await self._playback.drain()

    async def _play(self, piece: Piece) -> None:
        if piece.audio is None:
            self._spoken.append(self._sentence.spoken())
            self._sentence = _Sentence()
            return
        self._rate_hz = self._rate_hz or piece.audio.rate_hz
        samples = self._at_one_rate(piece.audio)
        self._sentence.add(piece, len(samples))
        for frame in self._frames(samples):
            if not self._played:
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
        """The text as far as it was heard: whole words."""
        return heard_text([*self._spoken, self._sentence.spoken()], self._playback.heard)


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
    words: list[tuple[int, int]] = field(default_factory=list)

    def add(self, piece: Piece, samples: int) -> None:
        """Count one more piece, ``samples`` long at the speaker's rate."""
        self.text = piece.text
        words = piece.audio.words if piece.audio else ()
        for word in words:
            self.words.append((word.text_start + len(word.word), self.samples + word.end))
        self.samples += samples

    def spoken(self) -> Spoken:
        """What was handed over so far."""
        return Spoken(self.text, self.samples, tuple(self.words))
