"""The pictures of the tray, drawn: each state has a shape of its own, not a colour alone. Pure.

Everything is a distance: below 0 is inside. The picture is 1 by 1, with y downwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from voiced.engines.tray.state import TrayState

__all__ = ["SIZES", "Pixmap", "drawn", "pixmaps"]

Pixmap: TypeAlias = tuple[int, int, bytes]
"""Width, height, and ARGB32 in network order."""

SIZES = (22, 24, 32, 48)

_Field: TypeAlias = NDArray[np.float64]
_Point: TypeAlias = tuple[float, float]
_Part: TypeAlias = tuple[_Field, int]
"""A shape and its colour."""

_WHITE, _GREY = 0xF4F4F4, 0x9AA0A6
_GREEN, _BLUE, _RED, _AMBER, _VIOLET = 0x4CC38A, 0x5EA9FF, 0xFF5C5C, 0xFFB224, 0xB79CFF
_DARK = 0x1E1E22
_OUTLINE_PIXELS = 1.2
_THIN = 0.045


def pixmaps(state: TrayState) -> list[Pixmap]:
    """The picture of a state in each size."""
    return [(size, size, drawn(state, size)) for size in SIZES]


@lru_cache(maxsize=64)
def drawn(state: TrayState, size: int) -> bytes:
    """The picture of a state."""
    steps = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(steps, steps)
    parts = _SHAPES[state](x, y)
    colour = np.zeros((size, size, 3))
    alpha = np.zeros((size, size))
    whole = np.minimum.reduce([field for field, _ in parts])
    for field, rgb in [(whole - _OUTLINE_PIXELS / size, _DARK), *parts]:
        cover = np.clip(0.5 - field * size, 0.0, 1.0)
        wanted = np.array([rgb >> 16, rgb >> 8 & 0xFF, rgb & 0xFF])
        colour += (wanted - colour) * cover[..., None]
        alpha = np.maximum(alpha, cover)
    picture = np.dstack([alpha * 255, colour])
    return np.rint(picture).astype(np.uint8).tobytes()


def _line(x: _Field, y: _Field, begin: _Point, end: _Point, radius: float) -> _Field:
    (bx, by), (ex, ey) = begin, end
    dx, dy = ex - bx, ey - by
    length = dx * dx + dy * dy
    along = np.clip(((x - bx) * dx + (y - by) * dy) / length, 0.0, 1.0) if length else 0.0
    return np.hypot(x - bx - along * dx, y - by - along * dy) - radius


def _disc(x: _Field, y: _Field, at: _Point, radius: float) -> _Field:
    return np.hypot(x - at[0], y - at[1]) - radius


def _arc(x: _Field, y: _Field, at: _Point, radius: float, is_there: _Field) -> _Field:
    """The part of a circle where ``is_there`` is below 0."""
    return np.maximum(np.abs(_disc(x, y, at, radius)) - _THIN, is_there)


def _microphone(x: _Field, y: _Field, colour: int) -> list[_Part]:
    body = _line(x, y, (0.5, 0.25), (0.5, 0.43), 0.14)
    cradle = _arc(x, y, (0.5, 0.45), 0.25, 0.45 - y)
    stem = _line(x, y, (0.5, 0.70), (0.5, 0.84), _THIN)
    foot = _line(x, y, (0.37, 0.86), (0.63, 0.86), _THIN)
    return [(body, colour), (np.minimum.reduce([cradle, stem, foot]), colour)]


def _listening(x: _Field, y: _Field) -> list[_Part]:
    return _microphone(x, y, _WHITE)


def _hearing(x: _Field, y: _Field) -> list[_Part]:
    waves = _arc(x, y, (0.5, 0.35), 0.42, np.abs(y - 0.35) - np.abs(x - 0.5) * 0.7)
    return [*_microphone(x, y, _GREEN), (waves, _GREEN)]


def _speaking(x: _Field, y: _Field) -> list[_Part]:
    box = np.maximum(np.abs(x - 0.20) - 0.10, np.abs(y - 0.5) - 0.14)
    cone = np.maximum(np.abs(x - 0.36) - 0.14, np.abs(y - 0.5) - 0.14 - (x - 0.22) * 0.75)
    ahead = np.abs(y - 0.5) - (x - 0.42)
    waves = [_arc(x, y, (0.42, 0.5), radius, ahead) for radius in (0.24, 0.42)]
    return [(np.minimum(box, cone), _BLUE), (np.minimum.reduce(waves), _BLUE)]


def _muted(x: _Field, y: _Field) -> list[_Part]:
    return [*_microphone(x, y, _GREY), (_line(x, y, (0.16, 0.12), (0.84, 0.88), 0.055), _RED)]


def _asleep(x: _Field, y: _Field) -> list[_Part]:
    moon = np.maximum(_disc(x, y, (0.47, 0.52), 0.36), -_disc(x, y, (0.63, 0.38), 0.31))
    return [(moon, _VIOLET)]


def _deaf(x: _Field, y: _Field) -> list[_Part]:
    badge = _disc(x, y, (0.74, 0.70), 0.25)
    mark = np.minimum(
        _line(x, y, (0.74, 0.57), (0.74, 0.71), 0.04), _disc(x, y, (0.74, 0.83), 0.045)
    )
    return [*_microphone(x, y, _GREY), (badge, _AMBER), (mark, _DARK)]


_SHAPES: Mapping[TrayState, Callable[[_Field, _Field], list[_Part]]] = {
    "listening": _listening,
    "hearing": _hearing,
    "speaking": _speaking,
    "muted": _muted,
    "asleep": _asleep,
    "deaf": _deaf,
}
