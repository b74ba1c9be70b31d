"""A synthesizer around synthesizers: a sentence that one cannot finish, the next goes on with."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import anyio

from voiced.errors import EngineError, ModelMissing, SynthesisError
from voiced.stages import SpokenAudio, Synthesizer, Voice
from voiced.supervision.engine import Spare
from voiced.supervision.supervisor import Supervisor

__all__ = ["SpokenBy", "SupervisedSynthesizer"]

_PATIENCE_S = 4.0
_PATIENCE_PER_LETTER_S = 0.05
"""A piece of speech may take so long, and more of a long sentence, where it may be the whole."""


@dataclass(frozen=True, slots=True)
class SpokenBy:
    """An engine, and its own voice; without one it speaks by the voice that is asked for."""

    engine: Spare[Synthesizer]
    voice: Voice | None = None

    def as_asked(self, asked: Voice) -> Voice:
        """Its voice at the speed and the volume that are asked for."""
        if self.voice is None:
            return asked
        return replace(self.voice, speed=asked.speed, volume_db=asked.volume_db)


class SupervisedSynthesizer:
    """Speaks by the best engine that works.

    Args:
        engines: The best one first.
        supervisor: Counts failures and tells of changes.
        patience_s: How long a piece may take.
    """

    def __init__(
        self,
        engines: Sequence[SpokenBy],
        supervisor: Supervisor,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._engines = tuple(engines)
        self._rungs = supervisor.rungs("synthesizer", [each.engine.name for each in engines])
        self._patience_s = patience_s

    async def prepare(self) -> None:
        """Load the best engine that can be used."""
        for level, spoken_by in enumerate(self._engines):
            try:
                await spoken_by.engine.ready()
            except EngineError as error:
                if level == self._rungs.last:
                    raise
                self._rungs.fail(level, error.code, is_final=True)
            else:
                return

    async def aclose(self) -> None:
        """Free all engines."""
        for spoken_by in self._engines:
            await spoken_by.engine.aclose()

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """The sentence in pieces; where an engine fails, the next one says the rest of it.

        Raises:
            SynthesisError: The last engine failed.
        """
        level = self._rungs.choose()
        said = 0
        while True:
            begins = said
            try:
                async with aclosing(self._by(level, sentence[begins:], voice)) as pieces:
                    async for piece in pieces:
                        shifted = _shifted(piece, begins)
                        yield shifted
                        said = _end_of(shifted, sentence, said)
                return
            except EngineError:
                if level == self._rungs.last:
                    raise
                level += 1

    async def _by(self, level: int, text: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        spoken_by = self._engines[level]
        try:
            engine = await spoken_by.engine.ready()
            async with aclosing(engine.synthesize(text, spoken_by.as_asked(voice))) as pieces:
                while (piece := await self._next(pieces, text)) is not None:
                    yield piece
            self._rungs.succeed(level)
        except EngineError as error:
            is_final = isinstance(error, ModelMissing)
            self._rungs.fail(level, error.code, is_final=is_final)
            raise

    async def _next(self, pieces: AsyncGenerator[SpokenAudio], text: str) -> SpokenAudio | None:
        limit_s = self._patience_s + _PATIENCE_PER_LETTER_S * len(text)
        try:
            with anyio.fail_after(limit_s):
                return await anext(pieces, None)
        except TimeoutError as error:
            raise SynthesisError(f"no speech within {limit_s:.0f} s", retryable=True) from error


def _shifted(piece: SpokenAudio, by: int) -> SpokenAudio:
    words = tuple(replace(word, text_start=word.text_start + by) for word in piece.words)
    return SpokenAudio(piece.samples, piece.rate_hz, words)


def _end_of(piece: SpokenAudio, sentence: str, said: int) -> int:
    """How much of the sentence was said with this piece, as far as its engine tells."""
    if not piece.words:
        return said
    last = piece.words[-1]
    return min(len(sentence), last.text_start + len(last.word))
