from __future__ import annotations

import numpy as np
import pytest

from voiced.audio import level_dbfs
from voiced.sound.loudness import Loudness, amplified, gain_of

RATE_HZ = 16_000
LOUD = np.full(RATE_HZ // 10, 10_000, np.int16)


@pytest.mark.parametrize(("db", "gain"), [(0, 1.0), (-20, 0.1), (6.0206, 2.0)])
def test_gain_of(db: float, gain: float) -> None:
    assert gain_of(db) == pytest.approx(gain, rel=1e-4)


def test_nothing_changes_until_it_is_moved() -> None:
    assert Loudness().apply(LOUD, RATE_HZ) is LOUD


@pytest.mark.parametrize("piece", [1, 7, 160, 1600])
def test_the_way_down_and_up_is_even_however_it_is_cut(piece: int) -> None:
    loudness = Loudness()
    parts = []
    for gain in (0.2, 1.0):
        loudness.move(gain)
        parts += [loudness.apply(LOUD[k : k + piece], RATE_HZ) for k in range(0, 1600, piece)]
    sound = np.concatenate(parts).astype(int)
    assert np.abs(np.diff(sound)).max() <= 10_000 / 320 + 1  # 20 ms from silence to full
    assert set(sound[260:1600]) == {2_000}
    assert set(sound[1860:]) == {10_000}


def test_a_fade_ends_in_silence_and_says_so() -> None:
    loudness = Loudness()
    loudness.move(0.0, ramp_s=0.005)
    assert not loudness.is_silent
    faded = loudness.apply(LOUD, RATE_HZ)
    assert faded[0] > 9_000
    assert not faded[80:].any()
    assert loudness.is_silent


def test_what_is_made_too_loud_is_clipped() -> None:
    loudness = Loudness()
    loudness.move(gain_of(20.0))
    assert loudness.apply(np.tile(LOUD, 2), RATE_HZ)[-1] == 32_767


SPEECH = np.rint(20_000 * np.sin(np.arange(RATE_HZ) * 0.2)).astype(np.int16)


@pytest.mark.parametrize("db", [-18.0, -6.0, 3.0])
def test_sound_is_made_softer_or_louder(db: float) -> None:
    soft = (SPEECH // 10).astype(np.int16)
    assert level_dbfs(amplified(soft, db)) - level_dbfs(soft) == pytest.approx(db, abs=0.1)


def test_nothing_is_done_where_nothing_is_asked() -> None:
    assert amplified(SPEECH, 0.0) is SPEECH
    assert len(amplified(SPEECH[:0], 6.0)) == 0


def test_loud_sound_is_bent_and_not_cut_off() -> None:
    loud = amplified(SPEECH, 12.0).astype(int)
    assert 32_000 < np.abs(loud).max() <= 32_767
    tops = np.abs(loud) == np.abs(loud).max()
    assert np.mean(tops) < 0.5 * np.mean(np.abs(SPEECH * gain_of(12.0)) >= 32_767)
    assert np.all(np.sign(loud) == np.sign(SPEECH))
    steps = np.argsort(SPEECH.astype(int))
    assert np.all(np.diff(loud[steps]) >= 0)  # what was louder is still no softer
