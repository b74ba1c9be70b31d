"""The intents that only read or show: find, find alike, tell of one, show, go to the original."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import (
    DATE_SPAN,
    Context,
    DateSpan,
    Effect,
    FileEntity,
    IntentError,
    Reply,
    choice,
    intent,
)
from voiced_intents.files.names import split_extension
from voiced_intents.files.reading import open_file
from voiced_intents.files.refusals import failed, said

from .edit import original_stem
from .facts import Facts
from .finding import Found, Query, alike, search
from .library import area_of, last_named, media, opened
from .needs import workshop
from .people import FAVORITE, tags_of
from .places import places
from .slot import CAMERA, PHOTO, PICTURE, PLACE, SUBJECT
from .telling import MOST, counted, data_of, named_three

__all__ = ["find", "find_alike", "find_favorites", "original", "show", "tell_of"]

_FIND = (
    "(find|show|show me|give me|search for|look for|do i have [any]|are there [any]) [me] "
    "[all] [the|my|some|any] [other]"
)
_PHOTOS = "(photos|pictures|images|photographs|photo|picture)"
_TAKEN = "[(that|which)] [(i|we)] [have|were] (taken|took|shot)"
_MILLION = 1_000_000
ASKED = choice(
    "asked",
    {"when": "when", "where": "where", "who": "who", "camera": "camera", "phone": "camera"},
)
"""What is asked of a picture; the answer says where that is not known."""


@intent(
    "photos.find",
    sentences=[
        f"{_FIND} {_PHOTOS} {_TAKEN} (in|at|near|around) {{place}} [{{when}}]",
        f"{_FIND} {_PHOTOS} {_TAKEN} [(on|in|from)] {{when}} [(in|at|near|around) {{place}}]",
        f"{_FIND} {_PHOTOS} (from|in|near|around) {{place}} [from] [{{when}}]",
        f"{_FIND} {_PHOTOS} {_TAKEN} (with|by) [the|my|a|an] {{camera}} [{{when}}]",
        f"{_FIND} {_PHOTOS} (of|with|showing) {{subject}} [{_TAKEN}] "
        "[(in|at|from|near) {place}] [{when}]",
        f"(what|which) {_PHOTOS} (did i take|have i taken|were taken) "
        "[(in|at|near) {place}] [(on|in)] [{when}]",
    ],
    effect=Effect.R1,
    examples=["show me photos from Rome", "find pictures of Anna", "find photos I took in march"],
    deadline_s=60.0,
)
async def find(
    context: Context,
    place: Annotated[str | None, PLACE] = None,
    when: Annotated[DateSpan | None, DATE_SPAN] = None,
    camera: Annotated[str | None, CAMERA] = None,
    subject: Annotated[str | None, SUBJECT] = None,
) -> Reply:
    """Find pictures by place, date, camera, or the people that the user has named on them."""
    query = Query(place or "", when, camera or "", subject or "")
    found = await context.in_worker(search, context, query)
    if not found.files:
        return Reply(f"I found no photos like that. {_why(query, found)}".strip())
    return _told(found, "photo", "I found")


def _why(query: Query, found: Found) -> str:
    """What stands in the way, where something does."""
    if found.left:
        return _left(found)
    if query.place:
        return (
            f"Of {counted(found.looked_at, 'picture')}, {found.known} tell where they were taken."
        )
    if query.camera:
        return f"Of {counted(found.looked_at, 'picture')}, {found.known} tell their camera."
    if query.subject:
        return "To name somebody, say for example: Anna is in this picture."
    return ""


def _left(found: Found) -> str:
    if not found.left:
        return ""
    return f"I have not looked at {counted(found.left, 'picture')} yet, ask me again for those."


def _told(found: Found, noun: str, verb: str) -> Reply:
    files = found.files
    text = f"{verb} {counted(len(files), noun)}: {named_three(files)}. {_left(found)}".strip()
    return Reply(text, files[:MOST], data_of(files))


@intent(
    "photos.find_favorites",
    sentences=[
        "(find|show|show me|give me|what are) [all] [of] my favorite (photos|pictures|images)",
        "(show|show me|what are) my favorites",
    ],
    effect=Effect.R1,
    examples=["show me my favorite pictures"],
    deadline_s=60.0,
)
async def find_favorites(context: Context) -> Reply:
    """Find the pictures that the user marked as favorites."""
    found = await context.in_worker(search, context, Query(tag=FAVORITE))
    if not found.files:
        return Reply("You have marked no favorites yet. Say: mark this picture as a favorite.")
    return _told(found, "favorite", "I found")


@intent(
    "photos.find_alike",
    sentences=[
        "(find|show|show me|are there|do i have) [any] [all] [more|other|the] "
        "(photos|pictures|images) [that look] (like|similar to) {photo}",
        "find [all] [the] (duplicates|copies) of {photo}",
        "what looks like {photo}",
    ],
    effect=Effect.R1,
    examples=["find pictures like this one"],
    deadline_s=60.0,
)
async def find_alike(context: Context, photo: Annotated[FileEntity, PICTURE]) -> Reply:
    """Find pictures that look like one."""
    found = await context.in_worker(alike, context, photo)
    if not found.known:
        name = said(photo.path.name)
        raise failed("the picture cannot be read", f"I can't read {name}, it may be damaged.")
    if not found.files:
        return Reply(f"No other picture looks like that. {_left(found)}".strip())
    return _told(found, "picture", "Much like it I found")


@intent(
    "photos.tell_of",
    sentences=[
        "{asked} (was|did i take) {photo} [(taken|shot|made)]",
        "(what|which) {asked} was {photo} (taken|shot|made) with",
        "(how (large|big)|what size) is [the] (picture|photo|image) {photo}",
        "{asked} is (in|on) {photo}",
        "(what do you know|tell me) about the (photo|picture) {photo}",
    ],
    effect=Effect.R1,
    examples=["where was this picture taken", "who is in the beach picture"],
    deadline_s=30.0,
)
async def tell_of(
    context: Context,
    photo: Annotated[FileEntity, PHOTO],
    asked: Annotated[str | None, ASKED] = None,
) -> Reply:
    """Tell when, where and with what a picture was taken, how large it is, and who is on it."""
    text = await context.in_worker(_tell, context, photo, asked or "")
    return Reply(text, (photo,), data_of([photo]))


def _tell(context: Context, photo: FileEntity, asked: str) -> str:
    spot = area_of(context).spot(photo.path)
    facts = Facts()
    if photo.kind == "image":
        shop = workshop()
        with opened(spot) as stream:
            facts = shop.facts_of(stream)
    parts = [_when(photo, facts)]
    if facts.position:
        parts.append(_where(facts.position))
    if facts.camera:
        parts.append(f"The camera was a {facts.camera}.")
    if all(facts.size):
        width, height = facts.size
        parts.append(f"It is {width} by {height} pixels large.")
    people = [tag for tag in tags_of(spot) if tag != FAVORITE]
    if people:
        parts.append(f"You named {' and '.join(people)} on it.")
    known = {"where": facts.position, "camera": facts.camera, "who": people}
    if not known.get(asked, True):
        parts.append(_UNKNOWN[asked])
    return " ".join(parts)


_UNKNOWN = {
    "where": "It does not say where.",
    "camera": "It does not say with which camera.",
    "who": "You have named nobody on it.",
}


def _where(position: tuple[float, float]) -> str:
    try:
        return f"It was near {said(places([position])[position].spoken)}."
    except IntentError as error:
        return f"It tells where, but {error.spoken}"


def _when(photo: FileEntity, facts: Facts) -> str:
    name = said(photo.path.name)
    if facts.taken:
        return f"{name} says that it was taken on {facts.taken:%-d %B %Y at %H:%M}."
    return f"{name} does not say when it was taken. It was saved on {photo.modified:%-d %B %Y}."


@intent(
    "photos.show",
    sentences=[
        "(show|put) [me] {photo} (on|to) [the|my] screen",
        "show [me] the (photo|picture|image|video) (called|named) {photo}",
    ],
    effect=Effect.W1,
    critical=["photo"],
    examples=["show me the last one on the screen"],
)
async def show(context: Context, photo: Annotated[FileEntity, PHOTO]) -> Reply:
    """Show a picture or a video in its own program."""
    return await open_file(context, file=photo)


@intent(
    "photos.original",
    sentences=[
        "(go back to|show me|give me|find|take me to) the original (of {photo}|picture|photo)",
        "(go back to|give me) the original",
        "what is {photo} (a version of|made from)",
    ],
    effect=Effect.R1,
    examples=["go back to the original"],
)
async def original(context: Context, photo: Annotated[FileEntity | None, PICTURE] = None) -> Reply:
    """Go from a version back to the picture that it was made of; "it" means that one then."""
    version = photo or last_named(context)
    found = await context.in_worker(_original_of, context, version)
    text = f"The original of {said(version.path.name)} is {said(found.path.name)}."
    return Reply(text, (found,), data_of([found]))


def _original_of(context: Context, version: FileEntity) -> FileEntity:
    stem = original_stem(version.path.name)
    beside = [each for each in media(context) if each.spot.path.parent == version.path.parent]
    found = [each for each in beside if split_extension(each.name)[0] == stem]
    if not found or version.path in [each.spot.path for each in found]:
        name = said(version.path.name)
        raise failed("it is no version of another", f"{name} is an original itself.")
    return min(found, key=lambda each: each.mtime_ns).entity()
