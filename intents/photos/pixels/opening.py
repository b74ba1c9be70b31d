"""Opens a picture that may be anything: too large, broken, animated, or no picture at all."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, BinaryIO, cast

from PIL import Image, ImageOps, JpegImagePlugin, UnidentifiedImageError

from voiced.plugin import IntentError
from voiced_intents.files.refusals import failed, said
from voiced_intents.photos.needs import MEND

__all__ = ["FORMATS", "Picture", "header", "open_picture", "refused"]

_PLAIN_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")
_WITH_FRAMES = ("GIF", "PNG", "WEBP", "AVIF")
_MILLION = 1_000_000
_PNG_DEPTH_AT, _DEEP = 24, 16
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
FORMATS = {"MPO": "JPEG", "GIF": "PNG"}
"""What a picture of these formats is saved as."""

_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, TypeError,
    ArithmeticError, MemoryError,
)  # fmt: skip
"""What Pillow's readers are known to raise about broken files, besides its own."""


# what is odd about a picture is said by us, if it matters, and not by Pillow on the terminal
for _odd in (UserWarning, Image.DecompressionBombWarning):
    warnings.filterwarnings("ignore", category=_odd, module=r"PIL\.")


@dataclass(slots=True)
class Picture:
    """An upright picture and what came with it."""

    image: Image.Image
    format: str
    exif: Image.Exif
    icc: bytes | None = None
    xmp: bytes | None = None
    texts: dict[str, str] = field(default_factory=dict[str, str])
    dpi: tuple[float, float] | None = None
    tables: Sequence[Sequence[int]] = ()
    subsampling: int = -1
    notes: list[str] = field(default_factory=list[str])


@cache
def _formats() -> tuple[str, ...]:
    """The formats that are read: no others, since each reader is one more way to be fooled."""
    Image.init()
    found = tuple(name for name in _PLAIN_FORMATS if name in Image.OPEN)
    try:
        heif: Any = import_module("pillow_heif")
    except ModuleNotFoundError:
        return found
    heif.register_heif_opener(thumbnails=False)
    return (*found, "HEIF")


@contextmanager
def refused(name: str) -> Generator[None]:
    """Turn what readers raise about a broken picture into a sentence about ``name``."""
    try:
        yield
    except IntentError:
        raise
    except UnidentifiedImageError as error:
        raise _unknown(name) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise failed(
            "more pixels than any picture has",
            f"{said(name)} claims to be far larger than a picture can be. I won't open it.",
        ) from error
    except _BROKEN as error:
        raise failed(
            f"the picture is broken: {type(error).__name__}",
            f"{said(name)} is damaged, I can't read it.",
        ) from error


def _unknown(name: str) -> IntentError:
    if name.lower().endswith((".heic", ".heif")) and "HEIF" not in _formats():
        return failed(
            "pillow-heif is not installed",
            f"I can't read {said(name)}, because the library for HEIC pictures is not installed.",
            MEND,
        )
    return failed(
        "no picture of a known format", f"{said(name)} is no picture of a kind that I can read."
    )


def header(stream: BinaryIO) -> Image.Image:
    """What the file says of itself; no pixel is read."""
    return Image.open(stream, formats=_formats())


def open_picture(stream: BinaryIO, name: str, max_pixels: int) -> Picture:
    """The picture, turned as its camera was held, in a mode that can be edited.

    Raises:
        IntentFailed: It is too large, broken, animated, or nothing that can be read.
    """
    with refused(name):
        image = header(stream)
        _check(image, name, max_pixels)
        picture = _taken_along(image, stream)
        image.load()
        picture.image = _editable(ImageOps.exif_transpose(image))
    return picture


def _check(image: Image.Image, name: str, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise failed(
            "more pixels than [photos] max_megapixels",
            f"{said(name)} has {round(width * height / _MILLION)} megapixels, which is too much "
            f"for me. I go up to {max_pixels >> 20}.",
            "raise max_megapixels in the section [photos] of voiced.toml",
        )
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format in _WITH_FRAMES:
        raise failed("an animation", f"{said(name)} is animated. I only edit still pictures.")
    if frames > 1 and image.format == "TIFF":
        raise failed("several pages", f"{said(name)} has several pages. I only edit single ones.")
    if image.mode == "F":
        raise failed("floating point pixels", f"{said(name)} has a depth that I can't edit.")


def _taken_along(image: Image.Image, stream: BinaryIO) -> Picture:
    info = image.info
    picture = Picture(image, image.format or "", image.getexif(), info.get("icc_profile"))
    xmp = info.get("xmp") or info.get("XML:com.adobe.xmp")
    picture.xmp = xmp.encode() if isinstance(xmp, str) else xmp
    if image.format == "PNG":
        texts = cast("dict[str, object]", getattr(image, "text", {}))
        picture.texts = {
            key: str(text) for key, text in texts.items() if not key.startswith("XML:")
        }
        stream.seek(_PNG_DEPTH_AT)
        if stream.read(1) == bytes([_DEEP]) and image.mode not in _SIXTEEN_BITS:
            picture.notes.append("Its sixteen bits a color became eight.")
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        picture.tables = [list(table) for table in image.quantization.values()]
        picture.subsampling = JpegImagePlugin.get_sampling(image)
    dpi = info.get("dpi")
    if isinstance(dpi, tuple) and all(0 < float(each) < _MILLION for each in dpi):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        picture.dpi = (float(dpi[0]), float(dpi[1]))  # pyright: ignore[reportUnknownArgumentType]
    return picture


def _editable(image: Image.Image) -> Image.Image:
    """Palettes, single bits and rare colour spaces become plain ones; the others stay."""
    if image.mode in ("L", "RGB", "RGBA", "CMYK", "I;16"):
        return image
    if image.mode in _SIXTEEN_BITS:
        return image.convert("I;16")
    if image.mode == "1":
        return image.convert("L")
    has_alpha = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")
