"""A voice that takes a fixed time to its first sound, and knows afterwards what it said."""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import anyio
import numpy as np

from voiced.audio import RATE_HZ, Samples, silence
from voiced.stages import SpokenAudio, Synthesizer, Voice, WordTiming
from voiced.testing import signals

__all__ = ["SpokenSentence", "StandInSynthesizer"]

_LETTER_S = 0.06
_GAP_S = 0.02
_CHUNK_S = 0.1
_STRIP_S = 20.0
_FADE_S = 0.005
_LEVEL_DBFS = -20.0
_GRAIN = 8


@dataclass(slots=True)
class SpokenSentence:
    """What was said for one request; times by the loop's clock.

    ``samples`` are int16 of shape (n,) at ``rate_hz``, and ``words`` say where each word lies in
    them, whether or not the system was told. ``first_chunk_at_s`` is None as long as nothing came
    out; ``closed_at_s`` is when it was closed before its end, else None.
    """

    text: str
    asked_at_s: float
    samples: Samples
    rate_hz: int
    words: tuple[WordTiming, ...]
    first_chunk_at_s: float | None = None
    closed_at_s: float | None = None


class StandInSynthesizer:
    """Speech without words, or the words of another engine, at a fixed pace.

    Of its own it makes 60 ms of a voice-like sound a letter, at 16 kHz; no two words alike. With
    timings every chunk is one word; without, 100 ms.

    Args:
        first_chunk_s: From the request to the first chunk.
        with_timings: Whether the system is told where the words lie.
        rtf: Time to make the rest, by the length of its sound.
        engine: Speaks the words instead; it takes no time of its own that is counted.
    """

    def __init__(
        self,
        *,
        first_chunk_s: float = 0.08,
        with_timings: bool = True,
        rtf: float = 0.1,
        engine: Synthesizer | None = None,
    ) -> None:
        self._first_chunk_s = first_chunk_s
        self._with_timings = with_timings
        self._rtf = rtf
        self._engine = engine
        self._babble = _Babble()
        self.spoken: list[SpokenSentence] = []

    async def prepare(self) -> None:
        """Prepare the engine that speaks, if there is one."""
        if self._engine is not None:
            await self._engine.prepare()

    async def aclose(self) -> None:
        """Close it."""
        if self._engine is not None:
            await self._engine.aclose()

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """The sentence in chunks, each when it is due.

        Raises:
            SynthesisError: The engine that speaks failed.
        """
        asked_at_s = anyio.current_time()
        whole = await self._speak(sentence, voice)
        if not len(whole.samples):
            return
        spoken = SpokenSentence(sentence, asked_at_s, whole.samples, whole.rate_hz, whole.words)
        self.spoken.append(spoken)
        due_s = asked_at_s + self._first_chunk_s
        is_over = False
        try:
            for chunk in self._chunks(whole):
                await anyio.sleep_until(due_s)
                spoken.first_chunk_at_s = spoken.first_chunk_at_s or anyio.current_time()
                yield chunk
                due_s += self._rtf * len(chunk.samples) / chunk.rate_hz
            is_over = True
        finally:
            spoken.closed_at_s = None if is_over else anyio.current_time()

    async def _speak(self, sentence: str, voice: Voice) -> SpokenAudio:
        if self._engine is None:
            return self._babble.say(sentence, voice.speed)
        async with aclosing(self._engine.synthesize(sentence, voice)) as pieces:
            return _whole([piece async for piece in pieces])

    def _chunks(self, whole: SpokenAudio) -> Iterator[SpokenAudio]:
        length = len(whole.samples)
        if not self._with_timings or not whole.words:
            step = round(_CHUNK_S * whole.rate_hz)
            for at in range(0, length, step):
                yield SpokenAudio(whole.samples[at : at + step], whole.rate_hz)
            return
        starts = [0, *(word.start for word in whole.words[1:]), length]
        for at, word in enumerate(whole.words):
            start, end = starts[at], starts[at + 1]
            moved = WordTiming(word.word, word.text_start, word.start - start, word.end - start)
            yield SpokenAudio(whole.samples[start:end], whole.rate_hz, (moved,))


class _Babble:
    """Voice-like sound for letters. A grain of noise makes every word unlike all others."""

    def __init__(self) -> None:
        self._strip = _strip()
        self._chance = np.random.default_rng(7)

    def say(self, sentence: str, speed: float) -> SpokenAudio:
        sounds: list[Samples] = []
        words: list[WordTiming] = []
        at = 0
        for token in re.finditer(r"\S+", sentence):
            letters = sum(map(str.isalnum, token[0]))
            rest_s = _GAP_S + _LETTER_S * (len(token[0]) - letters)
            word = self._word(round(letters * _LETTER_S / speed * RATE_HZ))
            words.append(WordTiming(token[0], token.start(), at, at + len(word)))
            sounds += [word, silence(round(rest_s / speed * RATE_HZ))]
            at += len(sounds[-2]) + len(sounds[-1])
        samples = np.concatenate(sounds) if sounds else silence(0)
        return SpokenAudio(samples, RATE_HZ, tuple(words))

    def _word(self, length: int) -> Samples:
        start = int(self._chance.integers(len(self._strip)))
        voice = np.resize(np.roll(self._strip, -start), length).astype(np.float64)
        fade = min(round(_FADE_S * RATE_HZ), length // 2)
        if fade:
            voice[:fade] *= np.linspace(0, 1, fade)
            voice[length - fade :] *= np.linspace(1, 0, fade)
        grain = self._chance.integers(-_GRAIN, _GRAIN + 1, length)
        sound: Samples = (voice + grain).astype(np.int16)
        return sound


@functools.cache
def _strip() -> Samples:
    return signals.speech_like(_STRIP_S, seed=7, level_dbfs=_LEVEL_DBFS)


def _whole(pieces: list[SpokenAudio]) -> SpokenAudio:
    """All pieces as one, with the words where they lie in it."""
    if not pieces:
        return SpokenAudio(silence(0), RATE_HZ)
    words: list[WordTiming] = []
    at = 0
    for piece in pieces:
        words += [
            WordTiming(word.word, word.text_start, at + word.start, at + word.end)
            for word in piece.words
        ]
        at += len(piece.samples)
    samples = np.concatenate([piece.samples for piece in pieces])
    return SpokenAudio(samples, pieces[0].rate_hz, tuple(words))
