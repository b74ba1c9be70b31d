"""Puts a file of a mail into a folder: written out of sight first, then shown in one step.

The folders are those that the file intents may use, and what holds for files holds here: nothing
is written over, through a link, or under a hidden name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voiced.plugin import JsonValue, PluginError, SlotContext, Undo, one_line
from voiced_intents.files.copying import Budget, Draft
from voiced_intents.files.names import is_protected, longest, split_extension, with_addition
from voiced_intents.files.records import path_of, refuse_taken, stamp_data, stamp_of, uri_of
from voiced_intents.files.refusals import told
from voiced_intents.files.roots import Area, Spot, Stamp
from voiced_intents.files.settings import Settings as FileSettings
from voiced_intents.files.trashing import Trashing

from .refusals import denied, failed

__all__ = ["Content", "Storing", "area_of", "file_settings", "free_spots", "to_trash"]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_NAMES = 100
_NO_NAME = "attachment"


@dataclass(frozen=True, slots=True)
class Content:
    """A file of a mail: the name that its sender gave it, and what is in it."""

    name: str
    data: bytes


def file_settings(context: SlotContext) -> FileSettings:
    """The section [files]: which folders may be used.

    Raises:
        IntentDenied: The plugin "files" is switched off.
    """
    try:
        return context.settings(FileSettings)
    except PluginError as error:
        raise denied(
            "the plugin files is not loaded, and files of mails are kept in its folders",
            "I only save files where I may use files, and that is switched off.",
            "voiced intents enable files",
        ) from error


def area_of(context: SlotContext) -> Area:
    """The allowed folders; raises as ``file_settings`` and ``Area.of`` do."""
    return Area.of(file_settings(context))


def free_spots(folder: Spot, contents: Sequence[Content]) -> list[Spot]:
    """A place for each file, under its own name or one beside it that is free. It blocks.

    Raises:
        IntentDenied: It is a key, which voiced never touches.
        IntentFailed: There is no free name.
    """
    found: list[Spot] = []
    for content in contents:
        found.append(_free(folder, _safe(content.name), found))
    return found


def _safe(name: str) -> str:
    """A name that can be given: on one line, in one folder, not hidden."""
    plain = one_line(name).replace("/", " ").replace("\\", " ").strip().lstrip(".- ")
    stem, ending = split_extension(plain or _NO_NAME)
    shown = longest(stem or _NO_NAME, ending)
    if is_protected(shown):
        raise denied("a key in a mail", "That file is called like a key. I never touch keys.")
    return shown


def _free(folder: Spot, name: str, taken: Sequence[Spot]) -> Spot:
    for number in range(1, _MOST_NAMES):
        spot = folder.child(with_addition(name, f" {number}" if number > 1 else ""))
        if spot not in taken and not spot.exists():
            return spot
    raise failed("no free name", f"There are too many called {one_line(name)} already.")


@dataclass(slots=True)
class Storing:
    """A file of a mail under a name that is free; a change as the file intents make them."""

    content: Content
    new: Spot
    budget: Budget
    draft: Draft = field(init=False)
    made: Stamp | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.draft = Draft(self.new.parent, self.budget)

    def prepare(self) -> None:
        """Write it, out of sight.

        Raises:
            IntentDenied: It is too large.
            IntentFailed: The disk is full, or the folder cannot be written.
        """
        refuse_taken(self.new)
        self.budget.take_file(len(self.content.data))
        self.budget.take_bytes(len(self.content.data))
        self.draft.claim()
        with self.new.parent.folder() as folder, told(self.new.name):
            opened = os.open(self.draft.name, _NEW, 0o600, dir_fd=folder)
            with os.fdopen(opened, "wb") as file:
                file.write(self.content.data)
                file.flush()
                os.fchmod(opened, 0o644)
                os.fsync(opened)
        self.made = self.new.parent.child(self.draft.name).stamp()

    def undo(self) -> Undo:
        """The way back."""
        if self.made is None:
            raise AssertionError("prepare() comes first")
        return Undo("mail.save", {"new": uri_of(self.new.path), "stamp": stamp_data(self.made)})

    def commit(self) -> None:
        """Show it."""
        self.draft.show(self.new.name)

    def hide(self) -> None:
        """Take ``commit`` back."""
        self.draft.hide(self.new.name)

    def discard(self) -> None:
        """Remove it if it was not shown."""
        self.draft.discard()


def to_trash(context: SlotContext, data: Mapping[str, JsonValue]) -> str:
    """Put a file that was saved into the trash, as it was; its name. It blocks.

    Raises:
        IntentFailed: It is not there as it was.
    """
    spot = area_of(context).spot(path_of(data, "new"))
    trashing = Trashing(spot, lambda: context.now, stamp_of(data))
    try:
        trashing.prepare()
        trashing.commit()
    finally:
        trashing.discard()
    return one_line(spot.name)
