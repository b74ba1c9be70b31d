"""Stages that make sound worse than any real one should: for evenings in bad rooms."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import numpy as np

from voiced.audio import AudioFrame, Resampler, silence
from voiced.stages import Microphone, SpokenAudio, Synthesizer, Voice

__all__ = ["AtRate", "Spoiled", "quiet"]


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
