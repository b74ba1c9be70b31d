"""Whether speech comes much too loud or much too soft, and a constant offset taken out. Pure."""

from __future__ import annotations

from collections import deque

import numpy as np

from voiced.audio import RATE_HZ, Samples, level_dbfs
from voiced.sound_notes import Note

__all__ = ["LevelWatch", "OffsetRemover", "ZeroWatch"]

_SPEECH = 0.5
_CLIPPED = 32_700
_CLIPPED_SHARE = 0.01
_FRAMES = 100
_LOUD_FRAMES = 20
_QUIET_DBFS = -46.0
_LEAST_OFFSET = 64.0
_FOLLOWED = 0.05
_ZEROS = 5 * RATE_HZ


class LevelWatch:
    """Watches two seconds of speech at a time; says each thing once."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_FRAMES)
        self._clips: deque[bool] = deque(maxlen=_FRAMES)
        self._said: set[Note] = set()

    def hear(self, samples: Samples, probability: float) -> Note | None:
        """Take a frame in which nothing of ours sounds."""
        if probability < _SPEECH or len(self._said) == 2:  # noqa: PLR2004 - loud and quiet
            return None
        self._levels.append(level_dbfs(samples))
        clipped = np.count_nonzero(np.abs(samples.astype(np.int32)) >= _CLIPPED)
        self._clips.append(bool(clipped > _CLIPPED_SHARE * len(samples)))
        if sum(self._clips) >= _LOUD_FRAMES:
            return self._once("too loud")
        if len(self._levels) == _FRAMES and float(np.median(self._levels)) < _QUIET_DBFS:
            return self._once("too quiet")
        return None

    def _once(self, note: Note) -> Note | None:
        if note in self._said:
            return None
        self._said.add(note)
        return note


class ZeroWatch:
    """Notices a microphone that gives not even noise: one that is switched off at itself."""

    def __init__(self) -> None:
        self._zeros = 0

    def hear(self, samples: Samples) -> Note | None:
        """Take a frame of a real microphone: one that another program makes may be all zeros."""
        if np.any(samples):
            was_zeros, self._zeros = self._zeros > _ZEROS, 0
            return "unmuted" if was_zeros else None
        before, self._zeros = self._zeros, self._zeros + len(samples)
        return "only zeros" if before <= _ZEROS < self._zeros else None


class OffsetRemover:
    """Takes a constant offset out of the sound, as a bad sound card adds one.

    Where there is none worth the name, the sound stays as it is.
    """

    def __init__(self) -> None:
        self._offset: float | None = None

    def clean(self, samples: Samples) -> Samples:
        """The frame without the offset."""
        if not len(samples):
            return samples
        mean = float(np.mean(samples))
        before = mean if self._offset is None else self._offset
        self._offset = before + _FOLLOWED * (mean - before)
        if max(abs(before), abs(self._offset)) < _LEAST_OFFSET:
            return samples
        offset = np.linspace(before, self._offset, len(samples))
        cleaned: Samples = np.clip(np.rint(samples - offset), -32768, 32767).astype(np.int16)
        return cleaned
