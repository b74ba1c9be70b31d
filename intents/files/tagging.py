"""The intent that tags files as other programs do: the extended attribute ``user.xdg.tags``.

Source: freedesktop.org, CommonExtendedAttributes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from voiced.plugin import TEXT, Context, Effect, FileEntity, JsonValue, Reply, Undo, intent, undoes

from .carrying import carry_out, spot_of
from .described import DESCRIBED, meant
from .records import path_of, unchanged, uri_of
from .refusals import denied, failed, said, told
from .roots import Area, Spot, Stamp
from .settings import Settings
from .slot import FILE
from .tags import NAME, fitting, tags_of

__all__ = ["tag_file", "undo_tag", "undo_untag", "untag_file"]

_LONGEST = 60
_MOST = 50
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


def _read(spot: Spot) -> tuple[str, ...]:
    with spot.opened(_FLAGS) as opened:
        return tags_of(opened)


def _write(spot: Spot, tags: tuple[str, ...]) -> None:
    with spot.opened(_FLAGS) as opened, told(spot.name):
        try:
            if tags:
                os.setxattr(opened, NAME, ",".join(tags).encode())
            else:
                os.removexattr(opened, NAME)
        except OSError as error:
            if error.errno == errno.ENOTSUP:
                text = f"The disk of {said(spot.name)} can't keep tags."
                raise denied("this file system has no extended attributes", text) from error
            if error.errno != errno.ENODATA:
                raise


@dataclass(slots=True)
class _Tagging:
    """One more tag."""

    spot: Spot
    tag: str
    stamp: Stamp | None = None
    before: tuple[str, ...] = field(default=(), init=False)

    def prepare(self) -> None:
        """Read the tags that are there."""
        self.stamp = unchanged(self.spot, self.stamp)
        self.before = _read(self.spot)
        if self.tag in self.before:
            raise failed(
                "it has that tag", f"{said(self.spot.name)} has the tag {self.tag} already."
            )
        if len(self.before) >= _MOST:
            raise failed("too many tags", f"{said(self.spot.name)} has too many tags already.")

    def undo(self) -> Undo:
        """The way back."""
        return Undo("files.tag", {"file": uri_of(self.spot.path), "tag": self.tag})

    def commit(self) -> None:
        """Write it."""
        _write(self.spot, (*self.before, self.tag))

    def discard(self) -> None:
        """Nothing was prepared."""


def _tag_of(said_tag: str) -> str:
    tag = " ".join(said_tag.split())
    if not tag.isprintable() or "," in tag or not 0 < len(tag) <= _LONGEST:
        raise denied("not a tag", "A tag is a short word or two, without a comma.")
    return tag


@intent(
    "files.tag",
    sentences=[
        "tag [the|my] {file} (as|with) {tag}",
        "(add|put|give) the tag {tag} (to|on) [the|my] {file}",
        "mark [the|my] [file] {file} as {tag}",
        "tag [the|my] {described} (as|with) {tag}",
    ],
    effect=Effect.W1,
    critical=["file", "described", "tag"],
    examples=["tag the invoice from yesterday as paid"],
)
async def tag_file(
    context: Context,
    tag: Annotated[str, TEXT],
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, DESCRIBED] = None,
) -> Reply:
    """Give a file or folder a tag, which file managers show too."""
    word = _tag_of(tag)
    file = meant(file, described)
    spot = await spot_of(context, file.path)
    text = f"{said(spot.name)} as {word}"
    await carry_out(context, _Tagging(spot, word), f"tagged {text}")
    return Reply(f"Tagged {text}.", (file,))


@dataclass(slots=True)
class _Untagging:
    """One tag less."""

    spot: Spot
    tag: str
    before: tuple[str, ...] = field(default=(), init=False)

    def prepare(self) -> None:
        """Read the tags that are there, and find the one that was meant."""
        self.before = _read(self.spot)
        meant_tags = fitting(self.tag, self.before)
        if not meant_tags:
            text = f"{said(self.spot.name)} has not got the tag {said(self.tag)}."
            raise failed("it has not got that tag", text)
        self.tag = meant_tags[0]

    def undo(self) -> Undo:
        """The way back."""
        return Undo("files.untag", {"file": uri_of(self.spot.path), "tag": self.tag})

    def commit(self) -> None:
        """Write the others."""
        _write(self.spot, tuple(each for each in self.before if each != self.tag))

    def discard(self) -> None:
        """Nothing was prepared."""


@intent(
    "files.untag",
    sentences=[
        "(remove|take|delete|strip) the tag {tag} (from|off|off of|of) [the|my] {file}",
        "untag [the|my] {file} (as|from) {tag}",
    ],
    effect=Effect.W1,
    critical=["file", "tag"],
    examples=["remove the tag paid from the invoice"],
)
async def untag_file(
    context: Context, file: Annotated[FileEntity, FILE], tag: Annotated[str, TEXT]
) -> Reply:
    """Take a tag off a file or folder; its others stay."""
    spot = await spot_of(context, file.path)
    change = _Untagging(spot, " ".join(tag.split()))
    await context.in_worker(change.prepare)
    text = f"the tag {said(change.tag)} off {said(spot.name)}"
    await carry_out(context, change, f"took {text}")
    return Reply(f"Took {text}.", (file,))


@undoes("files.untag")
async def undo_untag(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Give the tag back."""
    area = await context.in_worker(Area.of, context.settings(Settings))
    change = _Tagging(area.spot(path_of(data, "file")), str(data.get("tag", "")))
    await context.in_worker(change.prepare)
    await context.in_worker(change.commit)
    return f"{said(change.spot.name)} is tagged as {said(change.tag)} again."


@undoes("files.tag")
async def undo_tag(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take the tag off again; others stay."""
    area = await context.in_worker(Area.of, context.settings(Settings))
    spot, tag = area.spot(path_of(data, "file")), str(data.get("tag", ""))
    tags = await context.in_worker(_read, spot)
    if tag not in tags:
        raise failed("the tag is gone", f"{said(spot.name)} has not got that tag any more.")
    await context.in_worker(_write, spot, tuple(each for each in tags if each != tag))
    return f"{said(spot.name)} is not tagged as {said(tag)} any more."
