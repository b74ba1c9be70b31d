"""The sets that are spoken: their sizes, their labels, and that words are where they are said."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from voiced.audio import level_dbfs
from voiced.bench import material
from voiced.bench.material import recipes
from voiced.bench.material.pauses import LONGEST_S, MEDIAN_S, SHORTEST_S
from voiced.bench.material.studio import TALKERS, studio
from voiced.bench.material.utterances import AUDIBLE

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

SETS = (material.interruptions, material.backchannels, material.pauses, material.complete)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.parametrize("make", SETS)
async def test_words_are_where_the_sound_is(make):
    for take in await make(60):
        samples, words = take.utterance.samples, take.utterance.words
        assert np.abs(samples[[0, -1]].astype(int)).min() >= AUDIBLE, take.text
        assert all(0 <= word.start < word.end <= len(samples) for word in words), take.text
        assert all(one.end <= two.start for one, two in pairwise(words)), take.text
        assert all(word.text == word.text.strip(".,?! ") != "" for word in words)
        for word in words:
            assert level_dbfs(samples[word.start : word.end]) > -45, (take.text, word)
        # what lies between words is a pause, or the silence in which a stop consonant begins
        inside = np.zeros(len(samples), bool)
        for word in words:
            inside[word.start : word.end] = True
        if words and not inside.all():
            assert level_dbfs(samples[~inside]) < level_dbfs(samples[inside]) - 12, take.text


@pytest.mark.parametrize("make", SETS)
async def test_the_same_every_time_and_the_beginning_of_more(make):
    first = await make(12)
    recipes._made.clear()
    again = await make(15)
    for one, two in zip(first, again[:12], strict=True):
        assert np.array_equal(one.utterance.samples, two.utterance.samples)
        assert (one.kind, one.utterance.words, one.pauses) == (
            *(two.kind, two.utterance.words, two.pauses),
        )
    assert (await make(3))[2] is again[2]


async def test_real_interruptions():
    takes = await material.interruptions()
    kinds = Counter(take.kind for take in takes)
    assert len(takes) == 200
    assert set(kinds) == set(material.INTERRUPTION_KINDS)
    assert min(kinds.values()) >= 40
    assert len({take.text for take in takes}) == 40
    assert {take.voice for take in takes} == {voice.name for voice in TALKERS}
    assert {"stop", "hold on", "no I meant the second one"} <= {take.text for take in takes}
    assert all(0.2 < take.utterance.seconds < 3.5 for take in takes)


async def test_backchannels_are_half_words_half_noises():
    takes = await material.backchannels()
    assert len(takes) == 200
    assert {take.kind for take in takes} == set(material.BACKCHANNEL_KINDS)
    assert 0.5 < sum(take.text != "" for take in takes) / 200 < 0.7
    assert all(take.text in {"", take.kind} for take in takes)
    assert {take.kind for take in takes if not take.text} == {
        *("cough", "laugh", "breath", "sneeze", "door slam"),
    }
    coughs = [take.utterance.samples for take in takes if take.kind == "cough"]
    assert len({len(each) for each in coughs}) > 5


async def test_pauses_are_as_long_as_peoples():
    takes = await material.pauses()
    assert len(takes) == 300
    kinds = Counter(take.kind for take in takes)
    assert set(kinds) == set(material.PAUSE_KINDS)
    assert min(kinds.values()) >= 40
    lengths_s = [pause.seconds for take in takes for pause in take.pauses]
    assert min(lengths_s) >= SHORTEST_S
    assert max(lengths_s) <= LONGEST_S
    assert float(np.median(lengths_s)) == pytest.approx(MEDIAN_S, rel=0.1)
    for take in takes:
        samples, words = take.utterance.samples, take.utterance.words
        assert take.pauses
        for pause in take.pauses:
            assert not samples[pause.start : pause.end].any()
            assert samples[pause.start - 1] != 0 != samples[pause.end]
            assert any(word.end <= pause.start for word in words)
            assert any(word.start >= pause.end for word in words)
            assert not any(word.start < pause.end and word.end > pause.start for word in words)


async def test_complete_ones_have_no_pause():
    takes = await material.complete()
    assert len(takes) == 100
    assert {take.kind for take in takes} == set(material.COMPLETE_KINDS)
    assert not any(take.pauses for take in takes)


async def test_words_said_in_one_breath_share_their_time():
    async with studio() as room:
        found = await room.say("that's out of the question.", TALKERS[0])
    assert [word.text for word in found.words] == ["that's", "out", "of", "the", "question"]
    assert all(word.end > word.start for word in found.words)


async def test_no_text_no_sound():
    async with studio() as room:
        found = await room.say(" ", TALKERS[0])
    assert not len(found.samples)
    assert not found.words
