from __future__ import annotations

from contextlib import aclosing

import anyio
import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, silence
from voiced.bench.material import Utterance, Word
from voiced.bench.standins import StandInTranscriber
from voiced.stages import Hints
from voiced.testing import clock
from voiced.testing.conformance import check_transcriber

MS = RATE_HZ // 1000
TWO_WORDS = Utterance(
    np.full(1000 * MS, 500, np.int16),
    (Word("stop", 0, 400 * MS), Word("please", 500 * MS, 1000 * MS)),
)


def frames(from_ms: int, to_ms: int) -> list[AudioFrame]:
    starts = range(from_ms * MS, to_ms * MS, FRAME_SAMPLES)
    return [AudioFrame(silence(FRAME_SAMPLES), RATE_HZ, start) for start in starts]


async def heard(transcriber: StandInTranscriber, *spans: tuple[int, int]):
    """Transcripts as (ms of the sound or None, text, is it final) and what the end took, in ms."""
    at: list[float] = [0.0]
    ended_s = 0.0

    async def audio():
        nonlocal ended_s
        for span in spans:
            for frame in frames(*span):
                at[0] = frame.end / MS
                yield frame
        ended_s = anyio.current_time()

    async with aclosing(transcriber.transcribe(audio(), Hints())) as transcripts:
        found = [(at[0], each.text, each.is_final) async for each in transcripts]
    return found, round((anyio.current_time() - ended_s) * 1000, 3)


@pytest.mark.parametrize("partials", [True, False])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_conforms(backend, partials):
    transcriber = StandInTranscriber([(0, TWO_WORDS)], partials=partials)
    clock.run(check_transcriber, transcriber, frames(0, 1200), backend=backend)


def test_partials_come_80_ms_after_each_word_and_the_final_80_ms_after_the_sound():
    transcriber = StandInTranscriber([(100 * MS, TWO_WORDS)])
    found, end_ms = clock.run(heard, transcriber, (0, 1400))
    assert found == [
        (580, "stop", False),
        (1180, "stop please", False),
        (1400, "stop please", True),
    ]
    assert end_ms == 80
    assert [text for _, text in transcriber.finals] == ["stop please"]


def test_words_count_whose_sound_was_mostly_there():
    transcriber = StandInTranscriber([(0, TWO_WORDS)])
    for spans, text in [
        ([(0, 740)], "stop"),
        ([(0, 780)], "stop please"),
        ([(240, 600)], ""),
        ([(160, 600)], "stop"),
        ([(0, 120), (300, 440), (500, 640)], "stop"),  # frames were lost
        ([(1000, 2000)], ""),
    ]:
        found, _ = clock.run(heard, transcriber, *spans)
        assert found[-1][1:] == (text, True), spans


def test_the_schedule_grows_while_it_listens():
    schedule: list[tuple[int, Utterance]] = []
    transcriber = StandInTranscriber(schedule, partials=False)
    assert not transcriber.supports_partials
    assert clock.run(heard, transcriber, (0, 2000))[0] == [(2000, "", True)]
    schedule += [(1000 * MS, TWO_WORDS), (-100 * MS, TWO_WORDS)]
    assert clock.run(heard, transcriber, (0, 2000))[0][-1][1] == "stop please stop please"


def test_another_delay():
    transcriber = StandInTranscriber([(0, TWO_WORDS)], delay_s=0.0)
    found, end_ms = clock.run(heard, transcriber, (0, 1000))
    assert [at for at, *_ in found] == [400, 1000, 1000]
    assert end_ms == 0
