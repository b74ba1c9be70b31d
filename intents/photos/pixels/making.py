"""A picture in, its version out: opened, edited step by step, saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from PIL import Image

from voiced_intents.photos.edit import Edit, Made, Wish

from .level import tilt_of
from .opening import Picture, open_picture, refused
from .saving import saved
from .shapes import crop_part, crop_ratio, fit, flip, rotate, scale, straighten
from .tones import TONES, as_eight_bits, as_rgb

__all__ = ["make"]


def _level(image: Image.Image) -> Image.Image:
    return straighten(image, tilt_of(image))


_SHAPES: dict[str, Callable[..., Image.Image]] = {
    "rotate": rotate,
    "flip": flip,
    "ratio": crop_ratio,
    "part": crop_part,
    "straighten": straighten,
    "level": _level,
}
_SIZES: dict[str, Callable[..., Image.Image]] = {"scale": scale, "fit": fit}


def make(stream: BinaryIO, name: str, edits: tuple[Edit, ...], wish: Wish) -> Made:
    """The bytes of a picture after the edits.

    Args:
        stream: The picture file.
        name: What it is called, for refusals.
        edits: What is done, one after the other.
        wish: How it is saved.

    Raises:
        IntentFailed: It cannot be read, edited or saved; the sentence says why.
    """
    picture = open_picture(stream, name, wish.max_pixels)
    with refused(name):
        for edit in edits:
            _apply(picture, edit, wish)
        return saved(picture, wish)


def _apply(picture: Picture, edit: Edit, wish: Wish) -> None:
    if edit.verb in _SHAPES:
        picture.image = _SHAPES[edit.verb](picture.image, *edit.numbers)
    elif edit.verb in _SIZES:
        picture.image = _SIZES[edit.verb](picture.image, *edit.numbers, wish.max_pixels)
    else:
        _tone(picture, edit)


def _tone(picture: Picture, edit: Edit) -> None:
    image = picture.image
    if image.mode == "I;16":
        image = as_eight_bits(image)
        picture.notes.append("Its sixteen bits of grey became eight.")
    if image.mode == "CMYK":
        image, picture.icc = as_rgb(image, picture.icc), None
        picture.tables = ()
        picture.notes.append("Its print colors became screen colors.")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    toned = TONES[edit.verb](image.convert("RGB") if alpha else image, *edit.numbers)
    if alpha:
        toned.putalpha(alpha)
    if toned.mode != picture.image.mode and picture.image.mode == "L":
        picture.icc, picture.tables = None, ()
    picture.image = toned
