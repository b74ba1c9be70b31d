"""What may be done to a picture, as values, and how a version is called. Pure; no picture here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voiced_intents.files.names import split_extension, with_addition
from voiced_intents.files.refusals import failed

__all__ = [
    "DONE",
    "EXTENSIONS",
    "Edit",
    "Format",
    "Made",
    "Verb",
    "Wish",
    "original_stem",
    "version_name",
]

Verb: TypeAlias = Literal[
    "rotate", "flip", "ratio", "part", "straighten", "level", "scale", "fit",
    "exposure", "contrast", "saturation", "warmth", "sharpness", "blur",
    "black and white", "noir", "sepia", "vivid", "dramatic", "vintage", "negative", "enhance",
]  # fmt: skip
Format: TypeAlias = Literal["JPEG", "PNG", "WEBP", "HEIF", "TIFF", "BMP", "AVIF"]

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif"),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp",),
    "AVIF": (".avif",),
}
"""The extensions of each format; the first is given where another format's stood."""

DONE = frozenset(
    (
        "rotated", "flipped", "cropped", "straightened", "resized", "brighter", "darker",
        "more contrast", "less contrast", "more color", "less color", "warmer", "cooler",
        "sharper", "softer", "blurred", "black and white", "noir", "sepia", "vivid", "dramatic",
        "vintage", "negative", "enhanced", "without location", "trimmed", "edited",
    )
)  # fmt: skip
"""Every word that tells an edit in a version's name."""

_VERSION = re.compile(r"(?P<stem>.+) \((?P<done>[a-z][a-z ,]*?)(?: \d+)?\)", re.DOTALL)
_MOST_LABELS = 3
_MOST_NUMBERS = 1000


@dataclass(frozen=True, slots=True)
class Edit:
    """One step. ``numbers`` are what the verb takes; ``done`` tells it, as in the version's name.

    rotate: degrees clockwise. flip: 0 across, 1 upside down. ratio: width and height. part: left,
    top, right and bottom as shares of the whole. straighten: degrees clockwise. scale: a factor.
    fit: width and height in pixels, 0 where the other decides. The tones: how much, from -1 to 1.
    """

    verb: Verb
    done: str
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """How a picture is saved. ``format`` None: as it was, if that can be written."""

    max_pixels: int
    quality: int
    format: Format | None = None
    keeps_location: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """A picture file. ``notes`` are sentences on what could not be kept."""

    data: bytes
    format: Format
    width: int
    height: int
    notes: tuple[str, ...] = ()


def original_stem(name: str) -> str:
    """The stem of what a version was made of; of anything else its own."""
    return _taken_apart(split_extension(name)[0])[0]


def _taken_apart(stem: str) -> tuple[str, list[str]]:
    found = _VERSION.fullmatch(stem)
    labels = found["done"].split(", ") if found else []
    return (found["stem"], labels) if found and DONE.issuperset(labels) else (stem, [])


def version_name(
    name: str, done: tuple[str, ...], extension: str, is_taken: Callable[[str], bool]
) -> str:
    """A free name beside ``name``: "holiday (rotated, sepia).jpg", "holiday (rotated 2).jpg".

    Args:
        name: What was edited, a version of it or the original.
        done: What was done, in the words of ``Edit.done``; none where only the format changed.
        extension: The extension of the version.
        is_taken: Whether a name is not free.

    Raises:
        IntentFailed: All the names are taken.
    """
    stem, before = _taken_apart(split_extension(name)[0])
    labels = list(dict.fromkeys((*before, *done)))
    if len(labels) > _MOST_LABELS:
        labels = ["edited"]
    for number in range(1, _MOST_NUMBERS):
        counted = f" {number}" * (number > 1)
        addition = f" ({', '.join(labels)}{counted})" if labels else counted
        found = with_addition(f"{stem}{extension}", addition)
        if not is_taken(found):
            return found
    raise failed("no free name for the version", "There are too many versions of that already.")
