"""Three failures in sixty seconds are one level down; the way up is tried, for longer each time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voiced.supervision import Ladder


class Time:
    s = 1000.0

    def now(self) -> float:
        return self.s


def ladder(levels: int = 3) -> tuple[Ladder, Time]:
    time = Time()
    return Ladder(levels, time.now), time


def spend(watched: Ladder, level: int) -> None:
    assert [watched.fail(level) for _ in range(3)] == [False, False, True]


def test_three_failures_in_sixty_seconds_are_one_level_down() -> None:
    watched, _ = ladder()
    spend(watched, 0)
    assert watched.choose() == 1
    spend(watched, 1)
    assert watched.choose() == 2


def test_failures_further_apart_are_forgiven() -> None:
    watched, time = ladder()
    for _ in range(20):
        assert not watched.fail(0)
        time.s += 31
    assert watched.choose() == 0


def test_the_last_level_is_never_left() -> None:
    watched, _ = ladder(levels=1)
    assert not any(watched.fail(0) for _ in range(10))
    assert watched.choose() == 0


def test_what_cannot_work_is_left_at_once() -> None:
    watched, _ = ladder()
    assert watched.fail(0, is_final=True)
    assert watched.choose() == 1


def test_the_better_one_is_tried_again_and_trusted_when_it_works() -> None:
    watched, time = ladder()
    spend(watched, 0)
    time.s += 59
    assert watched.choose() == 1
    time.s += 2
    assert watched.choose() == 0
    assert watched.succeed(0)
    assert watched.choose() == 0
    assert not watched.succeed(0), "it is told once"


def test_who_fails_on_trial_rests_for_longer_each_time_and_nothing_is_told() -> None:
    watched, time = ladder()
    spend(watched, 0)
    rests = []
    for _ in range(7):
        began_s = time.s
        while watched.choose() != 0:
            time.s += 1
        rests.append(time.s - began_s)
        assert not watched.fail(0)
    assert rests == [60, 120, 240, 480, 960, 960, 960]


def test_after_a_success_one_failure_is_one_failure() -> None:
    watched, time = ladder()
    spend(watched, 0)
    time.s += 61
    watched.succeed(0)
    assert [watched.fail(0) for _ in range(2)] == [False, False]
    assert watched.choose() == 0


def test_two_levels_up_go_one_by_one() -> None:
    watched, time = ladder()
    spend(watched, 0)
    spend(watched, 1)
    time.s += 61
    assert watched.choose() == 1
    assert watched.succeed(1)
    assert watched.choose() == 1
    time.s += 61
    assert watched.choose() == 0


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 2000)), max_size=60), st.integers(1, 4))
def test_whatever_happens_there_is_a_level(happens: list[tuple[bool, float]], levels: int) -> None:
    watched, time = ladder(levels)
    for works, later_s in happens:
        time.s += later_s
        chosen, trusted = watched.choose(), watched.level
        assert trusted - 1 <= chosen <= trusted < levels
        assert chosen >= 0
        moved = watched.succeed(chosen) if works else watched.fail(chosen)
        assert moved == (watched.level != trusted)
