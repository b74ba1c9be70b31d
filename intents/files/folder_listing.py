"""The intent that tells what lies in a folder."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import Context, Effect, FileEntity, Reply, intent

from .finding import limit_note
from .listing import Entry, contents, entry_at
from .reading import counted, data_of
from .refusals import said
from .roots import Area
from .settings import Settings
from .slot import FOLDER

__all__ = ["list_folder"]

_MOST = 50
_IN = "in [the|my] [folder] {folder} [folder|directory]"


@intent(
    "files.list",
    sentences=[
        f"(list|tell me|read me) [all] [of] [the|my] (files|things|contents|documents) {_IN}",
        f"(list|tell me|read me) (everything|all) [that is] {_IN}",
        f"(which|what) (files|things|documents) (are|do i have|have i got) [there] {_IN}",
        "(what|what's|what is) [there] in [the|my] {folder} (folder|directory)",
        "(what|what's|what is) [there] in [the|my] folder {folder}",
        "list [the] contents of [the|my] [folder] {folder} [folder|directory]",
        "(list|read me) [the|my] {folder} (folder|directory)",
    ],
    effect=Effect.R1,
    examples=["list the files in downloads", "what's in my taxes folder"],
)
async def list_folder(context: Context, folder: Annotated[FileEntity, FOLDER]) -> Reply:
    """Tell what lies in a folder, the newest first; not what lies in folders in it."""
    settings = context.settings(Settings)
    found = await context.in_worker(_in, folder, settings)
    name = said(folder.path.name)
    limit = await context.in_worker(limit_note, settings)
    if not found:
        return Reply(f"There is nothing in {name}.{limit}", (folder,), data_of([]))
    files = [each.entity() for each in found[:_MOST]]
    rest = f" I count {len(found)}." if len(found) > _MOST else ""
    text = f"In {name} I see {counted(files)}.{rest}{limit}"
    return Reply(text, tuple(files), data_of(files))


def _in(folder: FileEntity, settings: Settings) -> list[Entry]:
    """What lies in it itself, the newest first.

    Raises:
        IntentError: It is gone, or not in an allowed folder.
    """
    area = Area.of(settings)
    place = entry_at(area.spot(folder.path)).spot.path
    every = contents(area, settings).entries
    inside = [each for each in every if each.spot.parts and each.spot.path.parent == place]
    return sorted(inside, key=lambda each: each.mtime_ns, reverse=True)
