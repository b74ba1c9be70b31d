"""The edits of one picture for another: "give the beach picture the same look as this one"."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import Context, Effect, FileEntity, Reply, intent
from voiced_intents.files.refusals import failed, said

from .edit import Edit
from .editing import edited
from .library import area_of, last_named, opened
from .recipes import read_recipe
from .slot import PICTURE

__all__ = ["paste_edits"]


@intent(
    "photos.paste_edits",
    sentences=[
        "(copy|apply|paste) the edits (of|from) {source} (to|on|onto) {photo}",
        "give {photo} the same (edits|look|changes) as {source}",
        "edit {photo} (like|the same way as) {source}",
        "(do|apply|make) the same (edits|changes) (to|on) {photo}",
    ],
    effect=Effect.W1,
    critical=["photo", "source"],
    examples=["give the beach picture the same look as this one"],
    deadline_s=120.0,
)
async def paste_edits(
    context: Context,
    photo: Annotated[FileEntity, PICTURE],
    source: Annotated[FileEntity | None, PICTURE] = None,
) -> Reply:
    """Do to a picture what was done to another one."""
    model = source or last_named(context)
    edits = await context.in_worker(_recipe_of, context, model)
    name = said(model.path.name)
    if not edits:
        raise failed("no edits are known of it", f"I know of no edits of {name}.")
    return await edited(context, photo, edits, f"edited {{name}} like {name}")


def _recipe_of(context: Context, photo: FileEntity) -> tuple[Edit, ...]:
    with opened(area_of(context).spot(photo.path)) as stream:
        return read_recipe(stream.fileno())
