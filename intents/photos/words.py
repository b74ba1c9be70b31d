"""The slot types for edits: turns, shapes, sizes, amounts and formats, and what each means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from voiced.plugin import NUMBER, Candidate, SlotContext, choice, normalise, parse_number
from voiced_intents.files.refusals import failed

from .edit import Edit, Format
from .tones import QUALITIES, TONE_WORDS

__all__ = [
    "AMOUNT",
    "AXIS",
    "CHANGE",
    "DIRECTION",
    "FORMAT",
    "QUALITY",
    "SHAPE",
    "SIZE",
    "Amount",
    "written",
]

T = TypeVar("T")

DIRECTION = choice(
    "direction",
    {
        "right": 90, "clockwise": 90, "left": -90, "counterclockwise": -90, "anticlockwise": -90,
        "upside down": 180, "around": 180,
    },
)  # fmt: skip
"""Which way to turn; the value is in degrees clockwise."""

AXIS = choice("axis", {"horizontally": 0, "sideways": 0, "vertically": 1, "upside down": 1})
"""How to mirror: 0 exchanges left and right, 1 top and bottom."""

FORMAT = choice(
    "picture format",
    {
        "jpeg": "JPEG", "jpg": "JPEG", "j peg": "JPEG", "png": "PNG", "webp": "WEBP",
        "web p": "WEBP", "heic": "HEIF", "tiff": "TIFF", "avif": "AVIF",
        "gif": None, "pdf": None, "svg": None,
    },
)  # fmt: skip
"""A format of pictures; the value is an ``edit.Format``, None for one that is not written."""


def written(kind: Format | None) -> Format:
    """The format, if pictures are written in it.

    Raises:
        IntentFailed: They are not.
    """
    if kind is None:
        spoken = "I can't write that format, only JPEG, PNG, WebP, HEIC, TIFF and AVIF."
        raise failed("a format that is not written", spoken)
    return kind


CHANGE = choice("change", TONE_WORDS)
"""What is done to the tones; the value is the edit at its usual strength."""

QUALITY = choice("quality", QUALITIES)
"""What is raised or lowered; the value is the edits for more and for less."""

_LARGEST_RATIO = 100
_RATIOS: dict[str, tuple[float, ...]] = {
    "square": (1, 1), "portrait": (3, 4), "landscape": (4, 3), "wide screen": (16, 9),
    "panorama": (3, 1),
}  # fmt: skip
_PARTS: dict[str, tuple[float, ...]] = {
    "left half": (0, 0, 0.5, 1),
    "right half": (0.5, 0, 1, 1),
    "top half": (0, 0, 1, 0.5),
    "upper half": (0, 0, 1, 0.5),
    "bottom half": (0, 0.5, 1, 1),
    "lower half": (0, 0.5, 1, 1),
    "left third": (0, 0, 1 / 3, 1),
    "middle third": (1 / 3, 0, 2 / 3, 1),
    "right third": (2 / 3, 0, 1, 1),
    "top third": (0, 0, 1, 1 / 3),
    "bottom third": (0, 2 / 3, 1, 1),
    "top left quarter": (0, 0, 0.5, 0.5),
    "top right quarter": (0.5, 0, 1, 0.5),
    "bottom left quarter": (0, 0.5, 0.5, 1),
    "bottom right quarter": (0.5, 0.5, 1, 1),
    "middle": (0.25, 0.25, 0.75, 0.75),
    "center": (0.25, 0.25, 0.75, 0.75),
}
_CROPS: dict[str, Edit] = {
    **{words: Edit("ratio", "cropped", ratio) for words, ratio in _RATIOS.items()},
    **{words: Edit("part", "cropped", part) for words, part in _PARTS.items()},
}

_FACTORS: dict[str, float] = {
    "half": 1 / 2, "half its size": 1 / 2, "half the size": 1 / 2, "a third": 1 / 3,
    "a third of its size": 1 / 3, "a quarter": 1 / 4, "a quarter of its size": 1 / 4,
    "double": 2, "twice the size": 2, "double its size": 2, "smaller": 1 / 2, "bigger": 3 / 2,
    "larger": 3 / 2,
}  # fmt: skip
_SIZES = {words: Edit("scale", "resized", (factor,)) for words, factor in _FACTORS.items()}
_MOST_PERCENT, _MOST_PIXELS = 1000, 50_000


@dataclass(frozen=True, slots=True)
class Amount:
    """How strong: so many times the usual, or a share from 0 to 1 of all that goes."""

    times: float = 1.0
    share: float | None = None

    def of(self, usual: float) -> float:
        """The strength, with the sign of the usual one, at most 1."""
        size = abs(usual) * self.times if self.share is None else self.share
        return min(1.0, size) * (1 if usual >= 0 else -1)


_AMOUNTS = {
    "a bit": Amount(0.5), "a little": Amount(0.5), "a little bit": Amount(0.5),
    "slightly": Amount(0.5), "somewhat": Amount(0.75), "much": Amount(2), "a lot": Amount(2),
    "far": Amount(2), "way": Amount(2), "very": Amount(2),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Worded(Generic[T]):
    """Known words, or a pattern with numbers in it."""

    name: str
    values: Mapping[str, T]
    patterns: Callable[[str], Sequence[str]]
    read: Callable[[tuple[str, ...]], T | None]
    description: str
    is_open: ClassVar[bool] = False

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A string, described."""
        return {"type": "string", "minLength": 1, "description": self.description}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The words, and the patterns over the numbers that can be said."""
        number = f"({'|'.join(NUMBER.phrases(context))})"
        return (*self.values, *self.patterns(number))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[T]]:
        """By the pattern if it fits, else the words by sound."""
        words = normalise(said)
        found = self.read(words)
        if found is not None:
            return (Candidate(found, " ".join(words)),)
        return choice(self.name, self.values).resolve(said, context)


def _number(words: Sequence[str]) -> float | None:
    found = parse_number(tuple(words))
    return None if found is None else float(found)


def _two(words: tuple[str, ...]) -> tuple[float, float] | None:
    """Two numbers with "by" or "to" between them: "sixteen by nine"."""
    for between in ("by", "to", "x"):
        if between in words:
            at = words.index(between)
            across, down = _number(words[:at]), _number(words[at + 1 :])
            if across and down and across > 0 and down > 0:
                return across, down
    return None


def _shape(words: tuple[str, ...]) -> Edit | None:
    sides = _two(tuple(word for word in words if word not in ("a", "the", "ratio")))
    if sides is None or max(sides) > _LARGEST_RATIO:
        return None
    return Edit("ratio", "cropped", sides)


def _percent(words: tuple[str, ...]) -> float | None:
    found = re.fullmatch(r"(?:by )?(.+?) ?(?:percent|per cent|%)", " ".join(words))
    number = _number(found[1].split()) if found else None
    return number if number is not None and 0 < number <= _MOST_PERCENT else None


def _size(words: tuple[str, ...]) -> Edit | None:
    percent = _percent(words)
    if percent is not None:
        return Edit("scale", "resized", (percent / 100,))
    bare = tuple(word for word in words if word not in ("pixel", "pixels"))
    if len(bare) == len(words) and _two(words) is None:
        return None
    is_high = bool(bare) and bare[-1] in ("high", "tall")
    if bare and bare[-1] in ("wide", "high", "tall"):
        bare = bare[:-1]
    sides = _two(bare)
    if sides is None:
        side = _number(bare)
        sides = (0.0, side or 0.0) if is_high else (side or 0.0, 0.0)
    if not 0 < max(sides) <= _MOST_PIXELS:
        return None
    return Edit("fit", "resized", sides)


def _amount(words: tuple[str, ...]) -> Amount | None:
    percent = _percent(words)
    return None if percent is None else Amount(share=min(1.0, percent / 100))


SHAPE = _Worded(
    "shape",
    _CROPS,
    lambda number: (f"{number} (by|to) {number}",),
    _shape,
    "square, left half, top third, middle, or a ratio such as '16 by 9'",
)
"""What is left of a picture that is cropped; the value is the edit."""

SIZE = _Worded(
    "size",
    _SIZES,
    lambda number: (
        f"{number} percent",
        f"{number} pixels [(wide|high|tall)]",
        f"{number} by {number} [pixels]",
    ),
    _size,
    "half, double, '30 percent', '1000 pixels wide', '800 by 600'",
)
"""How large; the value is the edit."""

AMOUNT = _Worded(
    "amount",
    _AMOUNTS,
    lambda number: (f"[by] {number} percent",),
    _amount,
    "a bit, a lot, or '20 percent'",
)
"""How strong."""
