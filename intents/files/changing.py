"""The intents that change files, each with its way back in the journal before it happens."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, FileEntity, Reply, intent

from .carrying import budget, carry_out, reply, spot_of
from .changes import Copying, FolderMaking, Moving, Renaming
from .described import DESCRIBED, meant
from .kinds import FOLDER_KIND
from .names import free_name, new_name_of, split_extension
from .refusals import failed, said
from .roots import Area, Spot
from .settings import Settings
from .slot import FILE, FOLDER
from .trashing import Trashing

__all__ = ["copy_file", "create_folder", "move_file", "rename_file", "trash_file"]

_COPY_DEADLINE_S = 600.0
_DUPLICATES = 100


@intent(
    "files.create_folder",
    sentences=[
        "(create|make|add|start) [me] [a|the] [new] folder [that is] (called|named) {new_name} "
        "(in|inside) [the|my] {folder}",
        "(create|make|add|start) [me] [a|the] [new] folder [that is] (called|named) {new_name}",
        "(create|make|add) [a|the] [new] folder {new_name}",
        "in [the|my] {folder} (create|make|add) [a] [new] folder [called|named] {new_name}",
    ],
    effect=Effect.W1,
    critical=["new_name", "folder"],
    examples=["make a folder called taxes in documents"],
)
async def create_folder(
    context: Context,
    new_name: Annotated[str, TEXT],
    folder: Annotated[FileEntity | None, FOLDER] = None,
) -> Reply:
    """Create a folder, in the first allowed folder where no other is named."""
    name = new_name_of(new_name)
    area = await context.in_worker(Area.of, context.settings(Settings))
    parent = area.spot(folder.path if folder else area.roots[0])
    text = f"the folder {said(name)} in {said(parent.name)}"
    await carry_out(context, FolderMaking(parent.child(name)), f"created {text}")
    return await reply(context, f"Created {text}.", parent.child(name))


@intent(
    "files.rename",
    sentences=[
        "rename [the|my] {file} (to|into|as) {new_name}",
        "(change|set) the name of [the|my] {file} to {new_name}",
        "(call|name) [the|my] {file} {new_name} (instead|from now on)",
        "give [the|my] {file} the name {new_name}",
        "rename [the|my] {described} (to|into|as) {new_name}",
    ],
    effect=Effect.W1,
    critical=["file", "described", "new_name"],
    examples=["rename budget draft to budget twenty twenty six"],
)
async def rename_file(
    context: Context,
    new_name: Annotated[str, TEXT],
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, DESCRIBED] = None,
) -> Reply:
    """Rename a file or folder; a file keeps its extension unless another was said."""
    file = meant(file, described)
    old = await spot_of(context, file.path)
    extension = "" if file.kind == FOLDER_KIND else split_extension(old.name)[1]
    name = new_name_of(new_name, extension)
    new = old.parent.child(name)
    if new == old:
        raise failed("the new name is the old one", f"It is called {said(name)} already.")
    text = f"{said(old.name)} to {said(name)}"
    await carry_out(context, Renaming(old, new), f"renamed {text}")
    return await reply(context, f"Renamed {text}.", new)


@intent(
    "files.move",
    sentences=[
        "(move|put|file) [the|my] {file} (to|into|in|inside) [the|my] {folder}",
        "(move|put|file) [the|my] {described} (to|into|in|inside) [the|my] {folder}",
    ],
    effect=Effect.W1,
    critical=["file", "described", "folder"],
    examples=["move the invoice from yesterday to taxes"],
    deadline_s=_COPY_DEADLINE_S,
)
async def move_file(
    context: Context,
    folder: Annotated[FileEntity, FOLDER],
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, DESCRIBED] = None,
) -> Reply:
    """Move a file or folder into a folder."""
    file = meant(file, described)
    old = await spot_of(context, file.path)
    target = await spot_of(context, folder.path)
    new = target.child(old.name)
    if new == old:
        text = f"{said(old.name)} is in {said(target.name)} already."
        raise failed("it lies there already", text)
    text = f"{said(old.name)} to {said(target.name)}"
    change = Moving(old, new, budget(context.settings(Settings)))
    await carry_out(context, change, f"moved {text}")
    return await reply(context, f"Moved {text}.", new)


@intent(
    "files.copy",
    sentences=[
        "copy [the|my] {file} (to|into) [the|my] {folder}",
        "(make|put) a copy of [the|my] {file} (to|into|in) [the|my] {folder}",
        "(duplicate|copy|make a copy of) [the|my] {file}",
        "copy [the|my] {described} (to|into) [the|my] {folder}",
        "(duplicate|copy|make a copy of) [the|my] {described}",
    ],
    effect=Effect.W1,
    critical=["file", "described", "folder"],
    examples=["copy my budget to taxes", "make a copy of the invoice"],
    deadline_s=_COPY_DEADLINE_S,
)
async def copy_file(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    folder: Annotated[FileEntity | None, FOLDER] = None,
    described: Annotated[FileEntity | None, DESCRIBED] = None,
) -> Reply:
    """Copy a file or folder into a folder, or beside itself under a free name."""
    file = meant(file, described)
    source = await spot_of(context, file.path)
    target = await spot_of(context, folder.path) if folder else source.parent
    new = target.child(source.name)
    if new == source:
        new = await context.in_worker(_duplicate, source)
    text = f"{said(source.name)} to {said(new.name if target == source.parent else target.name)}"
    allowed = budget(context.settings(Settings))
    await carry_out(context, Copying(source, new, allowed), f"copied {text}")
    left = f" I left out hidden files and links: {allowed.left_out}." if allowed.left_out else ""
    return await reply(context, f"Copied {text}.{left}", new)


def _duplicate(source: Spot) -> Spot:
    for number in range(1, _DUPLICATES):
        new = source.parent.child(free_name(source.name, number))
        if not new.exists():
            return new
    raise failed("no free name for the copy", "There are too many copies of that already.")


@intent(
    "files.trash",
    sentences=[
        "(delete|trash|remove|bin|throw away) [the|my] {file}",
        "(move|put|throw) [the|my] {file} (to|into|in) the (trash|bin|wastebasket)",
        "get rid of [the|my] {file}",
        "(delete|trash|remove|throw away|get rid of) [the|my] {described}",
        "(move|put|throw) [the|my] {described} (to|into|in) the (trash|bin|wastebasket)",
    ],
    effect=Effect.W1,
    critical=["file", "described"],
    examples=["delete the draft from yesterday"],
)
async def trash_file(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, DESCRIBED] = None,
) -> Reply:
    """Move a file or folder to the trash."""
    spot = await spot_of(context, meant(file, described).path)
    name = said(spot.name)
    await carry_out(context, Trashing(spot, lambda: context.now), f"moved {name} to the trash")
    return Reply(f"Moved {name} to the trash.", data={"file": said(str(spot.path))})
