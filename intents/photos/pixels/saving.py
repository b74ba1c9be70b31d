"""Writes a picture in one of the formats, with what is kept of its metadata."""

from __future__ import annotations

import io
import struct
from importlib import import_module
from typing import Any, cast

from PIL import Image, PngImagePlugin

from voiced_intents.files.refusals import failed
from voiced_intents.photos.edit import Format, Made, Wish

from .metadata import kept_exif, kept_xmp
from .opening import FORMATS, Picture
from .tones import as_eight_bits, as_rgb

__all__ = ["saved"]

_WEBP_SIDE = 16_383
_HEIF_QUALITY = 85
_MOST_TEXTS = 50


def saved(picture: Picture, wish: Wish) -> Made:
    """The bytes of the picture as it is now.

    Raises:
        IntentFailed: The format cannot hold it, or cannot be written here.
    """
    chosen = wish.format or _own_format(picture)
    image = _fitting(picture, chosen)
    out = io.BytesIO()
    options = {**_kept(picture, wish, chosen), **_how(picture, wish, chosen)}
    if picture.icc:
        options["icc_profile"] = picture.icc
    if chosen == "WEBP" and max(image.size) > _WEBP_SIDE:
        raise failed("too long a side for WebP", "That picture is too large for WebP.")
    try:
        image.save(out, format=chosen, **options)
    except (OSError, ValueError, RuntimeError, KeyError, struct.error) as error:
        raise failed(
            f"it cannot be written as {chosen}: {type(error).__name__}",
            f"I couldn't save that as a {chosen} picture.",
        ) from error
    return Made(out.getvalue(), chosen, *image.size, tuple(picture.notes))


def _own_format(picture: Picture) -> Format:
    own = FORMATS.get(picture.format, picture.format)
    if own == "HEIF" and not _writes_heif():
        picture.notes.append("I saved it as a JPEG, because I can't write HEIC here.")
        return "JPEG"
    if picture.format == "GIF":
        picture.notes.append("I saved it as a PNG.")
    return cast("Format", own)


def _writes_heif() -> bool:
    heif: Any = import_module("pillow_heif")  # it was read with it
    return bool(heif.libheif_info().get("HEIF"))


def _fitting(picture: Picture, chosen: Format) -> Image.Image:
    """The picture in a mode that the format holds."""
    image = picture.image
    if image.mode == "I;16" and chosen not in ("PNG", "TIFF"):
        image = as_eight_bits(image)
        picture.notes.append("Its sixteen bits of grey became eight.")
    if image.mode == "CMYK" and chosen not in ("JPEG", "TIFF"):
        image, picture.icc = as_rgb(image, picture.icc), None
    if image.mode == "RGBA" and chosen in ("JPEG", "BMP"):
        ground = Image.new("RGB", image.size, (255, 255, 255))
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
        picture.notes.append("What was transparent is white now.")
    return image


def _kept(picture: Picture, wish: Wish, chosen: Format) -> dict[str, Any]:
    exif = kept_exif(picture.exif, picture.image.size, keeps_location=wish.keeps_location)
    xmp = kept_xmp(picture.xmp, keeps_location=wish.keeps_location)
    kept: dict[str, Any] = {}
    if exif and chosen != "BMP":
        kept["exif"] = exif
    if xmp and chosen in ("JPEG", "WEBP", "HEIF"):
        kept["xmp"] = xmp
    if picture.dpi and chosen in ("JPEG", "PNG", "TIFF", "BMP"):
        kept["dpi"] = picture.dpi
    if chosen == "PNG":
        kept["pnginfo"] = _texts(picture, xmp, wish)
    return kept


def _texts(picture: Picture, xmp: bytes | None, wish: Wish) -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    if xmp:
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
    if wish.keeps_location:
        for key, text in list(picture.texts.items())[:_MOST_TEXTS]:
            texts.add_itxt(key, text)
    return texts


def _how(picture: Picture, wish: Wish, chosen: Format) -> dict[str, Any]:
    if chosen == "JPEG" and picture.tables and picture.image.mode != "L":
        # as finely as it was: a JPEG neither grows nor gets worse than it must
        fine = {"qtables": [list(table) for table in picture.tables]}
        return {**fine, "subsampling": picture.subsampling} if picture.subsampling >= 0 else fine
    return {
        "JPEG": {"quality": wish.quality},
        "WEBP": {"quality": wish.quality, "method": 4},
        "HEIF": {"quality": _HEIF_QUALITY},
        # a compressed TIFF cannot hold EXIF here
    }.get(chosen, {})
