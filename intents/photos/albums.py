"""Albums are folders: made, filled with copies, told of, and emptied again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, FileEntity, Reply, Undo, intent
from voiced_intents.files.changes import Copying, FolderMaking
from voiced_intents.files.copying import Budget
from voiced_intents.files.names import new_name_of
from voiced_intents.files.refusals import failed, said
from voiced_intents.files.roots import Spot
from voiced_intents.files.trashing import Trashing

from .library import area_of, file_settings, media
from .slot import ALBUM, PHOTO
from .telling import MOST, counted, data_of, named_three
from .versions import carry_out, reply_with

__all__ = ["Owned", "add_to_album", "create_album", "list_album", "remove_from_album"]

_COPY_DEADLINE_S = 600.0
_PREFERRED = ("Pictures", "Photos")


@dataclass(slots=True)
class Owned:
    """A change of the files plugin that this plugin takes back by itself."""

    change: Copying | FolderMaking | Trashing
    operation: str

    @property
    def new(self) -> Spot:
        """What it makes; what it takes away where it makes nothing."""
        return self.change.spot if isinstance(self.change, Trashing) else self.change.new

    def prepare(self) -> None:
        """As the change does."""
        self.change.prepare()

    def undo(self) -> Undo:
        """The way back, under this plugin's name."""
        return Undo(self.operation, self.change.undo().data)

    def commit(self) -> None:
        """As the change does."""
        self.change.commit()

    def hide(self) -> None:
        """As the change does, if it can be hidden."""
        if isinstance(self.change, Copying):
            self.change.hide()

    def discard(self) -> None:
        """As the change does."""
        self.change.discard()


def _home_of_albums(context: Context) -> Spot:
    """The pictures folder, or else the allowed folder that holds the most pictures."""
    area = area_of(context)
    by_name = [root for root in area.roots if root.name in _PREFERRED]
    counts = Counter(entry.spot.root for entry in media(context))
    root = by_name[0] if by_name else max(area.roots, key=lambda each: counts[each])
    return area.spot(root)


@intent(
    "photos.create_album",
    sentences=[
        "(create|make|add|start) [me] [a|an] [new] [photo] album [that is] (called|named|for) "
        "{new_name}",
    ],
    effect=Effect.W1,
    critical=["new_name"],
    examples=["make an album called summer in Rome"],
)
async def create_album(context: Context, new_name: Annotated[str, TEXT]) -> Reply:
    """Make an album: a folder among the pictures."""
    name = new_name_of(new_name)
    home = await context.in_worker(_home_of_albums, context)
    new = home.child(name)
    text = f"the album {said(name)} in {said(home.name)}"
    await carry_out(context, Owned(FolderMaking(new), "photos.create_album"), f"created {text}")
    return await reply_with(context, f"Created {text}.", new)


@intent(
    "photos.add_to_album",
    sentences=[
        "(add|put|copy) {photo} (to|in|into) [the|my] {album} album",
        "(add|put|copy) {photo} (to|in|into) [the|my] [photo] album [(called|named)] {album}",
    ],
    effect=Effect.W1,
    critical=["photo", "album"],
    examples=["add this picture to the album rome"],
    deadline_s=_COPY_DEADLINE_S,
)
async def add_to_album(
    context: Context, photo: Annotated[FileEntity, PHOTO], album: Annotated[FileEntity, ALBUM]
) -> Reply:
    """Put a copy of a picture or a video into an album."""
    area = await context.in_worker(area_of, context)
    source, folder = area.spot(photo.path), area.spot(album.path)
    new = folder.child(source.name)
    name, where = said(source.name), said(folder.name)
    if new == source:
        raise failed("it lies there already", f"{name} is in the album {where} already.")
    settings = file_settings(context)
    budget = Budget(settings.max_copy_files, settings.max_copy_bytes)
    change = Owned(Copying(source, new, budget), "photos.add_to_album")
    await carry_out(context, change, f"added {name} to the album {where}")
    return await reply_with(context, f"Added {name} to the album {where}.", new)


@intent(
    "photos.remove_from_album",
    sentences=[
        "(remove|delete|take) {photo} (from|out of) [the|my] {album} album",
        "(remove|delete|take) {photo} (from|out of) [the|my] album [(called|named)] {album}",
    ],
    effect=Effect.W1,
    critical=["photo", "album"],
    examples=["take the last one out of the album rome"],
)
async def remove_from_album(
    context: Context, photo: Annotated[FileEntity, PHOTO], album: Annotated[FileEntity, ALBUM]
) -> Reply:
    """Move what lies in an album to the trash; what it is a copy of stays."""
    area = await context.in_worker(area_of, context)
    inside = area.spot(album.path).child(photo.path.name)
    name, where = said(inside.name), said(album.path.name)
    if not await context.in_worker(inside.exists):
        raise failed("it is not in the album", f"{name} is not in the album {where}.")
    change = Owned(Trashing(inside, lambda: context.now), "photos.remove_from_album")
    await carry_out(context, change, f"took {name} out of the album {where}")
    return Reply(f"Took {name} out of the album {where}. It is in the trash.")


@intent(
    "photos.list_album",
    sentences=[
        "what is in [the|my] {album} album",
        "what is in [the|my] [photo] album [(called|named)] {album}",
        "(show|open) [me] [the|my] [photo] album [(called|named)] {album}",
        "(show|open) [me] [the|my] {album} album",
        "how many (photos|pictures) are in [the|my] (album {album}|{album} album)",
    ],
    effect=Effect.R1,
    examples=["what is in the album rome"],
)
async def list_album(context: Context, album: Annotated[FileEntity, ALBUM]) -> Reply:
    """Tell how many pictures and videos are in an album, and name three."""
    found = await context.in_worker(_inside, context, album)
    name = said(album.path.name)
    if not found:
        return Reply(f"There are no pictures or videos in {name}.", (album,), data_of([]))
    text = f"In {name} there are {counted(len(found), 'picture')}: {named_three(found)}."
    text = text.replace("there are one", "there is one")
    return Reply(text, found[:MOST], data_of(found))


def _inside(context: Context, album: FileEntity) -> tuple[FileEntity, ...]:
    entries = [each for each in media(context) if each.spot.path.is_relative_to(album.path)]
    newest = sorted(entries, key=lambda each: -each.mtime_ns)
    return tuple(each.entity() for each in newest)
