"""The way of the sound from the speaker to the microphone: delay, loudspeaker, room, level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, to_float32
from voiced.testing.room.acoustics import Convolver, impulse_response
from voiced.testing.room.interpolation import Interpolator
from voiced.testing.room.levels import gain_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voiced.testing.room.line import Line
    from voiced.testing.room.settings import RoomSettings

__all__ = ["EchoPath"]


class EchoPath:
    """Makes the echo of what the speaker gives out, frame by frame."""

    def __init__(self, settings: RoomSettings) -> None:
        self._starts = np.array([0, *(round(at_s * RATE_HZ) for at_s, _ in settings.jumps)])
        delays_ms = [settings.delay_ms, *(delay_ms for _, delay_ms in settings.jumps)]
        self._delays = np.rint(np.array(delays_ms) * (RATE_HZ / 1000))
        self._drift = settings.drift_ppm * 1e-6
        self._between = Interpolator()
        self._peak = None if settings.soft_clip_dbfs is None else gain_of(settings.soft_clip_dbfs)
        echo_db = settings.echo_db
        level_db = None if echo_db is None else settings.talker_dbfs + echo_db
        self._gain = 0.0 if level_db is None else gain_of(level_db - settings.speaker_dbfs)
        self._room = Convolver(impulse_response(settings.room, settings.seed))

    def delay(self, at: int) -> float:
        """The delay of the sound that arrives at sample ``at``, in samples."""
        return float(self._delay(np.array([at]))[0])

    def echo(self, far: Line, start: int) -> NDArray[np.float32]:
        """The echo in the frame from ``start`` on; shape (320,). Frames are asked for in order."""
        if not self._gain:
            return np.zeros(FRAME_SAMPLES, dtype=np.float32)
        arriving = self._arriving(far, start)
        if self._peak is not None:
            arriving = (self._peak * np.tanh(arriving / self._peak)).astype(np.float32)
        return self._gain * self._room.next(arriving)

    def _arriving(self, far: Line, start: int) -> NDArray[np.float32]:
        at = np.arange(start, start + FRAME_SAMPLES)
        places = at - self._delay(at)
        reach = self._between.reach
        first = int(np.floor(places.min())) - reach
        line = to_float32(far.read(first, int(np.floor(places.max())) + reach + 1))
        if not self._drift:
            exact: NDArray[np.float32] = line[places.astype(np.int64) - first]
            return exact
        return self._between.read(line, places - first)

    def _delay(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        base = self._delays[np.searchsorted(self._starts, at, side="right") - 1]
        delays: NDArray[np.float64] = np.maximum(0.0, base + self._drift * at)
        return delays
