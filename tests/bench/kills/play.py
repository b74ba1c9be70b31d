"""So many kills, spread over every act: near each step that changes the disk, and at any moment."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.kills.acts import ACTS, Act
from bench.kills.check import Outcome, check
from bench.kills.ground import Ground
from bench.kills.killing import Steps, kill_at_moment, kill_at_step, steps_of

__all__ = ["play"]

_MOMENTS = 0.35
"""This share of the kills comes from outside, at any moment."""
_SHORTER = 0.9


def play(kills: int, seed: int, acts: Sequence[Act] = ACTS) -> list[Outcome]:
    """Kill so often, in the middle of each of these acts, and look each time."""
    moments = random.Random(seed)
    outcomes: list[Outcome] = []
    with _ground() as ground, _same_home():
        for number, act in enumerate(acts):
            share = kills // len(acts) + (number < kills % len(acts))
            outcomes += _play_act(ground, act, share, moments)
    return outcomes


def _play_act(ground: Ground, act: Act, kills: int, moments: random.Random) -> Iterator[Outcome]:
    steps = steps_of(ground, act)
    before = _before(ground, act)
    by_moment = round(kills * _MOMENTS)
    for number in _chosen(steps, kills - by_moment):
        kill_at_step(ground, act, number)
        yield check(ground, act, f"step {number} of {steps.count}", before)
    for _ in range(by_moment):
        longest_s = steps.lasts_s
        while not kill_at_moment(ground, act, moments.uniform(0.0, longest_s)):
            longest_s *= _SHORTER  # it was over: this time it goes faster
        yield check(ground, act, "a moment", before)


def _chosen(steps: Steps, count: int) -> list[int]:
    """Steps just before and after each one that changed the disk, then others, evenly."""
    near = dict.fromkeys(at for changed in steps.changing for at in (changed, changed - 1))
    chosen = list(near)[:count]
    left = count - len(chosen)
    others = [at for at in range(steps.count) if at not in near]
    return chosen + [others[at * len(others) // left] for at in range(left)]


def _before(ground: Ground, act: Act) -> dict[str, str]:
    ground.furnish()
    return ground.tree()


@contextmanager
def _ground() -> Iterator[Ground]:
    """A home, and a folder on another disk where there is one."""
    memory = Path("/dev/shm")  # the usual other disk
    with tempfile.TemporaryDirectory() as top:
        is_other = memory.is_dir() and memory.stat().st_dev != Path(top).stat().st_dev
        with tempfile.TemporaryDirectory(dir=memory if is_other else None) as far:
            ground = Ground(Path(top) / "ground", Path(far) / "far")
            try:
                yield ground
            finally:
                ground.sweep()


@contextmanager
def _same_home() -> Iterator[None]:
    names = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    before = {name: os.environ[name] for name in names if name in os.environ}
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)
