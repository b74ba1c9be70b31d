"""What may be said of tones, and the edit that each of the words means. Data."""

from __future__ import annotations

from .edit import Edit

__all__ = ["TONE_WORDS"]

_BRIGHTER = Edit("exposure", "brighter", (0.25,))
_DARKER = Edit("exposure", "darker", (-0.25,))
_MORE_CONTRAST = Edit("contrast", "more contrast", (0.3,))
_LESS_CONTRAST = Edit("contrast", "less contrast", (-0.3,))
_MORE_COLOR = Edit("saturation", "more color", (0.3,))
_LESS_COLOR = Edit("saturation", "less color", (-0.3,))
_WARMER = Edit("warmth", "warmer", (0.25,))
_COOLER = Edit("warmth", "cooler", (-0.25,))
_SHARPER = Edit("sharpness", "sharper", (0.3,))
_SOFTER = Edit("sharpness", "softer", (-0.3,))

_WORDS: tuple[tuple[Edit, tuple[str, ...]], ...] = (
    (_BRIGHTER, ("brighter", "lighter", "brighten", "lighten")),
    (_DARKER, ("darker", "darken")),
    (_MORE_CONTRAST, ("more contrasty",)),
    (_LESS_CONTRAST, ("less contrasty", "flatter")),
    (_MORE_COLOR, ("more colorful", "more saturated")),
    (_LESS_COLOR, ("less colorful", "less saturated", "paler")),
    (_WARMER, ("warmer",)),
    (_COOLER, ("cooler", "colder")),
    (_SHARPER, ("sharper", "sharpen")),
    (_SOFTER, ("softer", "soften")),
    (Edit("blur", "blurred", (0.25,)), ("blurry", "blurred", "blur")),
    (
        Edit("black and white", "black and white"),
        ("black and white", "grayscale", "monochrome"),
    ),
    (Edit("noir", "noir"), ("noir",)),
    (Edit("sepia", "sepia"), ("sepia",)),
    (Edit("vivid", "vivid"), ("vivid",)),
    (Edit("dramatic", "dramatic"), ("dramatic",)),
    (Edit("vintage", "vintage"), ("vintage",)),
    (Edit("negative", "negative"), ("negative", "invert", "inverted")),
    (Edit("enhance", "enhanced"), ("better", "enhance", "improve")),
)
_QUALITIES: tuple[tuple[str, Edit, Edit], ...] = (
    ("exposure", _BRIGHTER, _DARKER),
    ("brightness", _BRIGHTER, _DARKER),
    ("contrast", _MORE_CONTRAST, _LESS_CONTRAST),
    ("saturation", _MORE_COLOR, _LESS_COLOR),
    ("warmth", _WARMER, _COOLER),
    ("sharpness", _SHARPER, _SOFTER),
)
_MORE = ("increase the", "raise the", "turn up the", "more")
_LESS = ("decrease the", "reduce the", "lower the", "turn down the", "less")

TONE_WORDS: dict[str, Edit] = {
    **{word: edit for edit, words in _WORDS for word in words},
    **{f"{verb} {name}": more for name, more, _ in _QUALITIES for verb in _MORE},
    **{f"{verb} {name}": less for name, _, less in _QUALITIES for verb in _LESS},
}
"""Each way to say it, and the edit at its usual strength."""
