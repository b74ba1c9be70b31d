"""What may be said of tones, and the edit that each of the words means. Data."""

from __future__ import annotations

from .edit import Edit

__all__ = ["BLURRED", "BRIGHTER", "DARKER", "ENHANCED", "QUALITIES", "SHARPER", "TONE_WORDS"]

BRIGHTER = Edit("exposure", "brighter", (0.25,))
DARKER = Edit("exposure", "darker", (-0.25,))
_MORE_CONTRAST = Edit("contrast", "more contrast", (0.3,))
_LESS_CONTRAST = Edit("contrast", "less contrast", (-0.3,))
_MORE_COLOR = Edit("saturation", "more color", (0.3,))
_LESS_COLOR = Edit("saturation", "less color", (-0.3,))
_WARMER = Edit("warmth", "warmer", (0.25,))
_COOLER = Edit("warmth", "cooler", (-0.25,))
SHARPER = Edit("sharpness", "sharper", (0.3,))
_SOFTER = Edit("sharpness", "softer", (-0.3,))
BLURRED = Edit("blur", "blurred", (0.25,))
ENHANCED = Edit("enhance", "enhanced")

_WORDS: tuple[tuple[Edit, tuple[str, ...]], ...] = (
    (BRIGHTER, ("brighter", "more bright", "less dark")),
    (DARKER, ("darker", "less bright", "not so bright", "more dark")),
    (_MORE_CONTRAST, ("more contrasty",)),
    (_LESS_CONTRAST, ("less contrasty", "flatter")),
    (_MORE_COLOR, ("more colorful", "more saturated")),
    (_LESS_COLOR, ("less colorful", "less saturated", "paler")),
    (_WARMER, ("warmer", "more warm", "less cold")),
    (_COOLER, ("cooler", "colder", "less warm")),
    (SHARPER, ("sharper", "more sharp", "less blurry")),
    (_SOFTER, ("softer", "less sharp")),
    (BLURRED, ("blurry", "blurred")),
    (
        Edit("black and white", "black and white"),
        ("black and white", "grayscale", "monochrome"),
    ),
    (Edit("noir", "noir"), ("noir",)),
    (Edit("sepia", "sepia"), ("sepia",)),
    (Edit("vivid", "vivid"), ("vivid",)),
    (Edit("dramatic", "dramatic"), ("dramatic",)),
    (Edit("vintage", "vintage"), ("vintage",)),
    (Edit("negative", "negative"), ("negative", "inverted")),
    (ENHANCED, ("better",)),
)

QUALITIES: dict[str, tuple[Edit, Edit]] = {
    "exposure": (BRIGHTER, DARKER),
    "brightness": (BRIGHTER, DARKER),
    "contrast": (_MORE_CONTRAST, _LESS_CONTRAST),
    "saturation": (_MORE_COLOR, _LESS_COLOR),
    "warmth": (_WARMER, _COOLER),
    "sharpness": (SHARPER, _SOFTER),
}
"""What can be raised and lowered: the edit for more of it, and for less."""

TONE_WORDS: dict[str, Edit] = {word: edit for edit, words in _WORDS for word in words}
"""What a picture can be made, and the edit at its usual strength."""
