"""The figures of a run, with their goals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.kills.check import Outcome

from voiced.bench.figures import Figure

__all__ = ["by_act", "failures", "figures"]


def _count(
    name: str,
    outcomes: Sequence[Outcome],
    counts: Callable[[Outcome], bool],
    goal: float | None = 0,
) -> Figure:
    return Figure(name, float(sum(map(counts, outcomes))), "", goal, note=f"of {len(outcomes)}")


def figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """What the kills left."""
    return [
        _count("something lost", outcomes, lambda each: bool(each.lost)),
        _count("something twice", outcomes, lambda each: bool(each.twice)),
        _count("something not whole", outcomes, lambda each: bool(each.halves)),
        _count("the journal not whole", outcomes, lambda each: not each.is_whole),
        _count('"undo that" did not restore it', outcomes, lambda each: not each.is_restored),
        _count("on both disks until undone", outcomes, lambda each: each.is_double, None),
        _count("hidden left-overs", outcomes, lambda each: each.left_over > 0),
        _count("told at the restart", outcomes, lambda each: each.was_told, None),
        _count("at a random moment", outcomes, lambda each: each.way == "a moment", None),
    ]


def by_act(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str, str]]:
    """For each act: kills, how often the restart told of it, how often it was taken back."""
    rows = []
    for name in dict.fromkeys(each.act for each in outcomes):
        own = [each for each in outcomes if each.act == name]
        told = sum(each.was_told for each in own)
        restored = sum(each.is_restored for each in own)
        rows.append((name, str(len(own)), str(told), str(restored)))
    return rows


def failures(outcomes: Sequence[Outcome]) -> list[str]:
    """Every kill after which something was wrong, in words."""
    return [str(each) for each in outcomes if not each.is_good]
