"""Is the rest an echo? Compared with a voice, another voice, and both."""

from __future__ import annotations

import numpy as np
import pytest
from echo_scene import FULL, babble, noise, room

from voiced.echo.likeness import Likeness
from voiced.rates import FRAME_SAMPLES

SECONDS = 4.0


def share_own(rest: np.ndarray, far: np.ndarray) -> float:
    """The share of the loud frames in which the rest is found to be far sound."""
    likeness = Likeness()
    found: list[bool] = []
    for start in range(0, len(far) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        block = slice(start, start + FRAME_SAMPLES)
        left, played = (np.float32(sound[block] / FULL) for sound in (rest, far))
        likeness.hear(left, played)
        if start > len(far) // 4 and np.sqrt(np.mean(left**2)) > 0.01:
            found.append(likeness.is_own())
    return float(np.mean(found))


@pytest.mark.parametrize("delay_ms", [0, 40, 130, 390, 550])
def test_an_echo_is_own_at_any_delay(delay_ms: float) -> None:
    far = babble(SECONDS, seed=1)
    assert share_own(room(far, delay_ms, -26.0) + noise(SECONDS), far) > 0.8


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_another_voice_is_not(seed: int) -> None:
    far = babble(SECONDS, seed=1)
    assert share_own(babble(SECONDS, seed, -26.0) + noise(SECONDS), far) < 0.02


def test_another_voice_with_a_little_echo_left_is_not() -> None:
    far = babble(SECONDS, seed=1)
    voice = sum(babble(SECONDS, seed, -30.0) for seed in (2, 3, 4))  # no pauses to hear it in
    rest = voice + room(far, 100, -44.0)
    assert share_own(rest + noise(SECONDS), far) < 0.02


def test_a_hum_in_both_is_not() -> None:
    at_s = np.arange(round(SECONDS * 16_000)) / 16_000
    hum = 0.05 * FULL * np.sin(2 * np.pi * 50 * at_s)
    far = babble(SECONDS, seed=1) + hum
    assert share_own(babble(SECONDS, 2, -26.0) + hum, far) < 0.02


def test_silence_is_not() -> None:
    silent = np.zeros(round(SECONDS * 16_000))
    likeness = Likeness()
    for start in range(0, len(silent), FRAME_SAMPLES):
        likeness.hear(*2 * [np.float32(silent[start : start + FRAME_SAMPLES])])
        assert not likeness.is_own()
