"""Edits of a picture's tones. Each gets plain RGB or grey; transparency is put back after it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from PIL import Image, ImageCms, ImageEnhance, ImageFilter, ImageOps

__all__ = ["TONES", "as_eight_bits", "as_rgb"]

_GAMMA = 2.2
_STOPS = 2.0
_SEPIA = (
    0.393, 0.769, 0.189, 0,
    0.349, 0.686, 0.168, 0,
    0.272, 0.534, 0.131, 0,
)  # fmt: skip


def as_eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen bits of grey as eight: 257 steps become one, and white stays white."""
    if image.mode != "I;16":
        return image
    return image.convert("I").point(_down).convert("L")


def _down(value: Image.ImagePointTransform) -> Image.ImagePointTransform:
    return value * (1 / 257) + 0.5


def as_rgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """CMYK as sRGB: by its own profile, if there is a usable one."""
    if image.mode != "CMYK":
        return image
    if icc:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            made = ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            made = None
        if made is not None:
            return made
    return image.convert("RGB")


def _curve(image: Image.Image, *curves: Callable[[float], float]) -> Image.Image:
    """Each band by its curve, from 0..1 to 0..1; one curve does for all of them."""
    bands = len(image.getbands())
    chosen: Sequence[Callable[[float], float]] = curves if len(curves) == bands else curves[:1]
    tables = [
        [round(255 * min(1.0, max(0.0, curve(value / 255)))) for value in range(256)]
        for curve in (chosen if len(chosen) == bands else list(chosen) * bands)
    ]
    return image.point([value for table in tables for value in table])


def _exposure(image: Image.Image, amount: float) -> Image.Image:
    """In light, as a camera does it: half of the range is two stops."""
    gain = 2.0 ** (_STOPS * amount)
    return _curve(image, lambda value: (value**_GAMMA * gain) ** (1 / _GAMMA))


def _contrast(image: Image.Image, amount: float) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(1.0 + amount)


def _saturation(image: Image.Image, amount: float) -> Image.Image:
    return ImageEnhance.Color(image).enhance(max(0.0, 1.0 + (1.5 * amount)))


def _warmth(image: Image.Image, amount: float) -> Image.Image:
    warm = 1.0 + 0.4 * amount
    cold = 1.0 - 0.4 * amount
    colored = image if image.mode == "RGB" else image.convert("RGB")
    return _curve(colored, lambda v: v * warm, lambda v: v, lambda v: v * cold)


def _sharpness(image: Image.Image, amount: float) -> Image.Image:
    if amount < 0:
        return _blur(image, -amount / 4)
    radius = max(1.0, min(image.size) / 1000)
    return image.filter(ImageFilter.UnsharpMask(radius, round(500 * amount), 2))


def _blur(image: Image.Image, amount: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(1.0, 0.04 * amount * min(image.size))))


def _grey(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else image.convert("L").convert("RGB")


def _noir(image: Image.Image) -> Image.Image:
    return _contrast(_grey(image), 0.5)


def _sepia(image: Image.Image) -> Image.Image:
    return image.convert("RGB").convert("RGB", _SEPIA)


def _vivid(image: Image.Image) -> Image.Image:
    return _contrast(_saturation(image, 0.3), 0.1)


def _dramatic(image: Image.Image) -> Image.Image:
    return _saturation(_contrast(image, 0.45), -0.25)


def _vintage(image: Image.Image) -> Image.Image:
    faded = _contrast(image.convert("RGB"), -0.2)
    return Image.blend(faded, _sepia(faded), 0.5)


def _enhance(image: Image.Image) -> Image.Image:
    """Half the way to where the darkest and the lightest half percent are black and white."""
    stretched = ImageOps.autocontrast(image, cutoff=0.5, preserve_tone=True)
    return _saturation(Image.blend(image, stretched, 0.5), 0.07)


TONES: dict[str, Callable[..., Image.Image]] = {
    "exposure": _exposure,
    "contrast": _contrast,
    "saturation": _saturation,
    "warmth": _warmth,
    "sharpness": _sharpness,
    "blur": _blur,
    "black and white": _grey,
    "noir": _noir,
    "sepia": _sepia,
    "vivid": _vivid,
    "dramatic": _dramatic,
    "vintage": _vintage,
    "negative": ImageOps.invert,
    "enhance": _enhance,
}
"""What is done to RGB or grey, by its verb; the amount goes from -1 to 1."""
