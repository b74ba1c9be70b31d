"""The sounds that are no speech: short, soft, without a click, always the same."""

from __future__ import annotations

import numpy as np
import pytest
from cases import every

from voiced.audio import level_dbfs
from voiced.sound import earcons

ALL = [earcons.thinking, earcons.ready, earcons.asleep, earcons.muted, earcons.error]


@every("sound", ALL)
@every("rate_hz", [16_000, 22_050, 24_000, 48_000])
def test_it_is_short_soft_and_without_a_click(sound, rate_hz: int) -> None:
    samples = sound(rate_hz)
    assert samples.dtype == np.int16
    assert 0.2 < len(samples) / rate_hz < 0.5
    assert np.abs(samples.astype(int)).max() == pytest.approx(3277, abs=2)
    assert -35 < level_dbfs(samples) < -20
    edge = rate_hz // 1000
    assert np.abs(samples[:edge].astype(int)).max() < 80
    assert np.abs(samples[-edge:].astype(int)).max() < 80
    # a smooth tone: from sample to sample it moves no faster than its highest overtone may
    steepest = 3277 * 2 * np.pi * 1600 / rate_hz
    assert np.abs(np.diff(samples.astype(int))).max() < steepest


@pytest.mark.parametrize("sound", ALL)
def test_it_is_always_the_same_and_24_khz_unless_asked(sound) -> None:
    assert np.array_equal(sound(), sound(earcons.EARCON_RATE_HZ))


def test_they_differ() -> None:
    lengths = {len(sound()) for sound in ALL}
    assert len(lengths) == len(ALL)


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_the_bell_is_louder_and_longer_without_a_click(rate_hz: int) -> None:
    samples = earcons.bell(rate_hz)
    assert 1.0 < len(samples) / rate_hz < 1.6
    assert level_dbfs(samples) > level_dbfs(earcons.ready(rate_hz)) + 6
    edge = rate_hz // 1000
    assert np.abs(samples[:edge].astype(int)).max() < 240
    assert np.abs(samples[-edge:].astype(int)).max() < 240
