"""How a picture looks, in 64 bits: two that look alike differ in few of them.

The difference hash (dHash): for 9 by 8 grey points, whether each is darker than its right one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

from PIL import Image, ImageOps

from voiced.plugin import IntentError

from .opening import header, refused
from .tones import as_eight_bits

__all__ = ["look_of"]

_ACROSS, _DOWN = 9, 8
_DRAFT = (128, 128)


def look_of(stream: BinaryIO, max_pixels: int) -> int | None:
    """The bits; None where the picture cannot be read or is too large."""
    with suppress(IntentError), refused(""):
        image = header(stream)
        if image.width * image.height > max_pixels:
            return None
        image.draft("RGB", _DRAFT)  # a JPEG is read at an eighth of its size, which is enough
        upright = ImageOps.exif_transpose(as_eight_bits(image))
        small = _on_white(upright).resize((_ACROSS, _DOWN), Image.Resampling.BOX)
        points = small.tobytes()
        bits = 0
        for row in range(_DOWN):
            for column in range(_ACROSS - 1):
                at = row * _ACROSS + column
                bits = bits << 1 | (points[at] < points[at + 1])
        return bits
    return None


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("P", "PA", "LA", "RGBA"):
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, clear)
    return image.convert("L")
