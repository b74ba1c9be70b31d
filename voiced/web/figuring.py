"""Kept turns to figures: how long each step took over time, what was heard, what it cost. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

import numpy as np

from voiced.timeline import Timeline

__all__ = [
    "STEPS",
    "Bucket",
    "Figures",
    "Latency",
    "ModelUse",
    "Span",
    "SpanName",
    "figures",
    "span_named",
    "span_of",
]

SpanName: TypeAlias = Literal["day", "week", "month"]
"""How far one looks back: 24 hours, 7 days, 30 days."""

STEPS: Mapping[str, str] = {
    "endpoint": "End of speech known",
    "transcript": "Transcript",
    "first_token": "First clause",
    "first_audio": "First sound",
}
"""The steps whose latency is shown: fields of Timing, and what they are called."""

_MOST_COST = 1e6
_BUCKETS: Mapping[SpanName, int] = {"day": 24, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in equal parts; ``edges`` are where they begin, and the end of the last."""

    name: SpanName
    edges: tuple[datetime, ...]

    @property
    def since(self) -> datetime:
        """Where it begins."""
        return self.edges[0]

    @property
    def until(self) -> datetime:
        """Where it ends."""
        return self.edges[-1]

    @property
    def labels(self) -> tuple[str, ...]:
        """What each part is called."""
        form = "%H:%M" if self.name == "day" else "%d %b"
        return tuple(edge.strftime(form) for edge in self.edges[:-1])

    def part(self, at: datetime) -> int | None:
        """The number of the part that a moment is in."""
        if not self.since <= at < self.until:
            return None
        length = (self.until - self.since) / (len(self.edges) - 1)
        return min(int((at - self.since) / length), len(self.edges) - 2)


def span_named(name: str) -> SpanName:
    """The span of that name; a day where it is none."""
    return next((known for known in get_args(SpanName) if known == name), "day")


def span_of(name: SpanName, now: datetime) -> Span:
    """The span that ends with the hour or the day that is going on."""
    if name == "day":
        length, end = timedelta(hours=1), now.replace(minute=0, second=0, microsecond=0)
    else:
        length = timedelta(days=1)
        end = now.replace(hour=0, minute=0, second=0, microsecond=0)
    count = _BUCKETS[name]
    return Span(name, tuple(end + length * (number - count + 1) for number in range(count + 1)))


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was measured in a part of the span, in milliseconds; None where nothing was."""

    label: str
    count: int
    median_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a step took after the end of speech: part by part, and ``whole``."""

    name: str
    buckets: tuple[Bucket, ...]
    whole: Bucket


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What the language model was asked; ``cached_of`` are the tokens that a share is known of.

    ``cost`` is in the server's own unit; None where it does not tell.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cached_of: int = 0
    cost: float | None = None

    @property
    def cached_share(self) -> float | None:
        """Which part of the prompts the server knew already; None where it does not tell."""
        return self.cached_tokens / self.cached_of if self.cached_of else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted of a span."""

    turns: int
    latencies: tuple[Latency, ...]
    outcomes: Mapping[str, int] = field(default_factory=dict[str, int])
    barge_ins: Mapping[str, int] = field(default_factory=dict[str, int])
    ignored: Mapping[str, int] = field(default_factory=dict[str, int])
    failures: Mapping[str, int] = field(default_factory=dict[str, int])
    reopened: int = 0
    model: ModelUse = ModelUse()


def figures(turns: Iterable[tuple[datetime, Timeline]], span: Span) -> Figures:
    """The figures of the turns that ended in the span."""
    found = [(part, turn) for at, turn in turns if (part := span.part(at)) is not None]
    timelines = [turn for _, turn in found]
    return Figures(
        len(found),
        tuple(_latency(step, name, found, span) for step, name in STEPS.items()),
        _sorted(Counter(each.outcome.replace("_", " ") for each in timelines)),
        _facts(timelines, "barge_in", "reason"),
        _facts(timelines, "overlap_ignored", "reason"),
        _facts(timelines, "stage_failed", "stage"),
        sum(1 for each in timelines for _ in each.of("turn_reopened")),
        _model(timelines),
    )


def _latency(step: str, name: str, found: Sequence[tuple[int, Timeline]], span: Span) -> Latency:
    parts: list[list[float]] = [[] for _ in span.labels]
    for part, turn in found:
        ms: float | None = getattr(turn.timing_ms, step)
        if ms is not None:
            parts[part].append(ms)
    buckets = tuple(map(_bucket, span.labels, parts))
    return Latency(name, buckets, _bucket("", [ms for part in parts for ms in part]))


def _bucket(label: str, values: Sequence[float]) -> Bucket:
    if not values:
        return Bucket(label, 0, None, None)
    median, p95 = np.percentile(np.asarray(values, dtype=np.float64), (50.0, 95.0))
    return Bucket(label, len(values), float(median), float(p95))


def _facts(timelines: Iterable[Timeline], kind: str, name: str) -> Mapping[str, int]:
    steps = (step for each in timelines for step in each.of(kind))
    return _sorted(Counter(str(step.facts.get(name, "")) for step in steps))


def _model(timelines: Iterable[Timeline]) -> ModelUse:
    use = ModelUse()
    for step in (step for each in timelines for step in each.of("model_replied")):
        prompt, cached = _count(step.facts.get("prompt_tokens")), step.facts.get("cached_tokens")
        use = ModelUse(
            use.requests + 1,
            use.prompt_tokens + prompt,
            use.completion_tokens + _count(step.facts.get("completion_tokens")),
            use.cached_tokens + _count(cached),
            use.cached_of + (0 if cached is None else prompt),
            _with_cost(use.cost, step.facts.get("cost")),
        )
    return use


def _with_cost(before: float | None, cost: object) -> float | None:
    is_known = isinstance(cost, int | float) and 0 <= cost < _MOST_COST
    return (before or 0.0) + cost if is_known and not isinstance(cost, bool) else before


def _count(value: object) -> int:
    """What a file holds may be anything."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _sorted(counts: Counter[str]) -> Mapping[str, int]:
    return dict(counts.most_common())
