"""What travels with a picture: EXIF that still holds, with or without where it was taken."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from PIL import ExifTags, Image

__all__ = ["kept_exif", "kept_xmp"]

_LONGEST_EXIF = 65_000
_LONGEST_XMP = 65_000
_KEPT = (
    *(0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298),  # what, made by, when, by whom
    *(0x011A, 0x011B, 0x0128),  # dots per inch
    *(0x4746, 0x4749),  # rating
    *(0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F),  # title and comment as Windows writes them
)
"""Tags of the picture as a whole that hold after an edit; others tell how its bytes lie."""

_WIDTH, _HEIGHT, _MAKER_NOTE = 0xA002, 0xA003, 0x927C
_ORIENTATION = re.compile(rb"""\s+tiff:Orientation=(["']).*?\1|<tiff:Orientation>.*?</.*?>""")
_PLACE = re.compile(rb"GPS|City|Location|Country|State|geo:", re.IGNORECASE)


def kept_exif(exif: Image.Exif, size: tuple[int, int], *, keeps_location: bool) -> bytes:
    """The EXIF of a version, upright; empty where there is none. A preview is left out."""
    kept = Image.Exif()
    for tag in _KEPT:
        if tag in exif:
            kept[tag] = exif[tag]
    lengths = {_WIDTH: size[0], _HEIGHT: size[1]}
    details = {
        tag: lengths.get(tag, value) for tag, value in exif.get_ifd(ExifTags.IFD.Exif).items()
    }
    if not keeps_location:
        details.pop(_MAKER_NOTE, None)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo) if keeps_location else {}
    return _within_limits(kept, details, dict(place))


def _within_limits(kept: Image.Exif, details: dict[int, Any], place: dict[int, Any]) -> bytes:
    """The bytes, without the camera's own notes where they are too long, or nothing."""
    if place:
        kept[ExifTags.IFD.GPSInfo] = place
    if details:
        kept[ExifTags.IFD.Exif] = details
    data = _written(kept) if len(kept) else b""
    if len(data) > _LONGEST_EXIF and details.pop(_MAKER_NOTE, None) is not None:
        kept[ExifTags.IFD.Exif] = details
        data = _written(kept)
    return data if len(data) <= _LONGEST_EXIF else b""


def _written(exif: Image.Exif) -> bytes:
    """The bytes; damaged values, which cannot be written, are left out one by one."""
    with suppress(Exception):
        return exif.tobytes()
    sound = Image.Exif()
    for tag in list(exif):
        value: Any = exif[tag]
        with suppress(Exception):
            trial = Image.Exif()
            trial[tag] = value
            trial.tobytes()
            sound[tag] = value
    return sound.tobytes()


def kept_xmp(xmp: bytes | None, *, keeps_location: bool) -> bytes | None:
    """The XMP of a version; all of it goes where it may tell the place that must not be told."""
    if not xmp or len(xmp) > _LONGEST_XMP:
        return None
    if not keeps_location and _PLACE.search(xmp):
        return None
    return _ORIENTATION.sub(b"", xmp)
