"""The edits of a picture's tones: brighter, warmer, sharper, in black and white."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import Context, Effect, FileEntity, Reply, intent

from .edit import Edit
from .editing import edited
from .slot import PICTURE
from .tones import BLURRED, BRIGHTER, DARKER, ENHANCED, SHARPER
from .words import AMOUNT, CHANGE, QUALITY, Amount

__all__ = [
    "adjust",
    "blur",
    "brighten",
    "darken",
    "enhance",
    "lower",
    "raise_quality",
    "sharpen",
    "strong",
    "told_of",
]

_DEADLINE_S = 120.0


_GIVEN = ("more contrast", "less contrast", "more color", "less color")
_VERBS = ("enhanced", "blurred")
_LOOKS = ("noir", "sepia", "vivid", "dramatic", "vintage", "negative")


def told_of(done: str) -> str:
    """What was done, with a place for the name of the picture."""
    if done in _VERBS:
        return f"{done} {{name}}"
    if done in _GIVEN:
        return f"gave {{name}} {done}"
    if done in _LOOKS:
        return f"gave {{name}} the {done} look"
    return f"made {{name}} {done}"


async def _toned(context: Context, photo: FileEntity, change: Edit, amount: Amount | None) -> Reply:
    return await edited(context, photo, (strong(change, amount),), told_of(change.done))


def strong(change: Edit, amount: Amount | None) -> Edit:
    """The edit as strong as was said."""
    numbers = tuple((amount or Amount()).of(usual) for usual in change.numbers)
    return Edit(change.verb, change.done, numbers)


@intent(
    "photos.adjust",
    sentences=[
        "make {photo} [look] [{amount}] {change}",
        "turn {photo} (into|to) {change}",
        "(apply|use|put) [the|a] {change} [filter] (to|on) {photo}",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["make the sunset picture a bit warmer", "make it black and white"],
    deadline_s=_DEADLINE_S,
)
async def adjust(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    change: Annotated[Edit, CHANGE],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Change brightness, contrast, color, warmth or sharpness, or apply a filter."""
    return await _toned(context, photo, change, amount)


@intent(
    "photos.raise",
    sentences=["(increase|raise|turn up|boost) the {quality} (of|in|on) {photo} [{amount}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["increase the contrast of the holiday picture by twenty percent"],
    deadline_s=_DEADLINE_S,
)
async def raise_quality(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    quality: Annotated[tuple[Edit, Edit], QUALITY],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Raise the exposure, contrast, saturation, warmth or sharpness of a picture."""
    return await _toned(context, photo, quality[0], amount)


@intent(
    "photos.lower",
    sentences=["(decrease|reduce|lower|turn down) the {quality} (of|in|on) {photo} [{amount}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["reduce the saturation of the holiday picture"],
    deadline_s=_DEADLINE_S,
)
async def lower(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    quality: Annotated[tuple[Edit, Edit], QUALITY],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Lower the exposure, contrast, saturation, warmth or sharpness of a picture."""
    return await _toned(context, photo, quality[1], amount)


@intent(
    "photos.brighten",
    sentences=["(brighten|lighten) {photo} [{amount}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["brighten the holiday picture a bit"],
    deadline_s=_DEADLINE_S,
)
async def brighten(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Make a picture brighter."""
    return await _toned(context, photo, BRIGHTER, amount)


@intent(
    "photos.darken",
    sentences=["(darken) {photo} [{amount}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["darken it a little"],
    deadline_s=_DEADLINE_S,
)
async def darken(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Make a picture darker."""
    return await _toned(context, photo, DARKER, amount)


@intent(
    "photos.sharpen",
    sentences=["(sharpen) {photo} [{amount}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["sharpen the holiday picture"],
    deadline_s=_DEADLINE_S,
)
async def sharpen(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Make a picture sharper."""
    return await _toned(context, photo, SHARPER, amount)


@intent(
    "photos.blur",
    sentences=["(blur) {photo} [{amount}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["blur the screenshot"],
    deadline_s=_DEADLINE_S,
)
async def blur(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Blur a picture."""
    return await _toned(context, photo, BLURRED, amount)


@intent(
    "photos.enhance",
    sentences=["(enhance|improve) {photo} [{amount}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["enhance this picture"],
    deadline_s=_DEADLINE_S,
)
async def enhance(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Improve the tones of a picture without saying how."""
    return await _toned(context, photo, ENHANCED, amount)
