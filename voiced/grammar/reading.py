"""What the aligner makes of a said sentence, and whether that is only a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Filled", "Reading", "is_guess"]

_GUESS_COST, _RIVAL_COST = 1.0, 0.25
"""A reading that costs so much is refused where one of another meaning costs hardly more."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The words ``start`` to ``end`` of the sentence fill ``slot`` (see Span).

    ``heard`` is what the words of the template count for that were said before.
    """

    slot: str
    start: int
    end: int
    phrase: tuple[str, ...] | None
    is_exact: bool
    heard: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a whole sentence; the words that fit count for ``importance``.

    ``literal`` is what those count for that stand in the template itself.
    """

    intent: str
    slots: tuple[Filled, ...]
    cost: float
    importance: float
    literal: float = 0.0

    @property
    def score(self) -> float:
        """How well it fits, in [0, 1]; 1 is word for word."""
        return self.importance / (self.importance + self.cost) if self.importance else 0.0


def is_guess(found: Sequence[Reading]) -> bool:
    """True where a word that matters is missing and another order would fit about as well."""
    if not found or found[0].cost < _GUESS_COST:
        return False
    near = [each for each in found if each.cost <= found[0].cost + _RIVAL_COST]
    return any(_differ(each, found[0]) for each in near)


def _differ(one: Reading, other: Reading) -> bool:
    """Whether they mean other things, not only more or less of the same."""
    if one.intent != other.intent:
        return True
    phrases = {filled.slot: filled.phrase for filled in other.slots if filled.phrase}
    return any(
        filled.phrase and phrases.get(filled.slot, filled.phrase) != filled.phrase
        for filled in one.slots
    )
