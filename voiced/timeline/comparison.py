"""Two timelines of the same sound, side by side. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voiced.timeline.values import Timeline

__all__ = ["Compared", "compare"]

_LEAST_MS = 0.5


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of both, as text, empty where there is none; ``difference`` is empty if equal."""

    name: str
    before: str
    after: str
    difference: str


def compare(before: Timeline, after: Timeline | None) -> tuple[Compared, ...]:
    """The figures of a turn as it was and as it went again; None: it was no turn any more."""
    was = _figures(before)
    now = _figures(after) if after is not None else dict.fromkeys(was)
    return tuple(_compared(name, was[name], now[name]) for name in was)


def _figures(timeline: Timeline) -> Mapping[str, float | str | None]:
    """Milliseconds from the true end of speech as numbers, everything else as text."""
    timing = timeline.timing_ms
    share = timeline.heard_share
    return {
        "outcome": timeline.outcome.replace("_", " "),
        "times reopened": _count(timeline, "turn_reopened"),
        "why speech ended": _fact(timeline, "speech_stopped", "reason"),
        "end of speech known": timing.endpoint,
        "transcript": timing.transcript,
        "intent": _fact(timeline, "intent_matched", "intent"),
        "first sentence": timing.first_token,
        "first sound": timing.first_audio,
        "times quieter": _count(timeline, "ducked"),
        "sounds ignored": _count(timeline, "overlap_ignored"),
        "stopped by": _fact(timeline, "barge_in", "reason"),
        "heard": None if share is None else f"{share:.0%}",
        "end of the turn": timing.total,
    }


def _count(timeline: Timeline, kind: str) -> str:
    return str(sum(1 for _ in timeline.of(kind)))


def _fact(timeline: Timeline, kind: str, name: str) -> str | None:
    """The fact of the last step of its type."""
    steps = list(timeline.of(kind))
    return str(steps[-1].facts.get(name, "")) if steps else None


def _compared(name: str, before: float | str | None, after: float | str | None) -> Compared:
    texts = (_text(before), _text(after))
    if isinstance(before, float | int) and isinstance(after, float | int):
        is_same = abs(after - before) < _LEAST_MS
        return Compared(name, *texts, "" if is_same else f"{after - before:+.0f} ms")
    return Compared(name, *texts, "" if texts[0] == texts[1] else "changed")


def _text(figure: float | str | None) -> str:
    if figure is None:
        return ""
    return figure if isinstance(figure, str) else f"{figure:.0f} ms"
