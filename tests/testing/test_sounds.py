from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import every

from voiced.audio import RATE_HZ, level_dbfs
from voiced.testing import sounds
from voiced.testing.room import active_level_dbfs

LONG: dict[str, Any] = {
    "babble": sounds.babble,
    "music": sounds.music_like,
    "television": sounds.television,
}


def centre_hz(sound) -> float:
    power = np.square(np.abs(np.fft.rfft(sound)))
    return float(np.sum(power * np.fft.rfftfreq(len(sound), 1 / RATE_HZ)) / np.sum(power))


@every("name", sorted(sounds.NOISES))
@every("seed", range(10))
def test_a_noise_is_short_does_not_click_and_is_its_own_kind(name: str, seed: int) -> None:
    make = sounds.NOISES[name]
    sound = make(seed)
    assert sound.dtype == np.int16
    assert np.array_equal(sound, make(seed))
    assert not np.array_equal(sound, make(seed + 100))
    assert 0.05 < len(sound) / RATE_HZ < 2.0
    assert np.abs(sound).max() == pytest.approx(16384, abs=2)
    assert max(abs(int(sound[0])), abs(int(sound[-1]))) < 400


def test_their_spectra_are_where_such_sounds_have_them() -> None:
    centres = {
        name: float(np.median([centre_hz(make(seed)) for seed in range(8)]))
        for name, make in sounds.NOISES.items()
    }
    assert centres["door slam"] < 350
    assert centres["mhm"] < 500
    assert centres["laugh"] < 1500
    assert centres["sneeze"] > 1500
    assert centres["key click"] > 1500
    assert 500 < centres["cough"] < 2500


def test_a_cough_begins_at_once_and_a_breath_swells() -> None:
    for seed in range(8):
        cough, breath = sounds.cough(seed), sounds.breath(seed)
        assert level_dbfs(cough[:320]) > active_level_dbfs(cough) - 3
        assert level_dbfs(breath[:320]) < active_level_dbfs(breath) - 3


@pytest.mark.parametrize("name", sorted(LONG))
def test_a_long_sound_has_its_length_and_may_be_looped(name: str) -> None:
    sound = LONG[name](5.0, 3)
    assert sound.shape == (5 * RATE_HZ,)
    assert np.array_equal(sound, LONG[name](5.0, 3))
    assert not np.array_equal(sound, LONG[name](5.0, 4))
    step = np.abs(np.diff(sound.astype(int)))
    assert abs(int(sound[0]) - int(sound[-1])) <= step.max()


def test_babble_is_mostly_taken_for_speech() -> None:
    import webrtcvad

    detector = webrtcvad.Vad(2)
    sound = sounds.babble(6.0, 1)
    frames = sound.reshape(-1, 320)
    assert np.mean([detector.is_speech(frame.tobytes(), RATE_HZ) for frame in frames]) > 0.5
