"""Latency over time as SVG: the median as a line of dots, the 95th percentile dashed above. Pure.

The colours are those of the page's style sheet; the two lines differ by more than their colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, log10

from voiced.timeline.scale import duration
from voiced.web.figuring import Bucket, Latency

__all__ = ["chart"]

_WIDTH, _HEIGHT = 480, 190
_LEFT, _RIGHT, _TOP, _FLOOR = 58, 470, 30, 160
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS = 4
_LABEL_PX = 58


def chart(latency: Latency) -> str:
    """The picture of one step's latency; what it shows stands in a table beside it."""
    axes = _Axes(latency.buckets)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" class="chart">',
        f"<title>{escape(latency.name)}: median and 95th percentile over time</title>",
        *axes.grid(),
        *axes.line("p95", [bucket.p95_ms for bucket in latency.buckets]),
        *axes.line("median", [bucket.median_ms for bucket in latency.buckets]),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(parts)


class _Axes:
    def __init__(self, buckets: Sequence[Bucket]) -> None:
        self._buckets = buckets
        known = [bucket.p95_ms for bucket in buckets if bucket.p95_ms is not None]
        self._step_ms = _round_up(max([*known, 1.0]) / _STEPS)

    def _x(self, number: int) -> float:
        return _LEFT + (number + 0.5) * (_RIGHT - _LEFT) / len(self._buckets)

    def _y(self, ms: float) -> float:
        share = min(1.0, max(0.0, ms / (self._step_ms * _STEPS)))
        return _FLOOR - share * (_FLOOR - _TOP)

    def grid(self) -> Iterator[str]:
        """Lines at round milliseconds, and as many labels below as there is room for."""
        for number in range(_STEPS + 1):
            ms = number * self._step_ms
            y = self._y(ms)
            yield f'<line class="rule" x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}"/>'
            yield _text(_LEFT - 6, y + 4, "end", duration(ms))
        every = ceil(len(self._buckets) * _LABEL_PX / (_RIGHT - _LEFT))
        for number in range(len(self._buckets) - 1, -1, -every):
            yield _text(self._x(number), _FLOOR + 18, "middle", self._buckets[number].label)

    def line(self, style: str, values: Sequence[float | None]) -> Iterator[str]:
        """The points that there are, joined where they are neighbours."""
        for run in _runs(values):
            points = [(self._x(number), self._y(ms)) for number, ms in run]
            joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            yield f'<polyline class="{style}" points="{joined}"/>'
            yield from (_mark(style, x, y) for x, y in points)


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    run: list[tuple[int, float]] = []
    for number, ms in enumerate(values):
        if ms is not None:
            run.append((number, ms))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _legend() -> Iterator[str]:
    for x, style, name in ((_LEFT, "median", "median"), (_LEFT + 90, "p95", "95th percentile")):
        yield f'<polyline class="{style}" points="{x},12 {x + 22},12"/>'
        yield _mark(style, x + 11, 12)
        yield _text(x + 28, 16, "start", name)


def _mark(style: str, x: float, y: float) -> str:
    if style == "median":
        return f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    return f'<rect class="{style}" x="{x - 2.5:.1f}" y="{y - 2.5:.1f}" width="5" height="5"/>'


def _text(x: float, y: float, anchor: str, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _round_up(ms: float) -> float:
    size = 10.0 ** int(log10(ms)) if ms >= 1 else 1.0
    return next(size * each for each in _ROUND if size * each >= ms)
