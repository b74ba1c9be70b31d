from __future__ import annotations

import numpy as np
import pytest
from echo_scene import babble, frames, noise, room

from voiced.audio import to_float32
from voiced.echo.linear import LinearFilter

SECONDS = 10.0


def residual(near: np.ndarray, far: np.ndarray) -> tuple[np.ndarray, LinearFilter]:
    path = LinearFilter()
    left = [
        path.separate(to_float32(frame.samples), to_float32(block)).residual
        for frame, block in frames(near, far)
    ]
    return np.concatenate(left) * 32768, path


def level(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound[-len(sound) // 4 :] ** 2) + 1e-9))


@pytest.mark.parametrize("delay_ms", [10, 100, 400])
def test_it_learns_the_room(delay_ms: int) -> None:
    far = babble(SECONDS, seed=1)
    echo = room(far, delay_ms, -26)
    left, path = residual(echo + noise(SECONDS), far)
    assert level(left) < level(echo) - 15
    assert abs(path.delay - delay_ms / 20) <= 1.0


def test_the_user_is_left_whole() -> None:
    far, user = babble(SECONDS, seed=1), babble(SECONDS, seed=2, level_dbfs=-26).copy()
    user[: len(user) // 2] = 0
    left, _ = residual(room(far, 60, -20) + user + noise(SECONDS), far)
    wrong = left[-2 * 16_000 :] - user[-2 * 16_000 :]
    assert np.std(wrong) < np.std(user[-2 * 16_000 :]) * 10 ** (-4 / 20)
    assert level(left) == pytest.approx(level(user), abs=1.5)


def test_without_far_sound_nothing_is_learned() -> None:
    user = babble(2.0, seed=2, level_dbfs=-30)
    left, _ = residual(user, np.zeros(len(user)))
    assert np.allclose(left, np.rint(user)[: len(left)], atol=0.01)


def test_forgetting_begins_anew() -> None:
    far = babble(3.0, seed=1)
    near = room(far, 40, -26)
    _, path = residual(near, far)
    path.forget()
    frame, block = next(frames(near[16_000:], far[16_000:]))
    separated = path.separate(to_float32(frame.samples), to_float32(block))
    assert not np.any(separated.echo)


@pytest.mark.parametrize("wrong", [1e5, 1e20, np.inf, np.nan])
def test_a_filter_that_has_diverged_begins_anew(wrong: float) -> None:
    far = babble(SECONDS, seed=1)
    echo = room(far, 60, -26)
    path = LinearFilter()
    path._taps[:] = wrong
    left: list[np.ndarray] = []
    with np.errstate(all="ignore"):
        for frame, block in frames(echo + noise(SECONDS), far):
            separated = path.separate(to_float32(frame.samples), to_float32(block))
            left.append(separated.residual)
    assert np.isfinite(np.concatenate(left)).all()
    assert level(np.concatenate(left) * 32768) < level(echo) - 15, "it learns the room no more"


def test_tones_that_come_and_go_do_not_make_it_diverge() -> None:
    seconds = np.arange(16_000 * 60) / 16_000
    far = 9000 * np.sin(2 * np.pi * 300 * seconds) * ((seconds % 1.3) < 0.5)
    echo = room(far, 60, -20) * ((seconds % 7.0) < 3.0)
    with np.errstate(over="raise", invalid="raise"):
        left, _ = residual(echo + noise(60.0), far)
    assert np.isfinite(left).all()
