"""Keeps a recogniser from long stretches without speech, by level alone. No vendors.

A grammar makes words out of noise, and quiet stretches spoil the recogniser's idea of the
channel. The gate lets through 1.0 s before speech, pauses, and 0.3 s after the last speech.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voiced.audio import AudioFrame, Samples, level_dbfs, silence

__all__ = ["SpeechGate"]

_BEFORE_S = 1.0
_AFTER_S = 0.3
_FLOOR_FRAMES = 150
_FLOOR_PERCENT = 10
_ABOVE_FLOOR_DB = 10.0
_BELOW_PEAK_DB = 35.0
_MIN_LEVEL_DBFS = -55.0
_PEAK_FALL_DB = 0.1


class SpeechGate:
    """One utterance's gate. ``heard_speech`` says whether anything louder than the floor came."""

    def __init__(self) -> None:
        self.heard_speech = False
        self._held: deque[AudioFrame] = deque()
        self._held_s = 0.0
        self._after_s = 0.0
        self._levels: deque[float] = deque(maxlen=_FLOOR_FRAMES)
        self._peak_dbfs = -120.0

    def feed(self, frame: AudioFrame) -> Samples:
        """What may pass now, perhaps nothing: held frames follow when speech comes."""
        if self._is_speech(frame.samples):
            self.heard_speech = True
            self._after_s = _AFTER_S
            return self._release(frame)
        if self._after_s > 0:
            self._after_s -= frame.duration_s
            return frame.samples
        self._hold(frame)
        return silence(0)

    def _is_speech(self, samples: Samples) -> bool:
        level = level_dbfs(samples)
        self._levels.append(level)
        self._peak_dbfs = max(level, self._peak_dbfs - _PEAK_FALL_DB)
        floor = sorted(self._levels)[len(self._levels) * _FLOOR_PERCENT // 100]
        return level > max(
            floor + _ABOVE_FLOOR_DB, self._peak_dbfs - _BELOW_PEAK_DB, _MIN_LEVEL_DBFS
        )

    def _release(self, frame: AudioFrame) -> Samples:
        held = [each.samples for each in self._held]
        self._held.clear()
        self._held_s = 0.0
        return np.concatenate([*held, frame.samples])

    def _hold(self, frame: AudioFrame) -> None:
        self._held.append(frame)
        self._held_s += frame.duration_s
        while self._held_s - self._held[0].duration_s >= _BEFORE_S:
            self._held_s -= self._held.popleft().duration_s
