"""One place behind each long list, wherever the list stands: what follows it may follow anywhere.

That takes more sentences than there are ("put the budget into taxes into downloads"), and saves a
copy of the list for each place. What was said is judged by the matcher, which knows better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from voiced.grammar.automaton import Automaton
from voiced.grammar.templates import Label, SlotRef

__all__ = ["shared"]

_Rows: TypeAlias = list[dict[Label, int]]


def shared(skeleton: Automaton[Label], is_shared: Callable[[SlotRef], bool]) -> Automaton[Label]:
    """The skeleton with one target for all arcs of the same shared reference; it may have loops.

    Args:
        skeleton: An automaton over words and references.
        is_shared: Which references those are.
    """
    behind: dict[Label, set[int]] = {}
    for arcs in skeleton.arcs:
        for label, target in arcs.items():
            if isinstance(label, SlotRef) and is_shared(label):
                behind.setdefault(label, set()).add(target)
    rows, subsets = _determined(skeleton, behind)
    return _merged(rows, [not skeleton.ends.isdisjoint(subset) for subset in subsets])


def _determined(
    skeleton: Automaton[Label], behind: Mapping[Label, set[int]]
) -> tuple[_Rows, list[frozenset[int]]]:
    """The subset construction, with ``behind`` in place of the targets of its labels."""
    subsets = [frozenset([0])]
    numbers = {subsets[0]: 0}
    rows: _Rows = []
    for subset in subsets:  # it grows meanwhile
        reached: dict[Label, set[int]] = {}
        for state in sorted(subset):
            for label, target in skeleton.arcs[state].items():
                reached.setdefault(label, set()).update(behind.get(label, (target,)))
        row: dict[Label, int] = {}
        for label, targets in reached.items():
            following = frozenset(targets)
            if following not in numbers:
                numbers[following] = len(subsets)
                subsets.append(following)
            row[label] = numbers[following]
        rows.append(row)
    return rows, subsets


def _merged(rows: _Rows, accepting: list[bool]) -> Automaton[Label]:
    """States that nothing tells apart are one: classes are split until they are even."""
    split = [int(accepts) for accepts in accepting]
    count = 0
    while len(set(split)) != count:
        classes, count = split, len(set(split))
        kinds: dict[tuple[int, frozenset[tuple[Label, int]]], int] = {}
        split = list[int]()
        for state, row in enumerate(rows):
            key = (classes[state], frozenset((label, classes[to]) for label, to in row.items()))
            split.append(kinds.setdefault(key, len(kinds)))
    merged: _Rows = [{} for _ in range(count)]
    for state, row in enumerate(rows):
        merged[split[state]] = {label: split[to] for label, to in row.items()}
    ends = frozenset(split[state] for state, accepts in enumerate(accepting) if accepts)
    return Automaton(tuple(merged), ends)
