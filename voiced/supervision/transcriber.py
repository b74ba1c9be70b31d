"""A transcriber around transcribers: what one could not make out, a simpler one hears again."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import aclosing

import anyio

from voiced.audio import AudioFrame
from voiced.errors import EngineError, ModelMissing, TranscriptionError
from voiced.stages import Hints, Transcriber, Transcript
from voiced.supervision.engine import Spare
from voiced.supervision.supervisor import Supervisor

__all__ = ["SupervisedTranscriber"]

_PATIENCE_S = 5.0
_PATIENCE_PER_S = 2.0
"""A final transcript may take so long after the end of an utterance, and more for a long one."""


class SupervisedTranscriber:
    """Transcribes by the best engine that works.

    The sound of an utterance is kept until its final transcript is there. Where the engine fails
    or hangs, the one below gets all of that sound, once; what fails there, too, is the failure.

    Args:
        engines: The best one first.
        supervisor: Counts failures and tells of changes.
        patience_s: How long a final transcript may take beside the utterance's own length.
    """

    def __init__(
        self,
        engines: Sequence[Spare[Transcriber]],
        supervisor: Supervisor,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._engines = tuple(engines)
        self._rungs = supervisor.rungs("transcriber", [each.name for each in engines])
        self._patience_s = patience_s
        self._supports_partials = True

    async def prepare(self) -> None:
        """Load the best engine that can be used."""
        for level, spare in enumerate(self._engines):
            try:
                engine = await spare.ready()
            except EngineError as error:
                if level == self._rungs.last:
                    raise
                self._rungs.fail(level, error.code, is_final=True)
                continue
            self._supports_partials = engine.supports_partials
            return

    async def aclose(self) -> None:
        """Free all engines."""
        for spare in self._engines:
            await spare.aclose()

    @property
    def supports_partials(self) -> bool:
        """Whether the engine that was loaded first tells what it hears meanwhile."""
        return self._supports_partials

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """Partials, then exactly one final.

        Raises:
            TranscriptionError: Two engines failed, or the only one.
        """
        level = self._rungs.choose()
        kept = _Kept(audio, self._patience_s)
        try:
            async with aclosing(self._by(level, kept, hints)) as readings:
                async for transcript in readings:
                    yield transcript
            return
        except EngineError as error:
            if level == self._rungs.last:
                raise
            kept.rewind()
            first = error
        try:
            async with aclosing(self._by(level + 1, kept, hints)) as readings:
                async for transcript in readings:
                    yield transcript
        except EngineError as error:
            raise error from first

    async def _by(self, level: int, kept: _Kept, hints: Hints) -> AsyncGenerator[Transcript]:
        try:
            engine = await self._engines[level].ready()
            async with aclosing(engine.transcribe(kept, hints)) as readings:
                while (transcript := await kept.next_of(readings)) is not None:
                    if transcript.is_final:
                        self._rungs.succeed(level)
                    yield transcript
        except EngineError as error:
            is_final = isinstance(error, ModelMissing)
            self._rungs.fail(level, error.code, is_final=is_final)
            raise


class _Kept:
    """The sound of an utterance: given out as it comes, kept, and given out again.

    Once it has ended, whoever is waited for must answer in time.
    """

    def __init__(self, audio: AsyncIterable[AudioFrame], patience_s: float) -> None:
        self._coming: AsyncIterator[AudioFrame] = aiter(audio)
        self._frames: list[AudioFrame] = []
        self._given = 0
        self._has_ended = False
        self._patience_s = patience_s
        self._on_end: Callable[[], None] | None = None

    def rewind(self) -> None:
        """Give all of it again."""
        self._given = 0

    def __aiter__(self) -> _Kept:
        return self

    async def __anext__(self) -> AudioFrame:
        if self._given == len(self._frames):
            await self._take()
        self._given += 1
        return self._frames[self._given - 1]

    async def _take(self) -> None:
        try:
            if self._has_ended:
                raise StopAsyncIteration
            self._frames.append(await anext(self._coming))
        except StopAsyncIteration:
            self._has_ended = True
            if self._on_end is not None:
                self._on_end()
            raise

    @property
    def _limit_s(self) -> float:
        length_s = sum(len(frame.samples) / frame.rate_hz for frame in self._frames)
        return self._patience_s + _PATIENCE_PER_S * length_s

    async def next_of(self, readings: AsyncGenerator[Transcript]) -> Transcript | None:
        """The next transcript; None after the last one.

        Raises:
            TranscriptionError: It did not come in time after the end of the sound.
        """
        scope = anyio.CancelScope()

        def limit() -> None:
            if scope.deadline == math.inf:
                scope.deadline = anyio.current_time() + self._limit_s

        self._on_end = limit
        if self._has_ended and self._given == len(self._frames):
            limit()
        transcript: Transcript | None = None
        with scope:
            transcript = await anext(readings, None)
        self._on_end = None
        if scope.cancelled_caught:
            raise TranscriptionError(
                f"no transcript within {self._limit_s:.0f} s of the end of the utterance",
                retryable=True,
            )
        return transcript
