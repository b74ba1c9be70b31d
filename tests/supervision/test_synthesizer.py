"""What one voice cannot finish, the next one goes on with, at the word where it broke."""

from __future__ import annotations

from contextlib import aclosing

import anyio
import pytest
from breaking_engines import BreakingSynthesizer, watched

from voiced.errors import SynthesisError
from voiced.stages import SpokenAudio, Voice
from voiced.supervision import Spare, SpokenBy, SupervisedSynthesizer
from voiced.testing import clock
from voiced.testing.conformance import check_synthesizer
from voiced.testing.fakes import FAKE_VOICE, FakeSynthesizer

SENTENCE = "It is half past seven."
SIMPLE = Voice("simple", "espeak", pitch=0.3)


def by(engine: BreakingSynthesizer, voice: Voice | None = None) -> SpokenBy:
    return SpokenBy(Spare("simple" if voice else "better", lambda: engine), voice)


async def spoken(synthesizer: SupervisedSynthesizer) -> list[SpokenAudio]:
    async with aclosing(synthesizer.synthesize(SENTENCE, FAKE_VOICE)) as pieces:
        return [piece async for piece in pieces]


def words(pieces: list[SpokenAudio]) -> list[str]:
    """The words where they stand in the sentence."""
    return [
        SENTENCE[word.text_start : word.text_start + len(word.word)]
        for piece in pieces
        for word in piece.words
    ]


@pytest.mark.parametrize("breaks", ["raises", "hangs"])
@pytest.mark.parametrize("after", range(5))
def test_the_sentence_is_said_once_whoever_says_it(breaks: str, after: int) -> None:
    async def body() -> None:
        supervisor, changes = watched()
        bad, good = BreakingSynthesizer(breaks), BreakingSynthesizer()
        bad.pieces = after
        synthesizer = SupervisedSynthesizer([by(bad), by(good, SIMPLE)], supervisor)
        await synthesizer.prepare()
        assert words(await spoken(synthesizer)) == SENTENCE.split()
        assert good.said == SENTENCE[len(" ".join(SENTENCE.split()[:after])) :]
        assert changes == []

    clock.run(body)


def test_after_three_failures_the_simple_one_speaks_and_then_the_better_one_again() -> None:
    async def body() -> None:
        supervisor, changes = watched()
        bad, good = BreakingSynthesizer("raises"), BreakingSynthesizer()
        synthesizer = SupervisedSynthesizer([by(bad), by(good, SIMPLE)], supervisor)
        for _ in range(4):
            assert words(await spoken(synthesizer)) == SENTENCE.split()
        assert [(each.engine, each.level) for each in changes] == [("simple", 1)]
        bad.breaks = ""
        await anyio.sleep(60)
        assert words(await spoken(synthesizer)) == SENTENCE.split()
        assert [(each.engine, each.level) for each in changes] == [("simple", 1), ("better", 0)]

    clock.run(body)


def test_the_last_one_fails_as_it_would_by_itself() -> None:
    async def body() -> None:
        supervisor, _ = watched()
        engines = [by(BreakingSynthesizer("raises")), by(BreakingSynthesizer("raises"), SIMPLE)]
        with pytest.raises(SynthesisError):
            await spoken(SupervisedSynthesizer(engines, supervisor))

    clock.run(body)


def test_a_voice_that_cannot_be_loaded_is_done_without() -> None:
    async def body() -> None:
        supervisor, changes = watched()
        missing, good = BreakingSynthesizer("is missing"), BreakingSynthesizer()
        synthesizer = SupervisedSynthesizer([by(missing), by(good, SIMPLE)], supervisor)
        await synthesizer.prepare()
        assert words(await spoken(synthesizer)) == SENTENCE.split()
        assert [(each.engine, each.reason) for each in changes] == [("simple", "model_missing")]

    clock.run(body)


def test_a_simple_voice_keeps_the_speed_and_the_volume_that_are_asked_for() -> None:
    asked = Voice("mine", "piper", model="mine.onnx", speed=1.5, volume_db=-6.0)
    assert SpokenBy(Spare("", BreakingSynthesizer), SIMPLE).as_asked(asked) == Voice(
        "simple", "espeak", pitch=0.3, speed=1.5, volume_db=-6.0
    )


def test_it_is_a_synthesizer() -> None:
    async def body() -> None:
        supervisor, _ = watched()
        fake = SpokenBy(Spare("fake", FakeSynthesizer))
        await check_synthesizer(SupervisedSynthesizer([fake], supervisor), FAKE_VOICE)

    clock.run(body)
