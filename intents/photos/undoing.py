"""How each change is taken back, also after a restart. What was made goes into the trash."""

from __future__ import annotations

from collections.abc import Mapping

from voiced.plugin import Context, IntentFailed, JsonValue, undoes
from voiced_intents.files.changes import FolderRemoving
from voiced_intents.files.records import path_of, stamp_of
from voiced_intents.files.refusals import said
from voiced_intents.files.roots import Spot
from voiced_intents.files.trash import Trash
from voiced_intents.files.trashing import Restoring

from .library import area_of
from .people import FAVORITE, write_tags
from .versions import to_trash

__all__ = [
    "undo_add_to_album",
    "undo_create_album",
    "undo_edit",
    "undo_remove_from_album",
    "undo_tag",
]

Data = Mapping[str, JsonValue]


async def _spot(context: Context, data: Data, key: str) -> Spot:
    area = await context.in_worker(area_of, context)
    return area.spot(path_of(data, key))


@undoes("photos.edit")
async def undo_edit(context: Context, data: Data) -> str:
    """Put the version into the trash; the original was never touched."""
    new = await _spot(context, data, "new")
    await to_trash(context, new, data)
    return f"The version {said(new.name)} is in the trash."


@undoes("photos.add_to_album")
async def undo_add_to_album(context: Context, data: Data) -> str:
    """Put the copy into the trash."""
    new = await _spot(context, data, "new")
    await to_trash(context, new, data)
    return f"{said(new.name)} is not in {said(new.parent.name)} any more."


@undoes("photos.create_album")
async def undo_create_album(context: Context, data: Data) -> str:
    """Remove the album, if nothing is in it."""
    new = await _spot(context, data, "new")
    removing = FolderRemoving(new)
    await context.in_worker(removing.prepare)
    await context.in_worker(removing.commit)
    return f"The album {said(new.name)} is gone."


@undoes("photos.remove_from_album")
async def undo_remove_from_album(context: Context, data: Data) -> str:
    """Restore it from the trash."""
    old = await _spot(context, data, "old")
    trash, name = Trash(path_of(data, "trash")), path_of(data, "name").name
    restoring = Restoring(trash, name, old, stamp_of(data))
    await context.in_worker(restoring.prepare)
    await context.in_worker(restoring.commit)
    return f"{said(old.name)} is back in {said(old.parent.name)}."


@undoes("photos.tag")
async def undo_tag(context: Context, data: Data) -> str:
    """Give the picture the tags that it had."""
    spot = await _spot(context, data, "file")
    old, new = _tags(data, "old"), _tags(data, "new")
    await context.in_worker(write_tags, spot, old, new)
    if set(old) ^ set(new) == {FAVORITE}:
        is_again = "a favorite again" if FAVORITE in old else "no favorite any more"
        return f"{said(spot.name)} is {is_again}."
    return f"Who is on {said(spot.name)} is as it was."


def _tags(data: Data, key: str) -> tuple[str, ...]:
    tags = data.get(key)
    if not isinstance(tags, list | tuple) or not all(isinstance(tag, str) for tag in tags):
        raise IntentFailed(
            "the undo record is damaged", spoken="My note on how to undo that is damaged."
        )
    return tuple(str(tag) for tag in tags)
