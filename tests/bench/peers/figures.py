"""What all takes of a system come to, and the table of all systems. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from voiced.bench.figures import median, percentile, share

_SOON_MS = 1000
_SMALL = 10

Takes: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """A figure of all systems: ``of`` makes it from the takes of ``part``."""

    name: str
    unit: str
    part: str
    of: Callable[[Takes], float | None]


def _median(key: str) -> Callable[[Takes], float | None]:
    return lambda takes: median(_known(takes, key))


def _p95(key: str) -> Callable[[Takes], float | None]:
    return lambda takes: percentile(_known(takes, key), 95)


def _share(key: str) -> Callable[[Takes], float | None]:
    return lambda takes: share(sum(each[key] for each in takes), len(takes))


def _missed(takes: Takes) -> float | None:
    return share(sum(not each["was_given_up"] for each in takes), len(takes))


def _soon(takes: Takes) -> float | None:
    return share(sum(wait_ms <= _SOON_MS for wait_ms in _known(takes, "wait_ms")), len(takes))


def _known(takes: Takes, key: str) -> list[float]:
    return [each[key] for each in takes if each[key] is not None]


ROWS = (
    Row("end of speech to first sound, endpoint 500 ms", "ms", "fixed", _median("wait_ms")),
    Row("  95 of 100", "ms", "fixed", _p95("wait_ms")),
    Row("the same at default settings, commands", "ms", "command", _median("wait_ms")),
    Row("  95 of 100", "ms", "command", _p95("wait_ms")),
    Row("  answered within a second", "%", "command", _soon),
    Row("the same at default settings, questions", "ms", "question", _median("wait_ms")),
    Row("  95 of 100", "ms", "question", _p95("wait_ms")),
    Row("  answered within a second", "%", "question", _soon),
    Row("spoken over: sound down by 20 dB", "ms", "interruption", _median("down_ms")),
    Row("spoken over: silent", "ms", "interruption", _median("silent_ms")),
    Row("  95 of 100", "ms", "interruption", _p95("silent_ms")),
    Row("spoken over: model's stream closed", "ms", "interruption", _median("closed_ms")),
    Row("  95 of 100", "ms", "interruption", _p95("closed_ms")),
    Row("spoken over: reply not given up", "%", "interruption", _missed),
    Row("history against what was heard", "characters", "interruption", _median("characters")),
    Row("  95 of 100", "characters", "interruption", _p95("characters")),
    Row("backchannels that end the reply", "%", "backchannel", _share("was_given_up")),
    Row("backchannels that make it pause, or end it", "%", "backchannel", _share("fell_silent")),
    Row("  resumed after their end", "ms", "backchannel", _median("resumed_ms")),
)
"""Medians, where nothing else is said."""


def figures(takes: Takes) -> list[float | None]:
    """One value for each row."""
    return [row.of([each for each in takes if each["part"] == row.part]) for row in ROWS]


def table(of_systems: Mapping[str, Sequence[float | None]]) -> list[tuple[str, ...]]:
    """Rows of cells: the figure, and each system's value; the peers' with their ratio to voiced."""
    ours = of_systems.get("voiced", [None] * len(ROWS))
    return [
        (
            f"{row.name}, {row.unit}" if row.unit else row.name,
            *(
                _cell(values[at], None if system == "voiced" else ours[at])
                for system, values in of_systems.items()
            ),
        )
        for at, row in enumerate(ROWS)
    ]


def ratio(theirs: float | None, ours: float | None) -> float | None:
    """How many times as much as voiced; None where one of them is missing or nothing."""
    return theirs / ours if theirs is not None and ours else None


def _cell(value: float | None, ours: float | None) -> str:
    if value is None:
        return "-"
    times = ratio(value, ours)
    text = f"{value:.1f}" if 0 < value < _SMALL else f"{value:.0f}"
    return text if times is None else f"{text} ({times:.1f} x)"
