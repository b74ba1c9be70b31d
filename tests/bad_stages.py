"""Stages that make sound and words worse than any real one should: for evenings in bad rooms."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import aclosing

import numpy as np

from voiced.audio import AudioFrame, Resampler, level_dbfs, silence
from voiced.bench.material import Utterance
from voiced.bench.standins import StandInTranscriber
from voiced.stages import Hints, Microphone, SpokenAudio, Synthesizer, Transcript, Voice

__all__ = ["AtRate", "Imagining", "Spoiled", "quiet"]

_FAINT_DBFS, _FEWEST_FRAMES = -55.0, 3


class Imagining:
    """Knows what the user says; in any other sound it hears an order, for sure.

    ``longest_s`` is the longest sound that it was given.

    Args:
        schedule: What the user says from which sample on; it may grow.
        of_strangers: What it makes of any other sound.
    """

    supports_partials = True

    def __init__(self, schedule: list[tuple[int, Utterance]], of_strangers: str) -> None:
        self._schedule = schedule
        self._of_strangers = of_strangers
        self._knowing = StandInTranscriber(schedule)
        self.longest_s = 0.0

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """What is known, or else the order."""
        heard: list[AudioFrame] = []
        told = ""

        async def listened() -> AsyncGenerator[AudioFrame]:
            async for frame in audio:
                heard.append(frame)
                yield frame

        async with aclosing(self._knowing.transcribe(listened(), hints)) as known:
            async for transcript in known:
                told = transcript.text
                if told or not transcript.is_final:
                    yield transcript
        self.longest_s = max(self.longest_s, len(heard) * 0.02)
        if not told:
            is_imagined = self._is_alone(heard) and _is_audible(heard)
            yield Transcript(self._of_strangers if is_imagined else "", is_final=True)

    def _is_alone(self, heard: Sequence[AudioFrame]) -> bool:
        """Whether nobody whom it knows says anything in this sound."""
        if not heard:
            return False
        start, end = heard[0].start, heard[-1].end
        return not any(at < end and at + len(said.samples) > start for at, said in self._schedule)


class Spoiled:
    """A microphone around another one, that loses frames or changes them.

    Args:
        microphone: The one inside.
        spoil: Gives the frame instead, or None where it is lost; it may raise DeviceError.
    """

    def __init__(
        self, microphone: Microphone, spoil: Callable[[AudioFrame], AudioFrame | None]
    ) -> None:
        self._microphone = microphone
        self._spoil = spoil

    async def prepare(self) -> None:
        """Nothing to open."""

    async def aclose(self) -> None:
        """Nothing to close."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """What is left of the frames."""
        async with aclosing(self._microphone.frames()) as frames:
            async for frame in frames:
                spoiled = self._spoil(frame)
                if spoiled is not None:
                    yield spoiled


def quiet(frame: AudioFrame) -> AudioFrame:
    """The frame as zeros."""
    return AudioFrame(silence(len(frame.samples)), frame.rate_hz, frame.start)


class AtRate:
    """A voice whose sound comes at another rate, a sentence a piece.

    Args:
        engine: Speaks.
        rate_hz: The rate of what comes out.
    """

    def __init__(self, engine: Synthesizer, rate_hz: int) -> None:
        self._engine = engine
        self._rate_hz = rate_hz

    async def prepare(self) -> None:
        """Prepare the one that speaks."""
        await self._engine.prepare()

    async def aclose(self) -> None:
        """Close it."""
        await self._engine.aclose()

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """The sentence."""
        async with aclosing(self._engine.synthesize(sentence, voice)) as spoken:
            pieces = [piece async for piece in spoken]
        resampler = Resampler(pieces[0].rate_hz, self._rate_hz)
        sound = [*(resampler.feed(piece.samples) for piece in pieces), resampler.flush()]
        yield SpokenAudio(np.concatenate(sound), self._rate_hz)


def _is_audible(heard: Sequence[AudioFrame]) -> bool:
    """Whether there is anything that could be taken for a word."""
    loud = sum(level_dbfs(frame.samples) > _FAINT_DBFS for frame in heard)
    return loud >= _FEWEST_FRAMES
