"""A small part of a long day, and what its figures notice; the whole of it: ``make bench-soak``."""

from __future__ import annotations

import pytest
from bench.soak import Sample, Soak, Waits, figures, soak

from voiced.testing import clock

TURNS = 24


def sample(number: int, *, memory_mb: float = 150.0, tasks: int = 6) -> Sample:
    return Sample(number / 10, 80 * number, memory_mb, 11, 3, tasks)


def waits(ms: list[float]) -> Waits:
    known = Waits()
    known.first_audio_ms = known.cpu_ms = ms
    return known


def missed(samples: list[Sample], ms: list[float]) -> set[str]:
    found = Soak(samples, waits(ms), 600.0)
    return {each.name for each in figures(found) if each.is_met is False}


def test_a_day_that_stays_as_it_was_meets_its_goals() -> None:
    assert missed([sample(n, tasks=6 + n % 3) for n in range(50)], [300.0] * 90) == set()


def test_what_grows_is_noticed() -> None:
    leaking = [sample(n, memory_mb=150 + 0.2 * n, tasks=6 + n) for n in range(50)]
    slower = [300.0 + n for n in range(90)]
    assert missed(leaking, slower) == {
        "memory, slope",
        "tasks, growth",
        "... drift, last third to first",
    }


@pytest.mark.slow
def test_nothing_is_left_over_after_some_requests_interruptions_and_noises() -> None:
    found = clock.run(soak, TURNS)
    assert found.waits.turns >= TURNS * 3 // 4
    assert found.waits.barge_ins
    assert not found.waits.failures
    assert missed(list(found.samples), [300.0] * 9) <= {"memory, slope"}
