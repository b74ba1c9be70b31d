import numpy as np
import pytest

from voiced.audio import level_dbfs, silence
from voiced.bench.material.utterances import (
    LEVEL_DBFS,
    Pause,
    Utterance,
    Word,
    at_talking_level,
    joined,
    trimmed,
)
from voiced.testing import signals


def loud(samples: int) -> np.ndarray:
    return np.full(samples, 1000, np.int16)


def test_what_cannot_be_heard_at_the_ends_goes_and_the_words_move():
    sound = np.concatenate([silence(100), loud(50), silence(70), loud(30), silence(40)])
    sound[10] = 199  # faint
    found = trimmed(sound, [Word("one", 90, 160), Word("two", 220, 290)])
    assert len(found.samples) == 150
    assert found.words == (Word("one", 0, 60), Word("two", 120, 150))
    assert found.text == "one two"
    assert not len(trimmed(silence(100), [Word("one", 0, 100)]).samples)


def test_parts_are_joined_with_real_silence():
    parts = [Utterance(loud(10), (Word("a", 2, 9),)), Utterance(loud(20), (Word("b", 0, 20),))]
    found, pauses = joined(parts, [30])
    assert pauses == (Pause(10, 40),)
    assert found.words == (Word("a", 2, 9), Word("b", 40, 60))
    assert not found.samples[10:40].any()
    assert len(found.samples) == 60


def test_everybody_talks_at_the_same_level():
    faint = signals.speech_like(1.0, level_dbfs=-60)
    assert level_dbfs(at_talking_level(faint)) == pytest.approx(LEVEL_DBFS, abs=0.5)
    padded = signals.concat(signals.silence(1.0), faint)
    assert level_dbfs(at_talking_level(padded)[16_000:]) == pytest.approx(LEVEL_DBFS, abs=0.5)
    click = silence(16_000)
    click[0::4000] = 20_000
    assert np.abs(at_talking_level(click).astype(int)).max() <= 31_000
    assert not at_talking_level(silence(10)).any()
