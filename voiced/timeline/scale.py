"""Where on the page a moment lies: the wait for the answer is drawn wide, the rest is squeezed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import ceil

from voiced.timeline.values import Timeline

__all__ = ["Scale", "Tick", "duration", "scale_of"]

_MARGIN_S = 0.4
_MOST_BEFORE = 0.2
_MOST_AFTER = 0.3
_SECOND_MS = 1000
_LONG_MS = 10_000
_STEPS_MS = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Tick:
    """A label of the axis; ``share`` is its place, from 0 (left) to 1."""

    share: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A monotone map from seconds to shares of the width, linear between knots.

    ``wide_s`` is the part that is not squeezed; ``breaks`` are the shares where it meets a part
    that is. Milliseconds count from ``zero_s``.
    """

    knots: tuple[tuple[float, float], ...]
    wide_s: tuple[float, float]
    zero_s: float

    def share(self, at_s: float) -> float:
        """The place of a moment, from 0 to 1."""
        last = len(self.knots) - 1
        index = min(max(1, bisect_right([knot[0] for knot in self.knots], at_s)), last)
        (left_s, left), (right_s, right) = self.knots[index - 1], self.knots[index]
        part = (at_s - left_s) / (right_s - left_s) if right_s > left_s else 1.0
        return left + (right - left) * min(1.0, max(0.0, part))

    @property
    def breaks(self) -> tuple[float, ...]:
        """The places where the pace of time changes."""
        inside = [self.share(at_s) for at_s in self.wide_s]
        return tuple(place for place in inside if 0 < place < 1)

    def ticks(self, most: int) -> tuple[Tick, ...]:
        """At most so many ticks in the wide part, at round milliseconds, and one at each end."""
        (first_s, _), *_, (last_s, _) = self.knots
        left_s, right_s = self.wide_s
        wide_ms = (right_s - left_s) * 1000
        coarsest_ms = max(_STEPS_MS[-1], ceil(wide_ms / most))
        step_ms = next((ms for ms in _STEPS_MS if wide_ms / ms <= most), coarsest_ms)
        low, high = self._ms(left_s) / step_ms, self._ms(right_s) / step_ms
        numbers = range(int(-(-low // 1)), int(high // 1) + 1)
        ticks = [self._tick(number * step_ms) for number in numbers]
        if left_s > first_s:
            ticks.insert(0, Tick(0.0, duration(self._ms(first_s))))
        if right_s < last_s:
            ticks.append(Tick(1.0, duration(self._ms(last_s))))
        return tuple(ticks)

    def _ms(self, at_s: float) -> float:
        return (at_s - self.zero_s) * 1000

    def _tick(self, ms: int) -> Tick:
        return Tick(self.share(self.zero_s + ms / 1000), f"{ms}")


def scale_of(timeline: Timeline) -> Scale:
    """The scale that shows the wait from the end of speech to the first sound as wide as it can."""
    begin_s = min([timeline.began_s, *(step.at_s for step in timeline.steps)])
    end_s = max(timeline.ended_s, begin_s + 0.001)
    timing = timeline.timing_ms
    known_ms = (timing.first_audio, timing.first_token, timing.transcript, timing.endpoint)
    answer_s = timeline.zero_s + max((ms for ms in known_ms if ms is not None), default=0) / 1000
    left_s = max(begin_s, timeline.zero_s - _MARGIN_S)
    right_s = min(end_s, answer_s + _MARGIN_S)
    if not begin_s <= left_s < right_s <= end_s:
        left_s, right_s = begin_s, end_s
    if (end_s - right_s) / (end_s - begin_s) <= _MOST_AFTER:
        right_s = end_s
    after = _MOST_AFTER if right_s < end_s else 0.0
    if (left_s - begin_s) / (right_s - begin_s) * (1 - after) <= _MOST_BEFORE:
        left_s = begin_s
    before = _MOST_BEFORE if left_s > begin_s else 0.0
    knots = ((begin_s, 0.0), (left_s, before), (right_s, 1 - after), (end_s, 1.0))
    return Scale(knots, (left_s, right_s), timeline.zero_s)


def duration(ms: float) -> str:
    """Milliseconds for the eye: 380 ms, 1.25 s, 12.3 s."""
    if abs(ms) < _SECOND_MS:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.2f} s" if abs(ms) < _LONG_MS else f"{ms / 1000:.1f} s"
