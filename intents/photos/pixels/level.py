"""Finds by how much a picture is tilted: from its long lines, as horizons and walls are."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from voiced_intents.files.refusals import failed

__all__ = ["tilt_of"]

_SIDE = 400
_MOST_DEGREES = 12.0
_COARSE, _FINE = 1.0, 0.1
_CLEAR = 1.6
_UNSURE = 0.25
_ASKEW = 0.03
"""No angle that is tried is 0: edges that are not turned stay sharper, and would win."""


def tilt_of(image: Image.Image) -> float:
    """How many degrees clockwise it has to be turned to be level.

    Raises:
        IntentFailed: There is no line to go by, or it is level.
    """
    grey = image.convert("L") if image.mode != "I;16" else image.convert("I").convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    edges = _edges(np.asarray(grey, dtype=np.float32))
    angles = np.arange(-_MOST_DEGREES, _MOST_DEGREES + _COARSE / 2, _COARSE) + _ASKEW
    scores = [_alignment(edges, angle) for angle in angles]
    best = float(angles[int(np.argmax(scores))])
    if max(scores) <= _CLEAR * float(np.median(scores)):
        raise failed(
            "no line to straighten by",
            "I see no line to straighten it by. Tell me by how many degrees.",
        )
    fine = np.arange(best - _COARSE, best + _COARSE + _FINE / 2, _FINE) + _ASKEW
    exact = float(fine[int(np.argmax([_alignment(edges, angle) for angle in fine]))])
    if abs(exact) < _UNSURE:
        raise failed("it is level already", "It is level already, as far as I can see.")
    return round(exact, 1)


def _edges(grey: np.ndarray) -> Image.Image:
    across = np.abs(np.diff(grey, axis=1))[:-1, :]
    down = np.abs(np.diff(grey, axis=0))[:, :-1]
    edges = Image.fromarray(np.clip(across + down, 0, 255).astype(np.uint8))
    return edges.filter(ImageFilter.GaussianBlur(1))


def _alignment(edges: Image.Image, degrees: float) -> float:
    """How much of the edges falls into few rows and columns after a turn."""
    turned = np.asarray(
        edges.rotate(-degrees, Image.Resampling.BILINEAR, fillcolor=0), dtype=np.float32
    )
    # only a disc in the middle is seen at every angle
    height, width = turned.shape
    y, x = np.ogrid[:height, :width]
    radius = min(height, width) / 2
    seen = turned * ((y - height / 2) ** 2 + (x - width / 2) ** 2 < radius**2)
    steps = (np.diff(seen.sum(axis=axis)) for axis in (0, 1))
    return float(sum(np.square(each).sum() for each in steps))
