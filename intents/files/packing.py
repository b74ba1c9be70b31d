"""The intents that pack files into an archive and take archives apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, FileEntity, JsonValue, Reply, intent, undoes

from .archives import Compressing, Extracting, is_archive, stem_of
from .carrying import budget, carry_out, reply, spot_of
from .described import DESCRIBED, meant
from .names import new_name_of, with_addition
from .records import path_of, stamp_of
from .refusals import denied, failed, said
from .roots import Area, Spot
from .settings import Settings
from .slot import FILE
from .trashing import Trashing

__all__ = ["compress_file", "extract_archive", "undo_compress", "undo_extract"]

_DEADLINE_S = 600.0
_MOST_NAMES = 100


def _free(wanted: Spot) -> Spot:
    """That place, or one beside it whose name is free."""
    for number in range(1, _MOST_NAMES):
        addition = f" {number}" if number > 1 else ""
        spot = wanted.parent.child(with_addition(wanted.name, addition))
        if not spot.exists():
            return spot
    raise failed("no free name", f"There are too many called {said(wanted.name)} already.")


@intent(
    "files.compress",
    sentences=[
        "(zip|compress|pack) [up] [the|my] {file}",
        "(zip|compress|pack) [up] [the|my] {file} (to|into|as) {new_name}",
        "(make|create) a zip [file|archive] (of|from|out of) [the|my] {file}",
        "(zip|compress|pack) [up] [the|my] {described}",
        "(zip|compress|pack) [up] [the|my] {described} (to|into|as) {new_name}",
    ],
    effect=Effect.W1,
    critical=["file", "described", "new_name"],
    examples=["zip the holiday folder"],
    deadline_s=_DEADLINE_S,
)
async def compress_file(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    new_name: Annotated[str | None, TEXT] = None,
    described: Annotated[FileEntity | None, DESCRIBED] = None,
) -> Reply:
    """Pack a file or folder into a zip archive beside it."""
    source = await spot_of(context, meant(file, described).path)
    name = new_name_of(new_name, ".zip") if new_name else f"{source.name}.zip"
    new = await context.in_worker(_free, source.parent.child(name))
    allowed = budget(context.settings(Settings))
    text = f"{said(source.name)} into {said(new.name)}"
    await carry_out(context, Compressing([source], new, allowed), f"packed {text}")
    left = f" I left out hidden files and links: {allowed.left_out}." if allowed.left_out else ""
    return await reply(context, f"Packed {text}.{left}", new)


@intent(
    "files.extract",
    sentences=[
        "(extract|unzip|unpack|decompress) [the|my] [archive|zip file] {file}",
        "(take|get) everything out of [the|my] [archive|zip file] {file}",
        "(extract|unzip|unpack|decompress) [the|my] {described}",
    ],
    effect=Effect.W1,
    critical=["file", "described"],
    examples=["unpack the printer driver"],
    deadline_s=_DEADLINE_S,
)
async def extract_archive(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, DESCRIBED] = None,
) -> Reply:
    """Take a zip or tar archive apart, into a new folder beside it."""
    source = await spot_of(context, meant(file, described).path)
    if not is_archive(source.name):
        raise denied("not an archive", f"{said(source.name)} is no archive that I can take apart.")
    new = await context.in_worker(_free, source.parent.child(stem_of(source.name)))
    allowed = budget(context.settings(Settings))
    text = f"{said(source.name)} into the folder {said(new.name)}"
    await carry_out(context, Extracting(source, new, allowed), f"extracted {text}")
    left = f" I left out hidden files: {allowed.left_out}." if allowed.left_out else ""
    return await reply(context, f"Extracted {text}.{left}", new)


async def _to_trash(context: Context, data: Mapping[str, JsonValue]) -> str:
    area = await context.in_worker(Area.of, context.settings(Settings))
    new = area.spot(path_of(data, "new"))
    trashing = Trashing(new, lambda: context.now, stamp_of(data))
    try:
        await context.in_worker(trashing.prepare)
        await context.in_worker(trashing.commit)
    finally:
        trashing.discard()
    return f"{said(new.name)} is in the trash."


@undoes("files.compress")
async def undo_compress(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put the archive into the trash, where it can still be had."""
    return await _to_trash(context, data)


@undoes("files.extract")
async def undo_extract(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put the folder into the trash, with whatever was put in it since."""
    return await _to_trash(context, data)
