"""Whether the echo's path has changed: its delay jumped, or the room is another one.

The near sound of the last moments is compared with the far sound at every delay, as pictures of
loudness by band and frame: they are alike only at the delay that the echo really has.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from voiced.echo.bands import BANDS, Bands, in_db
from voiced.echo.linear import PARTITIONS

__all__ = ["LagWatch"]

_WINDOW = 12
_LAGS = PARTITIONS + 2
_LEAST_POWER = 1e-4
_SMEAR_DB = 6.0
_LIKE, _BETTER = 0.8, 0.35
_LIKE_OWN = 0.75
_NEIGHBOURS = 1
_HITS, _HITS_OF_NEW = 3, 8
_SLOWEST = 0.01
_TOO_LOUD_DB = 8.0
_OUT_OF_STEP_DB, _WRONG_DB = 1.5, 3.0
_LEAST_SHARE = 0.1
_LEAST = 1e-9

Lags: TypeAlias = NDArray[np.float64]
"""A number for each delay, shape (32,)."""


class LagWatch:
    """Remembers the last frames' bands and finds the delay at which near and far are alike."""

    def __init__(self) -> None:
        silent = in_db(np.zeros(BANDS), _LEAST_POWER)
        self._near: deque[Bands] = deque([silent] * _WINDOW, _WINDOW)
        self._far: deque[Bands] = deque([silent] * (_WINDOW + _LAGS + 1), _WINDOW + _LAGS + 1)
        self._powers: deque[tuple[float, float]] = deque(maxlen=_WINDOW)
        self._usual_near = np.zeros(BANDS)
        self._usual_far = np.zeros(BANDS)
        self._usual_power = self._usual_echo = 0.0
        self._frames = 0
        self._hits = 0

    def hear(self, near: Bands, far: Bands, left: Bands, echo: Bands) -> None:
        """Take the powers of a frame: near, far, what the filter left, and what it took away."""
        power = float(near.sum())
        self._near.appendleft(in_db(near, _LEAST_POWER))
        self._far.appendleft(in_db(far, _LEAST_POWER))
        self._powers.append((power, float(left.sum())))
        self._frames += 1
        share = max(_SLOWEST, 1 / self._frames)
        self._usual_near += share * (self._near[0] - self._usual_near)
        self._usual_far += share * (self._far[0] - self._usual_far)
        self._usual_power += share * (power - self._usual_power)
        self._usual_echo += share * (float(echo.sum()) - self._usual_echo)

    def has_moved(self, delay: int) -> bool:
        """Whether the path with this delay, in frames, is not the one of the last moments.

        Asked in each frame in which something is louder than expected.
        """
        alike, louder_db = self._compare()
        best = int(np.argmax(alike))
        nearby = slice(max(0, delay - _NEIGHBOURS), delay + _NEIGHBOURS + 2)
        own = float(alike[nearby].max())
        left_db = self._left_db()
        is_elsewhere = alike[best] >= max(_LIKE, own + _BETTER)
        if self._has_path and louder_db[best] > _TOO_LOUD_DB and left_db < _WRONG_DB:
            is_elsewhere = False  # this loud it cannot be the echo: it is the user
        is_out_of_step = own >= _LIKE_OWN and self._has_path and left_db > _OUT_OF_STEP_DB
        self._hits = self._hits + 1 if is_elsewhere or is_out_of_step else 0
        return self._hits >= (_HITS if self._has_path else _HITS_OF_NEW)

    def calm(self) -> None:
        """Know that there was nothing to ask about in this frame."""
        self._hits = 0

    @property
    def _has_path(self) -> bool:
        """Whether the echo, as the filter believes, is a part of what is usually heard."""
        return self._usual_echo > _LEAST_SHARE * self._usual_power

    def _left_db(self) -> float:
        """What the filter leaves of the last moments; above 0 it does harm."""
        near, left = (sum(powers) + _LEAST for powers in zip(*self._powers, strict=True))
        return 10 * math.log10(left / near)

    def _compare(self) -> tuple[Lags, Lags]:
        """The last near frames against the far ones at each lag.

        Returns:
            Their correlation, and by how many dB the near ones are louder than usual beside them.
        """
        near = np.stack(self._near) - self._usual_near
        far = np.stack(self._far) - self._usual_far
        smeared = np.maximum(far[:-1], far[1:] - _SMEAR_DB)
        windows = np.stack([smeared[lag : lag + _WINDOW] for lag in range(_LAGS)])
        means = windows.mean(axis=(1, 2), keepdims=True)
        louder_db: Lags = near.mean() - means[:, 0, 0]
        near -= near.mean()
        windows -= means
        scale = np.sqrt(np.sum(near**2) * np.sum(windows**2, axis=(1, 2))) + _LEAST
        alike: Lags = np.sum(near * windows, axis=(1, 2)) / scale
        return alike, louder_db
