"""A recogniser that is never at a loss: what it does not know, it takes for words."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing

from voiced.audio import AudioFrame, level_dbfs
from voiced.bench.standins.transcriber import Schedule, StandInTranscriber
from voiced.stages import Hints, Transcript

__all__ = ["ImaginingTranscriber"]

_FEWEST_FRAMES = 3


class ImaginingTranscriber:
    """Knows what the user says; of any other sound it makes words, for sure.

    ``longest_s`` is the longest sound that it was given.

    Args:
        schedule: What the user says from which sample on; it may grow.
        of_strangers: What it makes of any other sound.
        faintest_dbfs: What is not louder than this is no sound; silence, too, where it is left out.
    """

    supports_partials = True

    def __init__(
        self, schedule: Schedule, of_strangers: str, faintest_dbfs: float = -math.inf
    ) -> None:
        self._schedule = schedule
        self._of_strangers = of_strangers
        self._faintest_dbfs = faintest_dbfs
        self._knowing = StandInTranscriber(schedule)
        self.longest_s = 0.0

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """What is known, or else what is imagined."""
        heard: list[AudioFrame] = []

        async def listened() -> AsyncGenerator[AudioFrame]:
            async for frame in audio:
                heard.append(frame)
                yield frame

        async with aclosing(self._knowing.transcribe(listened(), hints)) as known:
            async for transcript in known:
                if transcript.is_final:
                    self.longest_s = max(self.longest_s, sum(frame.duration_s for frame in heard))
                if transcript.is_final and not transcript.text and self._is_strange(heard):
                    yield Transcript(self._of_strangers, is_final=True)
                else:
                    yield transcript

    def _is_strange(self, heard: Sequence[AudioFrame]) -> bool:
        """Whether there is sound in which nobody whom it knows says anything."""
        loud = sum(level_dbfs(frame.samples) > self._faintest_dbfs for frame in heard)
        if loud < _FEWEST_FRAMES:
            return False
        start, end = heard[0].start, heard[-1].end
        return not any(at < end and at + len(said.samples) > start for at, said in self._schedule)
