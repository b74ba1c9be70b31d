"""Who is on a picture: what the user himself says, kept with the file. No face is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, FileEntity, IntentDenied, Reply, Undo, intent
from voiced_intents.files.records import uri_of
from voiced_intents.files.refusals import failed, said
from voiced_intents.files.roots import Spot

from .library import area_of, last_named
from .people import FAVORITE, tags_of, write_tags
from .slot import PHOTO, PORTRAIT
from .versions import carry_out

__all__ = ["favor", "name_person", "unname_person"]

_LONGEST = 60


@dataclass(slots=True)
class Tagging:
    """Other tags for a file; its contents and times stay."""

    spot: Spot
    before: tuple[str, ...]
    after: tuple[str, ...]

    def prepare(self) -> None:
        """Nothing."""

    def undo(self) -> Undo:
        """The way back."""
        data = {"file": uri_of(self.spot.path), "old": self.before, "new": self.after}
        return Undo("photos.tag", data)

    def commit(self) -> None:
        """Write them, if they still are what they were."""
        write_tags(self.spot, self.after, self.before)

    def discard(self) -> None:
        """Nothing was prepared."""


def _name_of(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST or "," in name or not name.isprintable():
        raise IntentDenied("no usable name of a person", spoken="I can't use that as a name.")
    return name if any(letter.isupper() for letter in name) else name.title()


async def _spot_and_tags(context: Context, photo: FileEntity) -> tuple[Spot, tuple[str, ...]]:
    spot = (await context.in_worker(area_of, context)).spot(photo.path)
    return spot, await context.in_worker(tags_of, spot)


@intent(
    "photos.name_person",
    sentences=[
        "{person} is (in|on) (this|that|the) (photo|picture|image|video) [(called|named) {photo}]",
        "(this|that|the) (photo|picture|image|video) [(called|named) {photo}] shows {person}",
        "(tag|mark) {person} (in|on) {photo}",
        "(this|that|it) is a (photo|picture|image|video) of {person}",
    ],
    effect=Effect.W1,
    critical=["person", "photo"],
    examples=["Anna is in this picture", "tag Marcus in the beach picture"],
)
async def name_person(
    context: Context,
    person: Annotated[str, TEXT],
    photo: Annotated[FileEntity | None, PORTRAIT] = None,
) -> Reply:
    """Keep with a picture that somebody is on it, as the user says."""
    picture = photo or last_named(context)
    name = _name_of(person)
    spot, before = await _spot_and_tags(context, picture)
    shown = said(spot.name)
    if name in before:
        return Reply(f"I know that {name} is on {shown}.", (picture,))
    change = Tagging(spot, before, (*before, name))
    await carry_out(context, change, f"named {name} on {shown}")
    return Reply(f"{name} is on {shown}, I'll remember.", (picture,))


@intent(
    "photos.unname_person",
    sentences=[
        "{person} is not (in|on) (this|that|the) (photo|picture|image|video) "
        "[(called|named) {photo}]",
        "(untag|unmark) {person} (in|on|from) {photo}",
    ],
    effect=Effect.W1,
    critical=["person", "photo"],
    examples=["Anna is not in this picture"],
)
async def unname_person(
    context: Context,
    person: Annotated[str, TEXT],
    photo: Annotated[FileEntity | None, PHOTO] = None,
) -> Reply:
    """Take back that somebody is on a picture."""
    picture = photo or last_named(context)
    name = _name_of(person)
    spot, before = await _spot_and_tags(context, picture)
    after = tuple(tag for tag in before if tag.casefold() != name.casefold())
    shown = said(spot.name)
    if after == before:
        raise failed("nobody of that name was named", f"You never named {name} on {shown}.")
    await carry_out(context, Tagging(spot, before, after), f"took {name} off {shown}")
    return Reply(f"{name} is not on {shown} any more.", (picture,))


@intent(
    "photos.favor",
    sentences=[
        "(mark|add) {photo} (as|to) [a|my] (favorite|favorites)",
        "make {photo} (a|my|one of my) (favorite|favorites)",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["mark this picture as a favorite"],
)
async def favor(context: Context, photo: Annotated[FileEntity, PHOTO]) -> Reply:
    """Mark a picture or a video as a favorite."""
    spot, before = await _spot_and_tags(context, photo)
    shown = said(spot.name)
    if FAVORITE in before:
        return Reply(f"{shown} is a favorite already.", (photo,))
    change = Tagging(spot, before, (*before, FAVORITE))
    await carry_out(context, change, f"marked {shown} as a favorite")
    return Reply(f"{shown} is a favorite now.", (photo,))
