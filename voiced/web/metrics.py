"""What the page has heard since it runs, in Prometheus' text format. No words are in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from voiced.web.processes import Sample

__all__ = ["CONTENT_TYPE", "Meter"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_COUNTED: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "turn_ended": ("turns", "Turns that ended.", ("outcome",)),
    "barge_in": ("barge_ins", "Replies that were interrupted.", ("reason",)),
    "overlap_ignored": ("overlaps_ignored", "Sound that did not interrupt.", ("reason",)),
    "request_missed": ("requests_missed", "Requests that no template fits.", ()),
    "wake_word_heard": ("wake_words", "Wake words heard.", ()),
    "stage_failed": ("stage_failures", "Failures of a stage.", ("stage", "code")),
}
"""Events, the counter of each with its meaning, and which of its fields are told apart."""

_MODES = ("listening", "muted", "asleep")


class Meter:
    """Counts the events that it hears."""

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        self._latency = Histogram(
            "voiced_latency_seconds",
            "From the end of speech to a step of the answer.",
            ["step"],
            buckets=_SECONDS,
            registry=own,
        )
        self._tokens = Counter(
            "voiced_model_tokens", "Tokens, as the server counts.", ["kind"], registry=own
        )
        self._counted = {
            kind: (Counter(f"voiced_{name}", meaning, fields, registry=own), fields)
            for kind, (name, meaning, fields) in _COUNTED.items()
        }
        self._up = Gauge("voiced_up", "Whether the assistant runs.", registry=own)
        self._mode = Gauge("voiced_mode", "1 for the mode that it is in.", ["mode"], registry=own)
        self._cpu = Gauge("voiced_cpu_seconds", "Time of processors it has used.", registry=own)
        self._memory = Gauge("voiced_memory_bytes", "Memory that it takes.", registry=own)

    def hear(self, row: Mapping[str, Any]) -> None:
        """Take a row of the event stream."""
        kind = row.get("type")
        if kind in self._counted:
            counter, fields = self._counted[kind]
            of = counter.labels(*(str(row.get(name, "")) for name in fields)) if fields else counter
            of.inc()
        if kind == "turn_ended":
            for step, ms in _steps(row.get("timing_ms")):
                self._latency.labels(step).observe(ms / 1000)
        elif kind == "model_replied":
            for each in ("prompt", "cached", "completion"):
                self._tokens.labels(each).inc(row.get(f"{each}_tokens") or 0)

    def text(self, mode: str | None, taken: Sample | None) -> bytes:
        """All of it; ``mode`` None: the assistant does not run."""
        self._up.set(0 if mode is None else 1)
        for each in _MODES:
            self._mode.labels(each).set(1 if each == mode else 0)
        self._cpu.set(0.0 if taken is None else taken.cpu_s)
        self._memory.set(0 if taken is None else taken.memory_bytes)
        return generate_latest(self._registry)


def _steps(timing: Any) -> Iterator[tuple[str, float]]:
    known = cast("dict[str, Any]", timing) if isinstance(timing, dict) else {}
    for step in ("endpoint", "transcript", "first_token", "first_audio", "total"):
        ms = known.get(step)
        if isinstance(ms, int | float):
            yield step, float(ms)
