"""The far signal: what a speaker really played, brought to the microphone's clock.

A speaker's callback pushes what it gives out; the listener takes 16 kHz sound, a frame for each of
the microphone's. Both go by clocks of their own, up to some hundred millionths apart, and both come
in bursts; yet an echo canceller needs a delay that stays the same to a fraction of a sample.

So neither the fill of a buffer nor a single moment is believed. The pushes' times give a line, of
so much sound a second (``_Line``); where the takes stand beside that line is steered slowly by
reading a little faster or slower, between the samples (``_Steering``). The same reading changes the
rate, since a streaming resampler would hold back tens of milliseconds. No locks, no threads here.

A machine that was busy, or a device that was, may lose the place. What was played then is not
known, and said to be so: it would be worse to call it silence.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voiced.audio import RATE_HZ, Samples, silence
from voiced.sound.fractional import FractionalReader

__all__ = ["FarSignal"]

_BLOCKS = 512
_LINE_RAD_S, _STEER_RAD_S = 0.3, 0.15
_FIRST_RAD_S, _NARROWING = 2.0, 3.0
_MEAN_TAKES = 12
_LOST_S = 0.3
_MOST = 1000e-6
_MOST_ERROR_S = 0.003
_ASTRAY_S, _ASTRAY_TAKES = 0.02, 50
_MARGIN_S, _MOST_SPARE_S = 0.004, 0.1
_WATCHED_S, _WATCHED_AGAIN_S = 1.5, 0.5
_QUIET_S = 1.0
_REMEMBERED_S = 5.0
_TOO_MUCH_S = 0.008


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Samples from ``start`` on, counted at ``rate_hz``, pushed at ``at_s``."""

    start: int
    samples: Samples
    rate_hz: int
    at_s: float


