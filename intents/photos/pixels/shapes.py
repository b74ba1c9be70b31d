"""Edits of a picture's shape: turned, mirrored, cropped, straightened, scaled."""

from __future__ import annotations

import math

from PIL import Image

from voiced_intents.files.refusals import failed

__all__ = ["crop_part", "crop_ratio", "fit", "flip", "rotate", "scale", "straighten"]

_QUARTERS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns anticlockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
_CORNERS: dict[str, tuple[float, ...] | float] = {
    "RGB": (255, 255, 255),
    "RGBA": (0, 0, 0, 0),
    "CMYK": (0, 0, 0, 0),
    "L": 255,
}
_WHITE_16 = 65535


def rotate(image: Image.Image, degrees: float) -> Image.Image:
    """Clockwise; what a slanted turn leaves free is white, or transparent."""
    turn = degrees % 360
    if turn == 0:
        return image
    if turn in _QUARTERS:
        return image.transpose(_QUARTERS[int(turn)])
    return _slanted(image, turn, expand=True)


def _slanted(image: Image.Image, degrees: float, *, expand: bool) -> Image.Image:
    is_deep = image.mode == "I;16"
    return image.rotate(
        -degrees,
        Image.Resampling.NEAREST if is_deep else Image.Resampling.BICUBIC,
        expand=expand,
        fillcolor=_WHITE_16 if is_deep else _CORNERS[image.mode],
    )


def flip(image: Image.Image, axis: float) -> Image.Image:
    """0: left and right change places; 1: top and bottom."""
    is_down = bool(axis)
    way = Image.Transpose.FLIP_TOP_BOTTOM if is_down else Image.Transpose.FLIP_LEFT_RIGHT
    return image.transpose(way)


def crop_ratio(image: Image.Image, across: float, down: float) -> Image.Image:
    """The largest part of that shape, from the middle."""
    width, height = image.size
    wanted = across / down
    if width / height > wanted:
        new_width, new_height = max(1, round(height * wanted)), height
    else:
        new_width, new_height = width, max(1, round(width / wanted))
    left, top = (width - new_width) // 2, (height - new_height) // 2
    return image.crop((left, top, left + new_width, top + new_height))


def crop_part(
    image: Image.Image, left: float, top: float, right: float, bottom: float
) -> Image.Image:
    """A part, in shares of the whole."""
    width, height = image.size
    box = (
        math.floor(left * width + 0.5),
        math.floor(top * height + 0.5),
        math.floor(right * width + 0.5),
        math.floor(bottom * height + 0.5),
    )
    if box[2] <= box[0] or box[3] <= box[1]:
        raise failed("nothing would be left", "There would be nothing left of the picture.")
    return image.crop(box)


def straighten(image: Image.Image, degrees: float) -> Image.Image:
    """Turned clockwise by a small angle, and cut to what is picture everywhere."""
    if degrees % 360 == 0:
        return image
    width, height = image.size
    inner_width, inner_height = _inscribed(width, height, math.radians(abs(degrees)))
    turned = _slanted(image, degrees, expand=False)
    left, top = (width - inner_width) / 2, (height - inner_height) / 2
    return turned.crop(
        (
            math.ceil(left),
            math.ceil(top),
            math.floor(left + inner_width),
            math.floor(top + inner_height),
        )
    )


def _inscribed(width: int, height: int, angle: float) -> tuple[float, float]:
    """The largest upright rectangle in one that is turned by up to 45 degrees, same centre."""
    sine, cosine = math.sin(angle), math.cos(angle)
    long, short = max(width, height), min(width, height)
    if short <= 2 * sine * cosine * long:
        half = short / 2
        wide, high = half / sine, half / cosine
        return (wide, high) if width >= height else (high, wide)
    double = cosine * cosine - sine * sine
    return (width * cosine - height * sine) / double, (height * cosine - width * sine) / double


def scale(image: Image.Image, factor: float, max_pixels: int) -> Image.Image:
    """All of it, larger or smaller."""
    width, height = image.size
    return _resized(image, width * factor, height * factor, max_pixels)


def fit(image: Image.Image, width: float, height: float, max_pixels: int) -> Image.Image:
    """To a width or a height, or into both; it keeps its shape. 0 leaves one open."""
    ways = [
        wanted / now for wanted, now in zip((width, height), image.size, strict=True) if wanted > 0
    ]
    return scale(image, min(ways), max_pixels)


def _resized(image: Image.Image, width: float, height: float, max_pixels: int) -> Image.Image:
    size = (max(1, round(width)), max(1, round(height)))
    if size[0] * size[1] > max_pixels:
        raise failed(
            "the result has more pixels than [photos] max_megapixels",
            "That would be too large a picture for me.",
            "raise max_megapixels in the section [photos] of voiced.toml",
        )
    if image.mode == "I;16":
        return image.resize(size, Image.Resampling.NEAREST)
    return image.resize(size, Image.Resampling.LANCZOS)
