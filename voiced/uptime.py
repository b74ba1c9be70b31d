"""A clock that nobody sets, and that goes on while the machine sleeps."""

from __future__ import annotations

import time

__all__ = ["uptime_s"]

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def uptime_s() -> float:
    """Seconds since the machine began; where sleep is not counted, without it."""
    return time.clock_gettime(_CLOCK)
