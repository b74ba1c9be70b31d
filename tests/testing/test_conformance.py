"""The checks must fail for stages that break their contract: each of these breaks one clause."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import Literal

import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Framer, level_dbfs, silence
from voiced.stages import Hints, Hypothesis, SpokenAudio, Transcript, Voice, WordTiming
from voiced.testing import clock
from voiced.testing.conformance import (
    check_synthesizer,
    check_transcriber,
    check_voice_detector,
)

pytestmark = pytest.mark.anyio

Backend = Literal["asyncio", "trio"]
VOICE = Voice("test", "test")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    return request.param


class Stage:
    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...


class Beeper(Stage):
    """A right synthesizer; the others are made from it."""

    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        samples = np.full(100, 1000, np.int16)
        return SpokenAudio(samples, RATE_HZ, (WordTiming(word, start, 0, 100),))

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        start = 0
        for word in sentence.split():
            start = sentence.index(word, start)
            yield self.piece(sentence, start, word)


class FloatBeeper(Beeper):
    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        return SpokenAudio(np.ones(100), RATE_HZ)  # type: ignore[arg-type]


class SilentBeeper(Beeper):
    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        return SpokenAudio(silence(100), RATE_HZ)


class EmptyBeeper(Beeper):
    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        return SpokenAudio(silence(0), RATE_HZ)


class MixedRateBeeper(Beeper):
    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        return SpokenAudio(np.full(100, 9, np.int16), RATE_HZ + start)


class LateBeeper(Beeper):
    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        timing = WordTiming(word, start, 0, 101)
        return SpokenAudio(np.full(100, 9, np.int16), RATE_HZ, (timing,))


class MisplacedBeeper(Beeper):
    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        return super().piece(sentence, start + 1, word)


class RepeatingBeeper(Beeper):
    def piece(self, sentence: str, start: int, word: str) -> SpokenAudio:
        return super().piece(sentence, 0, sentence.split(maxsplit=1)[0])


class ChattyBeeper(Beeper):
    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        async with aclosing(super().synthesize(sentence or "hm", voice)) as pieces:
            async for piece in pieces:
                yield piece


async def test_a_right_synthesizer_passes() -> None:
    await check_synthesizer(Beeper(), VOICE)


@pytest.mark.parametrize(
    ("synthesizer", "clause"),
    [
        (FloatBeeper(), "not int16"),
        (SilentBeeper(), "the sentence is silent"),
        (EmptyBeeper(), "without samples"),
        (MixedRateBeeper(), "the rate changes"),
        (LateBeeper(), "does not lie in its piece"),
        (MisplacedBeeper(), "the text has"),
        (RepeatingBeeper(), "out of order"),
        (ChattyBeeper(), "sound for the blank text"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_wrong_synthesizer_fails(synthesizer: Beeper, clause: str) -> None:
    with pytest.raises(AssertionError, match=clause):
        await check_synthesizer(synthesizer, VOICE)


class LevelDetector(Stage):
    """A right voice detector."""

    def speech_probability(self, frame: AudioFrame) -> float:
        return float(level_dbfs(frame.samples) > -40)

    def reset(self) -> None: ...


class SureDetector(LevelDetector):
    def speech_probability(self, frame: AudioFrame) -> float:
        return 1.0


class PercentDetector(LevelDetector):
    def speech_probability(self, frame: AudioFrame) -> float:
        return 40 * super().speech_probability(frame)


class ForgetlessDetector(LevelDetector):
    count = 0

    def speech_probability(self, frame: AudioFrame) -> float:
        self.count += bool(np.any(frame.samples))
        return 1.0 / max(3, self.count)


class MutingDetector(LevelDetector):
    def speech_probability(self, frame: AudioFrame) -> float:
        frame.samples[:] = 0
        return 0.0


async def test_a_right_detector_passes() -> None:
    await check_voice_detector(LevelDetector())


@pytest.mark.parametrize(
    ("detector", "clause"),
    [
        (SureDetector(), "digital silence is speech"),
        (PercentDetector(), r"not in \[0, 1\]"),
        (ForgetlessDetector(), "does not forget"),
        (MutingDetector(), "changes the frame"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_wrong_detector_fails(detector: LevelDetector, clause: str) -> None:
    with pytest.raises(AssertionError, match=clause):
        await check_voice_detector(detector)


def partial(text: str) -> Transcript:
    return Transcript(text, is_final=False)


def final(text: str, confidence: float = 1.0, *others: str) -> Transcript:
    alternatives = tuple(Hypothesis(other, 0.5) for other in others)
    return Transcript(text, is_final=True, confidence=confidence, alternatives=alternatives)


class Scripted(Stage):
    """Says its script at the end of a sound; with the right script it is a right transcriber."""

    def __init__(self, *script: Transcript, supports_partials: bool = True) -> None:
        self.script = script
        self.supports_partials = supports_partials

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        heard = [frame async for frame in audio]
        for transcript in self.script if heard else [final("")]:
            yield transcript


class Hasty(Scripted):
    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        yield final("yes")


class Inventive(Scripted):
    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        async for _ in audio:
            pass
        yield final("thank you for watching")


class Mixing(Scripted):
    heard = 0

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        async for _ in audio:
            self.heard += 1
        yield final(f"{self.heard} frames")


FRAMES = list(Framer().feed(np.full(10 * FRAME_SAMPLES, 1000, np.int16)))


@pytest.mark.parametrize(
    "transcriber",
    [
        Scripted(final("open it")),
        Scripted(partial("open"), partial("open it"), final("open it", 0.4, "opening")),
        Scripted(final("open it"), supports_partials=False),
    ],
)
def test_a_right_transcriber_passes(anyio_backend: Backend, transcriber: Scripted) -> None:
    clock.run(check_transcriber, transcriber, FRAMES, backend=anyio_backend)


@pytest.mark.parametrize(
    ("transcriber", "clause"),
    [
        (Scripted(partial("open it")), "the last one is not final"),
        (Scripted(), "the last one is not final"),
        (Scripted(final("open"), final("open")), "more than one final"),
        (Scripted(partial("open"), final("open"), supports_partials=False), "is False"),
        (Scripted(final("open", 1.5)), "confidence 1.5"),
        (Scripted(final(" open")), "spaces around"),
        (Scripted(partial(""), final("open")), "a partial without text"),
        (Scripted(final("open", 1.0, "open")), "among its own alternatives"),
        (Scripted(final("open", 1.0, "oh", "oh")), "stands there twice"),
        (Scripted(final("")), "nothing was transcribed"),
        (Hasty(), "final before the end"),
        (Inventive(), "without sound"),
        (Mixing(), "changes the next one"),
    ],
)
def test_a_wrong_transcriber_fails(
    anyio_backend: Backend, transcriber: Scripted, clause: str
) -> None:
    with pytest.raises(AssertionError, match=clause):
        clock.run(check_transcriber, transcriber, FRAMES, backend=anyio_backend)
