"""The edits of several pictures at once, each as a version beside it; one undo for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from voiced.plugin import Context, Effect, FileEntity, IntentError, JsonValue, Reply, intent, undoes
from voiced_intents.files.changes import Copying
from voiced_intents.files.copying import Budget
from voiced_intents.files.refusals import failed, said
from voiced_intents.files.several import Several

from .adjusting import strong, told_of
from .albums import Owned
from .edit import Edit, Format
from .editing import turn_of
from .library import area_of, file_settings
from .many import PICTURES, edited_all, effect_of_many, shown_all, unchanged_spots
from .slot import ALBUM
from .telling import in_trash
from .undoing import undo_add_to_album, undo_edit
from .words import AMOUNT, AXIS, CHANGE, DIRECTION, FORMAT, SHAPE, SIZE, Amount, written

__all__ = [
    "add_all_to_album",
    "adjust_all",
    "convert_all",
    "crop_all",
    "flip_all",
    "resize_all",
    "rotate_all",
    "strip_locations",
    "undo_several",
]

_DEADLINE_S = 3600.0
Pictures = tuple[FileEntity, ...]


@intent(
    "photos.rotate_all",
    sentences=[
        "(rotate|turn|spin) {pictures} [to the] {direction}",
        "rotate {pictures}",
    ],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures"],
    examples=["rotate the photos from yesterday to the left"],
    deadline_s=_DEADLINE_S,
)
async def rotate_all(
    context: Context,
    pictures: Annotated[Pictures, PICTURES],
    direction: Annotated[int | None, DIRECTION] = None,
) -> Reply:
    """Rotate or turn several pictures. Without a direction they are turned to the right."""
    edit = Edit("rotate", "rotated", (turn_of(direction, None),))
    return await edited_all(context, pictures, "rotated {name}", edit)


@intent(
    "photos.flip_all",
    sentences=["(flip|mirror) {pictures} [{axis}]"],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures"],
    examples=["flip these pictures"],
    deadline_s=_DEADLINE_S,
)
async def flip_all(
    context: Context,
    pictures: Annotated[Pictures, PICTURES],
    axis: Annotated[int | None, AXIS] = None,
) -> Reply:
    """Flip or mirror several pictures."""
    edit = Edit("flip", "flipped", (axis or 0,))
    return await edited_all(context, pictures, "flipped {name}", edit)


@intent(
    "photos.crop_all",
    sentences=["(crop|cut) {pictures} [down] to [a|the] {shape} [(format|shape)]"],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures"],
    examples=["crop the photos from yesterday to a square"],
    deadline_s=_DEADLINE_S,
)
async def crop_all(
    context: Context,
    pictures: Annotated[Pictures, PICTURES],
    shape: Annotated[Edit, SHAPE],
) -> Reply:
    """Crop or cut several pictures. What is left is a shape or a part."""
    return await edited_all(context, pictures, "cropped {name}", shape)


@intent(
    "photos.adjust_all",
    sentences=[
        "make {pictures} [look] [{amount}] {change}",
        "turn {pictures} (into|to) {change}",
        "(apply|use|put) [the|a] {change} [filter] (to|on) {pictures}",
    ],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures"],
    examples=["make these black and white"],
    deadline_s=_DEADLINE_S,
)
async def adjust_all(
    context: Context,
    pictures: Annotated[Pictures, PICTURES],
    change: Annotated[Edit, CHANGE],
    amount: Annotated[Amount | None, AMOUNT] = None,
) -> Reply:
    """Make several pictures look different. Brighter, warmer, sharper, or with a filter."""
    edit = strong(change, amount)
    return await edited_all(context, pictures, told_of(change.done), edit)


@intent(
    "photos.resize_all",
    sentences=[
        "(resize|scale|shrink|enlarge|reduce) {pictures} [down|up] to {size}",
        "make {pictures} {size}",
    ],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures"],
    examples=["resize the pictures in holiday to half"],
    deadline_s=_DEADLINE_S,
)
async def resize_all(
    context: Context,
    pictures: Annotated[Pictures, PICTURES],
    size: Annotated[Edit, SIZE],
) -> Reply:
    """Resize or scale several pictures. Each keeps its proportions."""
    return await edited_all(context, pictures, "resized {name}", size)


@intent(
    "photos.convert_all",
    sentences=[
        "(convert|change) {pictures} (to|into) [a|an] {kind} [(file|files|pictures|images)]",
        "(save|export) {pictures} as {kind} [(files|pictures|images)]",
    ],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures", "kind"],
    examples=["convert the screenshots from yesterday to JPEG"],
    deadline_s=_DEADLINE_S,
)
async def convert_all(
    context: Context,
    pictures: Annotated[Pictures, PICTURES],
    kind: Annotated[Format | None, FORMAT],
) -> Reply:
    """Convert or save several pictures. The originals stay."""
    return await edited_all(context, pictures, "converted {name}", format=written(kind))


@intent(
    "photos.strip_locations",
    sentences=[
        "(remove|strip|delete|erase) [the|their] "
        "(location|locations|places|positions|coordinates|gps [data]) (from|out of|of|in) "
        "{pictures}",
    ],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures"],
    examples=["remove the location from the photos from yesterday"],
    deadline_s=_DEADLINE_S,
)
async def strip_locations(context: Context, pictures: Annotated[Pictures, PICTURES]) -> Reply:
    """Remove or strip the location of several pictures, in versions of them."""
    did = "removed the location of {name}"
    return await edited_all(context, pictures, did, keeps_location=False)


@intent(
    "photos.add_all_to_album",
    sentences=[
        "(add|put|copy) {pictures} (to|in|into) [the|my] {album} album",
        "(add|put|copy) {pictures} (to|in|into) [the|my] [photo] album [(called|named)] {album}",
    ],
    effect=Effect.W1,
    effect_of=effect_of_many,
    critical=["pictures", "album"],
    examples=["add the photos from yesterday to the album rome"],
    deadline_s=_DEADLINE_S,
)
async def add_all_to_album(
    context: Context,
    pictures: Annotated[Pictures, PICTURES],
    album: Annotated[FileEntity, ALBUM],
) -> Reply:
    """Add or copy several pictures to an album."""
    spots = await unchanged_spots(context, pictures)
    folder = (await context.in_worker(area_of, context)).spot(album.path)
    settings = file_settings(context)
    budget = Budget(settings.max_copy_files, settings.max_copy_bytes)
    copies = [
        Copying(source, folder.child(source.name), budget)
        for source in spots
        if source.parent != folder
    ]
    name = said(folder.name)
    if not copies:
        raise failed("they lie there already", f"Those are in the album {name} already.")
    if len({copy.new for copy in copies}) < len(copies):
        raise failed("two have one name", "Two of those have the same name. I added nothing.")
    batch = Several([Owned(copy, "photos.add_to_album") for copy in copies], "photos.several")
    try:
        await context.in_worker(batch.prepare)
        return await shown_all(context, batch, f"added {{name}} to the album {name}")
    finally:
        batch.discard()


_UNDOERS = {each.operation: each.function for each in (undo_edit, undo_add_to_album)}


@undoes("photos.several")
async def undo_several(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put each of them into the trash that nobody has touched since, the last one first."""
    steps = data.get("steps")
    if not isinstance(steps, Sequence) or isinstance(steps, str) or not steps:
        raise _damaged()
    back, reasons = 0, list[str]()
    for step in reversed(steps):
        row = step if isinstance(step, Mapping) else {}
        undoer, own = _UNDOERS.get(str(row.get("operation"))), row.get("data")
        if undoer is None or not isinstance(own, Mapping):
            raise _damaged()
        try:
            await undoer(context, own)
            back += 1
        except IntentError as error:
            reasons.append(error.spoken)
    if not back:
        raise failed("none of it can be taken back", reasons[0])
    left = f" Of the others I say: {reasons[0]}" if reasons else ""
    return f"{in_trash(back, len(steps))}{left}"


def _damaged() -> IntentError:
    return failed("the undo record is damaged", "My note on how to undo that is damaged.")