class FarSignal:
    """Carries sound from a speaker's callback to the listener.

    The far signal comes later than it was pushed by what is kept in reserve, so that bursts do not
    tear it: about as much as the longest of them, which is watched at first and ever after. That
    is less than the delay of the devices, who need as much themselves; else the far sound would
    come later than its echo.

    Args:
        clock: Seconds; one that both threads may read.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        # the callback's side
        self._pushed = 0
        # shared: the callback appends at the right, the listener takes from the left
        self._blocks: deque[_Block] = deque(maxlen=_BLOCKS)
        # the listener's side
        self._next = -1
        self._quiet_s = math.inf
        self._reserve = _Reserve()
        self._to_watch_s = _WATCHED_S
        self._start_over(RATE_HZ)

    def push(self, samples: Samples, rate_hz: int) -> None:
        """Take what the speaker gives out now; silence too. For the callback: never waits."""
        start, self._pushed = self._pushed, self._pushed + len(samples)
        self._blocks.append(_Block(start, samples, rate_hz, self._clock()))

    def take(self, samples: int) -> Samples | None:
        """The next so many samples at 16 kHz; None where the place in what was played is lost.

        It is never None where nothing was played for a second: that is silence in any place.
        """
        self._collect()
        length_s = samples / RATE_HZ
        self._quiet_s += length_s
        if not self._line.has_begun:
            return self._unknown(samples)
        line_s = self._line.at(self._clock())
        if not self._is_primed:
            self._prime(line_s, samples)
        elif self._steering.is_astray or self._keeps_too_much:
            self._seek(line_s - length_s)
        taken = self._sound.read(samples, self._steering.speed) if self._is_primed else None
        if taken is None:
            return self._fail(samples)
        spare_s = line_s - self._sound.position_s
        self._steering.steer(spare_s - self._reserve.kept_s, length_s)
        return taken

    @property
    def _keeps_too_much(self) -> bool:
        """Whether less would do; it is given back where nobody hears the seam."""
        return self._quiet_s > _QUIET_S and self._reserve.is_too_much

    def _prime(self, line_s: float, samples: int) -> None:
        """Begin when it is known how far the sound falls behind the line before each push."""
        self._to_watch_s -= samples / RATE_HZ
        self._seek(line_s - samples / RATE_HZ)
        self._is_primed = self._to_watch_s < 0 and self._sound.lacks_s(samples) <= 0

    def _seek(self, line_s: float) -> None:
        self._reserve.settle()
        self._sound.seek(line_s - self._reserve.kept_s)
        self._steering.restart()

    def _fail(self, samples: int) -> Samples | None:
        if self._is_primed:
            self._is_primed = False
            self._reserve.hear(self._sound.lacks_s(samples) + self._reserve.kept_s, 0.0)
        return self._unknown(samples)

    def _unknown(self, samples: int) -> Samples | None:
        return silence(samples) if self._quiet_s > _QUIET_S else None

    def _collect(self) -> None:
        """Take over what was pushed."""
        while self._blocks:
            block = self._blocks.popleft()
            is_new_rate = block.rate_hz != self._sound.rate_hz or self._next < 0
            if is_new_rate or block.start != self._next:  # or the oldest ones fell out
                self._start_over(block.rate_hz)
            self._next = block.start + len(block.samples)
            length_s = len(block.samples) / block.rate_hz
            if self._line.has_begun:
                self._reserve.hear(self._line.at(block.at_s) - self._sound.end_s, length_s)
            if np.any(block.samples):
                self._quiet_s = 0.0
            self._sound.append(block.samples)
            if not self._line.take(block.at_s, length_s):
                self._start_over(block.rate_hz)

    def _start_over(self, rate_hz: int) -> None:
        self._sound = FractionalReader(rate_hz, RATE_HZ)
        self._line = _Line()
        self._steering = _Steering()
        self._to_watch_s = max(self._to_watch_s, _WATCHED_AGAIN_S)
        self._is_primed = False


class _Reserve:
    """How much is kept back: as much as the latest push of the last seconds was late."""

    def __init__(self) -> None:
        self.kept_s = 0.0
        self._worst_s = self._worst_before_s = 0.0
        self._heard_s = 0.0

    def hear(self, late_s: float, length_s: float) -> None:
        """Take how late a push of this length was; what is out of all measure does not count."""
        if late_s <= _MOST_SPARE_S:
            self._worst_s = max(self._worst_s, late_s)
        self._heard_s += length_s
        if self._heard_s > _REMEMBERED_S:
            self._worst_before_s, self._worst_s, self._heard_s = self._worst_s, 0.0, 0.0

    @property
    def _needed_s(self) -> float:
        return min(_MOST_SPARE_S, max(self._worst_s, self._worst_before_s) + _MARGIN_S)

    @property
    def is_too_much(self) -> bool:
        """Whether much less would have done in the last seconds."""
        return self.kept_s > self._needed_s + _TOO_MUCH_S

    def settle(self) -> None:
        """Keep as much as is needed from now on."""
        self.kept_s = self._needed_s


class _Line:
    """How much sound was pushed by a time, in seconds of it: a line through the pushes.

    At first the mean of them: a stream begins with a burst that fills the device. Then a
    delay-locked loop of the second order: position and speed follow the error.
    """

    def __init__(self) -> None:
        self.has_begun = False
        self._at_s = self._position_s = self._pushed_s = 0.0
        self._speed = 1.0
        self._pushes = 0

    def at(self, now_s: float) -> float:
        """Seconds of sound pushed until now."""
        return self._position_s + (now_s - self._at_s) * self._speed

    def take(self, at_s: float, length_s: float) -> bool:
        """Follow a push of so many seconds; False if it is far off the line."""
        self._pushed_s += length_s
        if not self.has_begun:
            self.has_begun = True
            self._at_s, self._position_s, self._pushes = at_s, self._pushed_s, 1
            return True
        expected_s = self.at(at_s)
        error_s = self._pushed_s - expected_s
        is_near = abs(error_s) < _LOST_S
        self._pushes += 1
        width = max(_LINE_RAD_S, min(_FIRST_RAD_S, _NARROWING / self._pushed_s))
        share = max(1 / self._pushes, 2**0.5 * width * length_s)
        self._at_s = at_s
        self._position_s = expected_s + share * error_s
        if self._pushed_s > _WATCHED_S:
            error_s = min(_MOST_ERROR_S, max(-_MOST_ERROR_S, error_s))
            speed = self._speed + _LINE_RAD_S**2 * length_s * error_s
            self._speed = min(1 + _MOST, max(1 - _MOST, speed))
        return is_near


class _Steering:
    """How fast to read, so that what is spare stays the same; the drift is learned."""

    def __init__(self) -> None:
        self._drift = 0.0
        self.restart()

    def restart(self) -> None:
        """Begin at the right position; the drift is still the same."""
        self.speed = 1.0 + self._drift
        self._steered_s = 0.0
        self._errors_s: deque[float] = deque(maxlen=_ASTRAY_TAKES)
        self._recent_s: deque[float] = deque(maxlen=_MEAN_TAKES)

    @property
    def is_astray(self) -> bool:
        """Whether it is clearly wrong for a second, more than any burst explains."""
        errors_s = self._errors_s
        if len(errors_s) < _ASTRAY_TAKES:
            return False
        return min(errors_s) > _ASTRAY_S or max(errors_s) < -_ASTRAY_S

    def steer(self, error_s: float, length_s: float) -> None:
        """Follow the error of a take of this length: positive if too much is spare."""
        self._errors_s.append(error_s)
        self._steered_s += length_s
        width = max(_STEER_RAD_S, min(_FIRST_RAD_S, _NARROWING / self._steered_s))
        recent_s = self._recent_s
        recent_s.append(error_s)
        error_s = min(_MOST_ERROR_S, max(-_MOST_ERROR_S, sum(recent_s) / len(recent_s)))
        drift = self._drift + _STEER_RAD_S**2 * length_s * error_s
        self._drift = min(_MOST, max(-_MOST, drift))
        step = self._drift + 2**0.5 * width * error_s
        self.speed = 1.0 + min(2 * _MOST, max(-2 * _MOST, step))
