"""What was heard, told from the samples alone, whatever the system did on the way."""

from __future__ import annotations

from contextlib import aclosing

import numpy as np
import pytest

from voiced.audio import RATE_HZ, AudioFrame
from voiced.bench.standins import (
    IdealSpeaker,
    StandInSynthesizer,
    Stretch,
    heard_text,
    heard_words,
)
from voiced.testing import clock
from voiced.testing.fakes import FAKE_VOICE

SENTENCES = ("The king kept eleven horses.", "Nobody knew why.")


async def synthesized() -> StandInSynthesizer:
    synthesizer = StandInSynthesizer()
    for sentence in SENTENCES:
        async with aclosing(synthesizer.synthesize(sentence, FAKE_VOICE)) as chunks:
            async for _ in chunks:
                pass
    return synthesizer


@pytest.fixture(scope="module")
def spoken():
    return clock.run(synthesized).spoken


def out(*sounds, gain=1.0) -> list[Stretch]:
    return [Stretch(0.0, (each * gain).astype(np.int16), each, RATE_HZ) for each in sounds]


def test_all_of_it(spoken):
    words = heard_words(out(*(each.samples for each in spoken)), spoken)
    assert heard_text(words) == " ".join(SENTENCES)
    assert {(word.share, word.times) for word in words} == {(1.0, 1.0)}
    assert [(word.text, word.sentence, word.at) for word in words[-3:]] == [
        *(("Nobody", 1, 0), ("knew", 1, 7), ("why.", 1, 12)),
    ]


def test_cut_in_the_middle_of_a_word(spoken):
    word = spoken[0].words[3]
    until = (word.start + word.end) // 2
    words = heard_words(out(spoken[0].samples[:until]), spoken)
    assert heard_text(words) == "The king kept ele"
    assert not any(word.times for word in words[4:])


def test_what_was_soft_was_not_heard(spoken):
    cut = spoken[0].words[2].start
    loud, soft = spoken[0].samples[:cut], spoken[0].samples[cut:]
    words = heard_words([*out(loud), *out(soft, gain=0.1)], spoken)
    assert heard_text(words) == "The king"
    assert heard_text(heard_words([*out(loud), *out(soft, gain=0.7)], spoken)) == SENTENCES[0]


def test_taken_up_again_at_the_word_that_was_cut(spoken):
    sound, word = spoken[0].samples, spoken[0].words[2]
    half = (word.start + word.end) // 2
    words = heard_words(out(sound[:half], sound[word.start :]), spoken)
    assert heard_text(words) == SENTENCES[0]
    assert words[2].times == pytest.approx(1.5, abs=0.2)
    assert {each.times for each in words if each.at != words[2].at and not each.sentence} == {1.0}


def test_nothing(spoken):
    assert heard_text(heard_words([], spoken)) == ""
    assert heard_words([], []) == ()


def test_through_the_loudspeaker_in_frames_of_20_ms(spoken):
    async def play() -> IdealSpeaker:
        speaker = IdealSpeaker()
        playback = speaker.open()
        for at in range(0, len(spoken[0].samples), 320):
            await playback.play(AudioFrame(spoken[0].samples[at : at + 320], RATE_HZ, at))
        await playback.drain()
        return speaker

    speaker = clock.run(play)
    assert heard_text(heard_words(speaker.stretches, spoken)) == SENTENCES[0]
