"""What a picture says of itself: when, where and with what it was taken. Text from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """``taken`` has no zone where the camera wrote none; ``camera`` is one short line of text.

    ``position`` is latitude and longitude in degrees; ``size`` width and height, upright.
    """

    taken: datetime | None = None
    camera: str = ""
    position: tuple[float, float] | None = None
    size: tuple[int, int] = (0, 0)
