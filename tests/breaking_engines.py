"""Engines that break in every way, and what hears of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass, field

import anyio

from voiced.audio import AudioFrame
from voiced.errors import EngineError, ModelMissing, SynthesisError, TranscriptionError
from voiced.stages import Hints, SpokenAudio, Transcript, Voice
from voiced.supervision import Change, Supervisor
from voiced.testing.fakes import FakeSynthesizer, FakeTranscriber, Says

SAYS = [Says(0.0, "what time is it")]


@dataclass
class Ways:
    """``breaks``: "", "raises", "hangs", "dies early" or "is missing"."""

    breaks: str = ""
    prepared: int = 0
    closed: int = 0
    lengths: list[int] = field(default_factory=list)

    async def prepare(self) -> None:
        self.prepared += 1
        if self.breaks == "is missing":
            raise ModelMissing("there is no model", stage="transcriber")

    async def aclose(self) -> None:
        self.closed += 1

    async def fail(self, error: EngineError) -> None:
        if self.breaks == "hangs":
            await anyio.sleep_forever()
        if self.breaks:
            raise error


class BreakingTranscriber(Ways):
    """Hears what the fake hears, unless it breaks."""

    supports_partials = True

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        broken = TranscriptionError("it broke")
        if self.breaks == "dies early":
            raise broken
        heard = 0

        async def counted() -> AsyncGenerator[AudioFrame]:
            nonlocal heard
            async for frame in audio:
                heard += len(frame.samples)
                yield frame

        async for transcript in FakeTranscriber(SAYS).transcribe(counted(), hints):
            if transcript.is_final:
                self.lengths.append(heard)
                await self.fail(broken)
            yield transcript


class BreakingSynthesizer(Ways):
    """Speaks as the fake speaks; breaks after so many pieces."""

    pieces = 0
    said: str = ""

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        self.said = sentence
        count = 0
        async for piece in FakeSynthesizer().synthesize(sentence, voice):
            if count == self.pieces:
                await self.fail(SynthesisError("it broke"))
            count += 1
            yield piece


def watched() -> tuple[Supervisor, list[Change]]:
    """A supervisor by the loop's time, and what it tells."""
    changes: list[Change] = []
    supervisor = Supervisor(anyio.current_time)
    supervisor.listen(changes.append)
    return supervisor, changes
