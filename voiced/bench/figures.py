"""Figures of a benchmark with their goals, and the little statistics that they need. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

__all__ = ["Figure", "Goal", "as_documents", "median", "percentile", "rows", "share"]

Goal: TypeAlias = Literal["most", "least"]
"""Whether the goal is the most or the least that the value may be."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, in ``unit``; ``goal`` None: it is for information only.

    ``value`` None: it could not be measured, and a goal for it is not met. ``note`` says how many
    measurements it is made of, or why there are none.
    """

    name: str
    value: float | None
    unit: str
    goal: float | None = None
    bound: Goal = "most"
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the value is as good as its goal; None without a goal."""
        if self.goal is None:
            return None
        if self.value is None:
            return False
        return self.value <= self.goal if self.bound == "most" else self.value >= self.goal

    def as_document(self) -> dict[str, Any]:
        """The figure as JSON types."""
        return {**asdict(self), "is_met": self.is_met}

    def row(self) -> tuple[str, str, str, str, str]:
        """Name, value, goal, whether it is met, and note, for a table."""
        sign = "≤" if self.bound == "most" else "≥"
        goal = "" if self.goal is None else f"{sign} {_number(self.goal)} {self.unit}".strip()
        value = "-" if self.value is None else f"{_number(self.value)} {self.unit}".strip()
        verdict = {None: "", True: "met", False: "MISSED"}[self.is_met]
        return (self.name, value, goal, verdict, self.note)


def rows(figures: Iterable[Figure]) -> list[tuple[str, str, str, str, str]]:
    """The rows of a table with the columns figure, value, goal, whether it is met, and note."""
    return [figure.row() for figure in figures]


def as_documents(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """The figures as JSON types."""
    return [figure.as_document() for figure in figures]


def median(values: Sequence[float]) -> float | None:
    """The middle value; None of nothing."""
    return percentile(values, 50.0)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The value below which so many percent of the values lie, interpolated; None of nothing."""
    return float(np.percentile(np.asarray(values, dtype=np.float64), percent)) if values else None


def share(count: int, total: int) -> float | None:
    """``count`` of ``total`` in percent; None of nothing."""
    return 100.0 * count / total if total else None


def _number(value: float) -> str:
    """Three digits that count, and no decimals where there are none."""
    if value == int(value) or abs(value) >= 100:  # noqa: PLR2004 - three digits
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"
