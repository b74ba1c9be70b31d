"""Every verb of the photos plugin that takes a picture, as a test calls it, for each bad input."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from voiced.plugin import FileEntity
from voiced_intents import photos
from voiced_intents.photos.edit import Edit
from voiced_intents.photos.tones import BRIGHTER

from .conftest import Context, Home

Call = Callable[[Context, FileEntity], Awaitable[object]]
SEPIA = Edit("sepia", "sepia")

EDITS: dict[str, Call] = {
    "rotate": lambda c, p: photos.rotate(c, photo=p, direction=90),
    "flip": lambda c, p: photos.flip(c, photo=p),
    "crop": lambda c, p: photos.crop(c, photo=p, shape=Edit("ratio", "cropped", (1, 1))),
    "straighten": lambda c, p: photos.straighten(c, photo=p, degrees=3),
    "resize": lambda c, p: photos.resize(c, photo=p, size=Edit("scale", "resized", (0.5,))),
    "convert": lambda c, p: photos.convert(c, photo=p, kind="TIFF"),
    "strip": lambda c, p: photos.strip_location(c, photo=p),
    "adjust": lambda c, p: photos.adjust(c, photo=p, change=SEPIA),
    "raise": lambda c, p: photos.raise_quality(c, photo=p, quality=(BRIGHTER, BRIGHTER)),
    "lower": lambda c, p: photos.lower(c, photo=p, quality=(BRIGHTER, BRIGHTER)),
    "brighten": lambda c, p: photos.brighten(c, photo=p),
    "darken": lambda c, p: photos.darken(c, photo=p),
    "sharpen": lambda c, p: photos.sharpen(c, photo=p),
    "blur": lambda c, p: photos.blur(c, photo=p),
    "enhance": lambda c, p: photos.enhance(c, photo=p),
    "rotate all": lambda c, p: photos.rotate_all(c, pictures=(p,)),
    "flip all": lambda c, p: photos.flip_all(c, pictures=(p,)),
    "crop all": lambda c, p: photos.crop_all(
        c, pictures=(p,), shape=Edit("ratio", "cropped", (1, 1))
    ),
    "adjust all": lambda c, p: photos.adjust_all(c, pictures=(p,), change=SEPIA),
    "resize all": lambda c, p: photos.resize_all(
        c, pictures=(p,), size=Edit("scale", "resized", (0.5,))
    ),
    "convert all": lambda c, p: photos.convert_all(c, pictures=(p,), kind="TIFF"),
    "strip all": lambda c, p: photos.strip_locations(c, pictures=(p,)),
}
"""What opens the picture and makes a version of it."""

MARKS: dict[str, Call] = {
    "name": lambda c, p: photos.name_person(c, person="Anna", photo=p),
    "favor": lambda c, p: photos.favor(c, photo=p),
}
"""What changes something about the file and never opens the picture in it."""


def album(home: Home) -> FileEntity:
    """A folder for pictures."""
    folder = home.pictures / "album"
    folder.mkdir(exist_ok=True)
    return FileEntity(folder, "folder", 0, None, home.context().now)
