from __future__ import annotations

import numpy as np
import pytest
from cases import every

from voiced.audio import RATE_HZ
from voiced.engines.log_mel import HOP_SAMPLES, MELS, log_mel


def tone(hz: float, seconds: float = 1.0, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)).astype(
        np.float32
    )


def noise(samples: int, level: float = 0.1) -> np.ndarray:
    return np.random.default_rng(0).normal(0, level, samples).astype(np.float32)


@every("samples", [201, 320, 1599, 1600, 128_000])
def test_there_is_a_frame_for_each_hop(samples):
    features = log_mel(noise(samples))
    assert features.shape == (MELS, samples // HOP_SAMPLES)
    assert features.dtype == np.float32


def test_too_short_a_sound_is_refused():
    with pytest.raises(ValueError, match="need more than 200 samples, got 200"):
        log_mel(noise(200))


# The peaks of Slaney's filters: 37 Hz apart below 1 kHz, 3.9 % apart above.
@pytest.mark.parametrize(("hz", "filter_"), [(112.0, 2), (521.0, 13), (1005.0, 26), (4009.0, 62)])
def test_a_tone_is_loudest_in_its_filter(hz, filter_):
    loudest = log_mel(tone(hz)).mean(axis=1).argmax()
    assert abs(int(loudest) - filter_) <= 1


def test_an_onset_is_in_its_frame():
    sound = np.concatenate([np.zeros(RATE_HZ // 2, np.float32), noise(RATE_HZ // 2)])
    energy = log_mel(sound).mean(axis=0)
    assert energy[:49].max() == energy[:49].min()
    assert energy[51:].min() > energy[0] + 1.0


def test_ten_times_as_loud_is_half_higher():
    sound = noise(RATE_HZ)
    raised = log_mel(sound * np.float32(10)) - log_mel(sound)
    assert raised == pytest.approx(0.5, abs=1e-4)  # 20 dB are two decades of four


def test_what_is_eight_decades_below_the_loudest_is_not_told_apart():
    features = log_mel(np.concatenate([tone(440), noise(RATE_HZ, 1e-9)]))
    assert features.max() - features.min() == pytest.approx(2.0)


def test_silence_is_the_floor():
    assert np.all(log_mel(np.zeros(RATE_HZ, np.float32)) == -1.5)


@pytest.mark.engine
@pytest.mark.parametrize("samples", [3200, 48_000, 128_000])
def test_faster_whisper_finds_the_same(samples):
    from faster_whisper.feature_extractor import FeatureExtractor

    for sound in (noise(samples), tone(440, samples / RATE_HZ), noise(samples) * 1e-3):
        theirs = FeatureExtractor(feature_size=MELS)(sound, padding=0)
        ours = log_mel(sound)
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 1e-3
        assert np.abs(ours - theirs).mean() < 1e-5
