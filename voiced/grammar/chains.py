"""Several requests in one sentence: "find the budget, rename it to plan and put it in taxes".

A sentence is a chain where it can be cut at its joints ("and", "then", a comma) into clauses each
of which is a request by itself. "Rename it to salt and pepper" cannot: nobody asks for "pepper".
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from voiced.grammar.matcher import Match

__all__ = ["clauses"]

_JOINT = re.compile(
    r"\s*(?:[,;.]\s*)?\b(?:and\s+then|and\s+after\s+that|and\s+also|after\s+that|then|and)\b[,;]?\s*"
    r"|\s*[,;.]\s+",
    re.IGNORECASE,
)
_MOST_JOINTS = 7
_MOST_CLAUSES = 5
_LEAST_SCORE = 0.85
_LEAST_POINTING = 0.72
_POINTING = frozenset("it that them these this those".split())
"""Who goes on about what was named has begun another request: no name holds such a word."""
_LEAST_WORDS = 2

BestMatch = Callable[[str], Match | None]


def clauses(text: str, best: BestMatch) -> tuple[str, ...]:
    """The requests in a sentence, in order; empty where it is no chain.

    Args:
        text: What was said.
        best: The best match of a text, or None.
    """
    joints = [(found.start(), found.end()) for found in _JOINT.finditer(text)]
    joints = [joint for joint in joints if joint[0] > 0 and joint[1] < len(text)]
    if not joints or len(joints) > _MOST_JOINTS:
        return ()
    best = cache(best)  # a clause is looked at several times, and matching is the work
    found = _cut(text, joints, best)
    if len(found) < 2 or len(found) > _MOST_CLAUSES:  # noqa: PLR2004 - one request is no chain
        return ()
    return found if _is_better(found, best(text), best) else ()


def _cut(text: str, joints: Sequence[tuple[int, int]], best: BestMatch) -> tuple[str, ...]:
    """The cut with the most clauses whose every clause is a request; empty if there is none."""
    starts = [0, *(end for _, end in joints)]
    ends = [*(start for start, _ in joints), len(text)]

    def is_request(clause: str) -> bool:
        words = clause.lower().split()
        match = best(clause) if len(words) >= _LEAST_WORDS else None
        least = _LEAST_SCORE if _POINTING.isdisjoint(words) else _LEAST_POINTING
        return match is not None and match.score >= least

    longest: list[tuple[str, ...] | None] = [*(None for _ in starts), ()]
    for at in reversed(range(len(starts))):
        for to in range(at, len(ends)):
            rest = longest[to + 1]
            clause = text[starts[at] : ends[to]].strip()
            if rest is None or not is_request(clause):
                continue
            before = longest[at]
            if before is None or 1 + len(rest) > len(before):
                longest[at] = (clause, *rest)
    return longest[0] or ()


def _is_better(chain: Sequence[str], whole: Match | None, best: BestMatch) -> bool:
    """Whether it is no single request: where that fits, its words would swallow a clause."""
    if whole is None or whole.score < _LEAST_SCORE:
        return True
    found = [match for clause in chain if (match := best(clause)) is not None]
    if min(match.score for match in found) > whole.score:
        return True
    later = [clause.lower() for clause in chain[1:]]
    return any(clause in value.lower() for clause in later for value in whole.slots.values())
