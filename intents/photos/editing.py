"""The edits of one picture; each makes a version beside it, and "it" is that version then."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import partial
from typing import Annotated

from voiced.plugin import NUMBER, Context, Effect, FileEntity, Reply, intent
from voiced_intents.files.names import split_extension
from voiced_intents.files.refusals import failed, said
from voiced_intents.files.roots import Spot

from .edit import EXTENSIONS, Edit, Format, Made, Wish, version_name
from .library import area_of, opened
from .needs import workshop
from .recipes import read_recipe, write_recipe
from .settings import Settings
from .slot import PHOTO, PICTURE
from .versions import Version, carry_out, reply_with
from .video import rotate_video
from .words import AXIS, DIRECTION, FORMAT, SHAPE, SIZE, written

__all__ = [
    "convert",
    "crop",
    "edited",
    "flip",
    "free_beside",
    "made_of",
    "recipe_of",
    "resize",
    "rotate",
    "straighten",
    "strip_location",
    "turn_of",
    "wish_for",
    "write_version",
]

_DEADLINE_S = 120.0
_MOST_TILT = 45.0
_QUARTER = 90.0


async def edited(
    context: Context, photo: FileEntity, edits: tuple[Edit, ...], did: str, **how: object
) -> Reply:
    """Make the version and tell of it; ``did`` is the past tense, as "made {name} brighter"."""
    settings = context.settings(Settings)
    spot = (await context.in_worker(area_of, context)).spot(photo.path)
    wish = wish_for(settings, **how)
    made = await context.in_worker(made_of, spot, edits, wish, settings)
    labels = tuple(edit.done for edit in edits)
    if not wish.keeps_location:
        labels = (*labels, "without location")
    new = await context.in_worker(free_beside, spot, labels, made.format)
    before = await context.in_worker(recipe_of, spot)
    version = Version(spot, new, partial(write_version, made.data, (*before, *edits)))
    name = said(spot.name)
    told = did.replace("{name}", name)
    await carry_out(context, version, told)
    notes = "".join(f" {note}" for note in dict.fromkeys(made.notes))
    text = f"{told[0].upper()}{told[1:]}. The new version is {said(new.name)}.{notes}"
    return await reply_with(context, text, new)


def wish_for(settings: Settings, **how: object) -> Wish:
    """How a version is saved."""
    pixels = int(settings.max_megapixels * 2**20)
    return Wish(pixels, settings.quality, **how)  # type: ignore[arg-type]


def made_of(spot: Spot, edits: tuple[Edit, ...], wish: Wish, settings: Settings) -> Made:
    """The bytes of a version; raises where it cannot be made."""
    shop = workshop()
    if spot.look().st_size > settings.max_picture_bytes:
        raise failed(
            "the file is larger than [photos] max_picture_bytes",
            f"{said(spot.name)} is too large a file for me.",
            "raise max_picture_bytes in the section [photos] of voiced.toml",
        )
    with opened(spot) as stream:
        return shop.make(stream, spot.name, edits, wish)


def free_beside(
    spot: Spot, labels: tuple[str, ...], chosen: Format, taken: Collection[Spot] = ()
) -> Spot:
    """A place for a version beside the original whose name nothing has, nor will have."""
    own = split_extension(spot.name)[1]
    extension = own if own.lower() in EXTENSIONS[chosen] else EXTENSIONS[chosen][0]

    def is_taken(name: str) -> bool:
        new = spot.parent.child(name)
        return new in taken or new.exists()

    return spot.parent.child(version_name(spot.name, labels, extension, is_taken))


def recipe_of(spot: Spot) -> tuple[Edit, ...]:
    """The edits by which it was made."""
    with opened(spot) as stream:
        return read_recipe(stream.fileno())


def write_version(data: bytes, recipe: tuple[Edit, ...], target: int) -> None:
    """Fill an open file with a version, and keep the edits with it."""
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]
    write_recipe(target, recipe)


def turn_of(direction: int | None, degrees: float | None) -> float:
    """By how much to turn, clockwise; a quarter where nothing is said.

    Raises:
        IntentFailed: That would change nothing.
    """
    turn = float(direction if direction is not None else _QUARTER)
    if degrees is not None:
        turn = degrees if turn > 0 else -degrees
    if turn % 360 == 0:
        raise failed("a whole turn changes nothing", "That would turn it all the way around.")
    return turn


@intent(
    "photos.rotate",
    sentences=[
        "(rotate|turn|spin) {photo} [to the] {direction}",
        "(rotate|turn) {photo} [by] {degrees} degrees [[to the] {direction}]",
        "rotate {photo}",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["rotate the holiday picture to the left", "turn it upside down"],
    deadline_s=3600.0,
)
async def rotate(
    context: Context,
    photo: Annotated[FileEntity, PHOTO],
    direction: Annotated[int | None, DIRECTION] = None,
    degrees: Annotated[float | None, NUMBER] = None,
) -> Reply:
    """Turn a picture or a video; without a direction to the right."""
    turn = turn_of(direction, degrees)
    if photo.kind == "video":
        return await rotate_video(context, photo, turn)
    return await edited(context, photo, (Edit("rotate", "rotated", (turn,)),), "rotated {name}")


@intent(
    "photos.flip",
    sentences=["(flip|mirror) {photo} [over] [{axis}]"],
    effect=Effect.W1,
    critical=["photo"],
    examples=["flip the logo horizontally"],
    deadline_s=_DEADLINE_S,
)
async def flip(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    axis: Annotated[int | None, AXIS] = None,
) -> Reply:
    """Mirror a picture: left and right change places, or top and bottom."""
    return await edited(context, photo, (Edit("flip", "flipped", (axis or 0,)),), "flipped {name}")


@intent(
    "photos.crop",
    sentences=[
        "(crop|cut) {photo} [down] to [a|the] {shape} [(format|shape)]",
        "crop [a|the] {shape} (of|from|out of) {photo}",
        "make {photo} [a] {shape}",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["crop it to a square", "crop the beach picture to sixteen by nine"],
    deadline_s=_DEADLINE_S,
)
async def crop(
    context: Context, photo: Annotated[FileEntity, PICTURE], shape: Annotated[Edit, SHAPE]
) -> Reply:
    """Cut a picture down to a shape around its middle, or to a part such as its left half."""
    return await edited(context, photo, (shape,), "cropped {name}")


@intent(
    "photos.straighten",
    sentences=[
        "straighten [up|out] {photo}",
        "straighten {photo} [by] {degrees} degrees [[to the] {direction}]",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["straighten the picture of the lake"],
    deadline_s=_DEADLINE_S,
)
async def straighten(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    degrees: Annotated[float | None, NUMBER] = None,
    direction: Annotated[int | None, DIRECTION] = None,
) -> Reply:
    """Turn a picture by a few degrees and cut its corners; by its own lines if none are said."""
    if degrees is None:
        return await edited(context, photo, (Edit("level", "straightened"),), "straightened {name}")
    if not 0 < degrees <= _MOST_TILT:
        raise failed("too many degrees to straighten", "I straighten by up to 45 degrees.")
    turn = -degrees if direction is not None and direction < 0 else degrees
    edit = Edit("straighten", "straightened", (turn,))
    return await edited(context, photo, (edit,), "straightened {name}")


@intent(
    "photos.resize",
    sentences=[
        "(resize|scale|shrink|enlarge|reduce) {photo} [down|up] to {size}",
        "make {photo} {size}",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["resize it to half", "scale the logo to one thousand pixels wide"],
    deadline_s=_DEADLINE_S,
)
async def resize(
    context: Context, photo: Annotated[FileEntity, PICTURE], size: Annotated[Edit, SIZE]
) -> Reply:
    """Make a picture larger or smaller; it keeps its proportions."""
    return await edited(context, photo, (size,), "resized {name}")


@intent(
    "photos.convert",
    sentences=[
        "(convert|change) {photo} (to|into) [a|an] {kind} [(file|picture|image)]",
        "(save|export) {photo} as [a|an] {kind} [(file|picture|image)]",
        "(make|create) [a|an] {kind} [(version|copy)] (of|from|out of) {photo}",
    ],
    effect=Effect.W1,
    critical=["photo", "kind"],
    examples=["convert the logo to JPEG", "save it as a web p"],
    deadline_s=_DEADLINE_S,
)
async def convert(
    context: Context, photo: Annotated[FileEntity, PICTURE], kind: Annotated[Format | None, FORMAT]
) -> Reply:
    """Save a picture in another format, beside the original."""
    kind = written(kind)
    if split_extension(photo.path.name)[1].lower() in EXTENSIONS[kind]:
        name = said(photo.path.name)
        raise failed("it has that format already", f"{name} is a {kind} picture already.")
    return await edited(context, photo, (), "converted {name}", format=kind)


@intent(
    "photos.strip_location",
    sentences=[
        "(remove|strip|delete|erase) [the|its] "
        "(location|place|position|coordinates|gps [data]|gps coordinates) "
        "(from|out of|of|in) {photo}",
        "take [the|its] (location|position|coordinates) (out of|off) {photo}",
        "(remove|strip|erase|delete) where {photo} was taken",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["remove the location from the balcony picture"],
    deadline_s=_DEADLINE_S,
)
async def strip_location(context: Context, photo: Annotated[FileEntity, PICTURE]) -> Reply:
    """Make a version of a picture that does not tell where it was taken."""
    return await edited(context, photo, (), "removed the location of {name}", keeps_location=False)
