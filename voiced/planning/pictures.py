"""Pictures as a model is sent them: checked, upright, small, and nothing in them but pixels."""

from __future__ import annotations

import io

from voiced.errors import CannotRead
from voiced.stages import Picture

__all__ = ["MOST_PIXELS", "fitted"]

MOST_PIXELS = 50_000_000
_MOST_BYTES = 64 * 2**20
_LONGEST_EDGE = 1568
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def fitted(data: bytes) -> Picture:
    """The picture in a size that models take; place, time and camera are not in it any more.

    Blocks. Only the first picture of several is taken.

    Raises:
        CannotRead: It is no picture, too large, or the library for pictures is missing.
    """
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415 - only pictures need it
    except ImportError as error:
        raise CannotRead(
            "Pillow is not installed",
            spoken="I can't look at pictures, because a library for that is missing.",
            mend="pip install 'voiced[pictures]'",
        ) from error
    if len(data) > _MOST_BYTES:
        raise _too_large()
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_large()
            opened.draft("RGB", (_LONGEST_EDGE, _LONGEST_EDGE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((_LONGEST_EDGE, _LONGEST_EDGE))
            flat = Image.new("RGB", upright.size, "white")
            seen = upright.convert("RGBA")
            flat.paste(seen, mask=seen.getchannel("A"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (OSError, ValueError, SyntaxError, ArithmeticError, EOFError) as error:
        raise CannotRead(
            f"the picture cannot be read ({type(error).__name__})",
            spoken="I can't read that picture.",
        ) from error
    into = io.BytesIO()
    flat.save(into, "jpeg", quality=90)
    return Picture(into.getvalue(), "image/jpeg")


def _too_large() -> CannotRead:
    return CannotRead(
        f"the picture is larger than {MOST_PIXELS // 10**6} megapixels",
        spoken="That picture is too large for me.",
    )
