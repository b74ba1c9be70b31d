"""What one transcriber could not make out, the next one hears again, from the first sample on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio
import pytest
from breaking_engines import SAYS, BreakingTranscriber, watched

from voiced.audio import AudioFrame
from voiced.errors import ModelMissing, TranscriptionError
from voiced.stages import Hints, Transcript
from voiced.supervision import Spare, SupervisedTranscriber
from voiced.testing import clock
from voiced.testing.conformance import check_transcriber
from voiced.testing.fakes import FakeMicrophone, FakeTranscriber

FULL = 16_000


async def sound() -> AsyncGenerator[AudioFrame]:
    async with aclosing(FakeMicrophone(SAYS, 1.0).frames()) as frames:
        async for frame in frames:
            yield frame


async def heard(transcriber: SupervisedTranscriber) -> list[Transcript]:
    async with aclosing(transcriber.transcribe(sound(), Hints())) as readings:
        return [reading async for reading in readings]


def spares(*engines: BreakingTranscriber) -> list[Spare]:  # type: ignore[type-arg]
    return [
        Spare(f"engine {number}", lambda engine=engine: engine)  # type: ignore[misc]
        for number, engine in enumerate(engines)
    ]


@pytest.mark.parametrize("breaks", ["raises", "hangs", "dies early"])
def test_a_broken_one_gives_the_whole_utterance_to_the_next(breaks: str) -> None:
    async def body() -> None:
        supervisor, changes = watched()
        bad, good = BreakingTranscriber(breaks), BreakingTranscriber()
        transcriber = SupervisedTranscriber(spares(bad, good), supervisor)
        await transcriber.prepare()
        assert not good.prepared, "nothing is loaded before it is needed"
        began_s = anyio.current_time()
        *partials, final = await heard(transcriber)
        assert final == Transcript("what time is it", is_final=True)
        assert not any(partial.is_final for partial in partials)
        assert good.lengths == [FULL]
        assert anyio.current_time() - began_s < 9
        assert changes == []

    clock.run(body)


def test_after_three_failures_the_next_one_is_asked_first_and_then_the_better_one_again() -> None:
    async def body() -> None:
        supervisor, changes = watched()
        bad, good = BreakingTranscriber("raises"), BreakingTranscriber()
        transcriber = SupervisedTranscriber(spares(bad, good), supervisor)
        for _ in range(5):
            await heard(transcriber)
        assert len(bad.lengths) == 3
        assert [(each.engine, each.level, each.reason) for each in changes] == [
            ("engine 1", 1, "transcription_error")
        ]
        bad.breaks = ""
        await anyio.sleep(60)
        await heard(transcriber)
        await heard(transcriber)
        assert len(bad.lengths) == 5
        assert [(each.engine, each.level, each.reason) for each in changes[1:]] == [
            ("engine 0", 0, "")
        ]

    clock.run(body)


def test_what_two_cannot_do_is_the_failure() -> None:
    async def body() -> None:
        supervisor, _ = watched()
        engines = [BreakingTranscriber("raises"), BreakingTranscriber("raises")]
        transcriber = SupervisedTranscriber(spares(*engines, BreakingTranscriber()), supervisor)
        with pytest.raises(TranscriptionError):
            await heard(transcriber)

    clock.run(body)


def test_one_alone_fails_as_it_would_by_itself() -> None:
    async def body() -> None:
        supervisor, changes = watched()
        transcriber = SupervisedTranscriber(spares(BreakingTranscriber("hangs")), supervisor)
        for _ in range(4):
            with pytest.raises(TranscriptionError, match="no transcript within 7 s"):
                await heard(transcriber)
        assert changes == []

    clock.run(body)


def test_who_cannot_be_loaded_is_done_without_and_that_is_told() -> None:
    async def body() -> None:
        supervisor, changes = watched()
        missing, good = BreakingTranscriber("is missing"), BreakingTranscriber()
        transcriber = SupervisedTranscriber(spares(missing, good), supervisor)
        await transcriber.prepare()
        assert (await heard(transcriber))[-1].text == "what time is it"
        assert [(each.engine, each.reason) for each in changes] == [("engine 1", "model_missing")]
        await transcriber.aclose()
        assert good.closed

    clock.run(body)


def test_nothing_can_be_loaded() -> None:
    async def body() -> None:
        supervisor, _ = watched()
        engines = [BreakingTranscriber("is missing"), BreakingTranscriber("is missing")]
        with pytest.raises(ModelMissing):
            await SupervisedTranscriber(spares(*engines), supervisor).prepare()

    clock.run(body)


def test_a_long_utterance_is_not_hurried() -> None:
    """Only its end begins the time."""

    async def body() -> None:
        supervisor, changes = watched()
        slow = FakeTranscriber(SAYS, delay_s=6.5)
        transcriber = SupervisedTranscriber([Spare("slow", lambda: slow)], supervisor)
        assert (await heard(transcriber))[-1].text == "what time is it"
        assert changes == []

    clock.run(body)


def test_it_is_a_transcriber() -> None:
    async def body() -> None:
        supervisor, _ = watched()
        fake = FakeTranscriber(SAYS)
        transcriber = SupervisedTranscriber([Spare("fake", lambda: fake)], supervisor)
        await check_transcriber(transcriber, [frame async for frame in sound()])

    clock.run(body)
