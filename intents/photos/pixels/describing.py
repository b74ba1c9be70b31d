"""Reads what a picture says of itself: text from outside, any of which may be wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from voiced.plugin import IntentError, one_line
from voiced_intents.photos.facts import Facts

from .opening import header, refused

__all__ = ["facts_of"]

_LONGEST = 60
_TURNED = (5, 6, 7, 8)
_MOST_LATITUDE, _MOST_LONGITUDE = 90.0, 180.0
_FORM = "%Y:%m:%d %H:%M:%S"


def facts_of(stream: BinaryIO) -> Facts:
    """What is in the header; empty where it says nothing or cannot be read."""
    with suppress(IntentError), refused(""):
        image = header(stream)
        exif = image.getexif()
        size = image.size
        if exif.get(ExifTags.Base.Orientation) in _TURNED and image.format != "HEIF":
            size = (size[1], size[0])
        return Facts(_taken(exif), _camera(exif), _position(exif), size)
    return Facts()


def _taken(exif: Image.Exif) -> datetime | None:
    details = exif.get_ifd(ExifTags.IFD.Exif)
    for value, offset in (
        (details.get(ExifTags.Base.DateTimeOriginal), ExifTags.Base.OffsetTimeOriginal),
        (details.get(ExifTags.Base.DateTimeDigitized), ExifTags.Base.OffsetTimeDigitized),
        (exif.get(ExifTags.Base.DateTime), ExifTags.Base.OffsetTime),
    ):
        moment = _moment(value, details.get(offset))
        if moment is not None:
            return moment
    return None


def _moment(value: object, offset: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    text = value.strip("\0 ")
    with suppress(ValueError, OverflowError):
        if isinstance(offset, str) and offset.strip("\0 "):
            with suppress(ValueError):
                return datetime.strptime(f"{text}{offset.strip(chr(0) + ' ')}", f"{_FORM}%z")
        return datetime.strptime(text, _FORM)  # a camera knows no zone
    return None


def _camera(exif: Image.Exif) -> str:
    maker = _text(exif.get(ExifTags.Base.Make))
    model = _text(exif.get(ExifTags.Base.Model))
    if maker and model.lower().startswith(maker.split()[0].lower()):
        return model
    return f"{maker.split()[0]} {model}".strip() if maker else model


def _text(value: object) -> str:
    return one_line(value.replace("\0", " "))[:_LONGEST].strip() if isinstance(value, str) else ""


def _position(exif: Image.Exif) -> tuple[float, float] | None:
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _degrees(place, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S")
    longitude = _degrees(place, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W")
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None
    if abs(latitude) > _MOST_LATITUDE or abs(longitude) > _MOST_LONGITUDE:
        return None
    return latitude, longitude


def _degrees(place: Mapping[int, Any], tag: int, side: int, negative: str) -> float | None:
    with suppress(TypeError, ValueError, ZeroDivisionError, OverflowError):
        parts = [float(part) for part in place[tag]] if tag in place else []
        value = math.fsum(part / 60.0**power for power, part in enumerate(parts[:3]))
        if parts and math.isfinite(value):
            return -value if str(place.get(side, "")).upper().startswith(negative) else value
    return None
