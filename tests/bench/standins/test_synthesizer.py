from __future__ import annotations

from contextlib import aclosing

import anyio
import numpy as np
import pytest

from voiced.audio import RATE_HZ
from voiced.bench.standins import StandInSynthesizer
from voiced.engines.espeak import EspeakSynthesizer
from voiced.stages import Voice
from voiced.testing import clock
from voiced.testing.conformance import check_synthesizer
from voiced.testing.fakes import FAKE_VOICE, FakeSynthesizer

SENTENCE = "One moment, please."


async def spoken(synthesizer: StandInSynthesizer, take: int | None = None):
    """The chunks, with when they came, in ms."""
    begin_s = anyio.current_time()
    found = []
    async with aclosing(synthesizer.synthesize(SENTENCE, FAKE_VOICE)) as chunks:
        async for chunk in chunks:
            found.append((round((anyio.current_time() - begin_s) * 1000, 3), chunk))
            if len(found) == take:
                break
    return found


@pytest.mark.parametrize("with_timings", [True, False])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_conforms(backend, with_timings):
    engine = StandInSynthesizer(with_timings=with_timings)
    clock.run(check_synthesizer, engine, FAKE_VOICE, backend=backend)
    around = StandInSynthesizer(with_timings=with_timings, engine=FakeSynthesizer())
    clock.run(check_synthesizer, around, FAKE_VOICE, backend=backend)


def test_the_first_chunk_takes_80_ms_and_a_chunk_is_a_word():
    synthesizer = StandInSynthesizer()
    found = clock.run(spoken, synthesizer)
    assert [chunk.words[0].word for _, chunk in found] == ["One", "moment,", "please."]
    assert found[0][0] == 80
    assert found[1][0] == 80 + 0.1 * len(found[0][1].samples) / RATE_HZ * 1000
    (said,) = synthesizer.spoken
    assert (said.first_chunk_at_s, said.closed_at_s) == (pytest.approx(0.08), None)
    assert np.array_equal(said.samples, np.concatenate([chunk.samples for _, chunk in found]))
    assert said.words[1].start == len(found[0][1].samples)
    assert said.words[0].end == 3 * 0.06 * RATE_HZ


def test_without_timings_a_chunk_is_100_ms():
    synthesizer = StandInSynthesizer(with_timings=False)
    found = clock.run(spoken, synthesizer)
    assert not any(chunk.words for _, chunk in found)
    assert {len(chunk.samples) for _, chunk in found[:-1]} == {RATE_HZ // 10}
    assert [at for at, _ in found[:3]] == [80, 90, 100]
    assert [word.word for word in synthesizer.spoken[0].words] == SENTENCE.split()


def test_when_it_was_closed_is_known():
    synthesizer = StandInSynthesizer()
    clock.run(spoken, synthesizer, 1)
    assert synthesizer.spoken[0].closed_at_s == pytest.approx(0.08)


def test_no_two_words_alike():
    synthesizer = StandInSynthesizer()
    clock.run(spoken, synthesizer)
    clock.run(spoken, synthesizer)
    one, two = (said.samples for said in synthesizer.spoken)
    assert len(one) == len(two)
    assert not np.array_equal(one, two)


@pytest.mark.engine
def test_a_real_voice_at_the_same_pace():
    async def speak():
        synthesizer = StandInSynthesizer(engine=EspeakSynthesizer())
        begin_s = anyio.current_time()
        async with aclosing(synthesizer.synthesize(SENTENCE, Voice("v", "espeak"))) as chunks:
            return await anext(chunks), anyio.current_time() - begin_s

    chunk, at_s = clock.run(speak)
    assert at_s == pytest.approx(0.08)
    assert chunk.words[0].word == "One"
