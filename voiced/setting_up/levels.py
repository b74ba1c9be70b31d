"""What a few seconds of a microphone tell: silence, too soft, too loud, or fine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voiced.audio import FRAME_SAMPLES, Samples, level_dbfs

__all__ = ["Level", "level_of"]

_NOTHING_DBFS = -90.0
_SOFT_DBFS = -45.0
_LEAST_RISE_DB = 10.0
_CLIPPED = 32_000
_QUIET, _LOUD = 10, 95


@dataclass(frozen=True, slots=True)
class Level:
    """The level of the pauses and of the speech."""

    noise_dbfs: float
    speech_dbfs: float
    is_clipped: bool

    @property
    def is_good(self) -> bool:
        """Whether speech can be heard well."""
        return self.problem == ""

    @property
    def problem(self) -> str:
        """What is wrong, and the mend; empty: nothing."""
        if self.speech_dbfs < _NOTHING_DBFS:
            return "only silence came: it may be muted, by a switch of its own too, or unplugged"
        if self.is_clipped:
            return "it is too loud and clips: turn its level down in the sound settings"
        if self.speech_dbfs - self.noise_dbfs < _LEAST_RISE_DB:
            return "no speech stands out from the noise: come nearer, or turn its level up"
        if self.speech_dbfs < _SOFT_DBFS:
            return "it is very soft: come nearer, or turn its level up in the sound settings"
        return ""


def level_of(sound: Samples) -> Level:
    """The levels of sound in which somebody spoke and paused."""
    whole = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    levels = [level_dbfs(frame) for frame in whole] or [-120.0]
    is_clipped = bool(np.abs(sound.astype(np.int32)).max(initial=0) >= _CLIPPED)
    noise, speech = np.percentile(levels, [_QUIET, _LOUD])
    return Level(float(noise), float(speech), is_clipped)
