"""Every verb of the files plugin that takes a file, as a test calls it, for each bad input."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from voiced.plugin import FileEntity, Undoer
from voiced.testing.context import FakeContext
from voiced_intents import files
from voiced_intents.files.listing import entry_at
from voiced_intents.files.roots import Spot

from .conftest import Home

Call = Callable[[FakeContext, FileEntity, FileEntity], Awaitable[object]]
"""With the thing, and a folder that other things may come into."""

UNDOERS = [value for value in vars(files).values() if isinstance(value, Undoer)]

CHANGES: dict[str, Call] = {
    "rename": lambda c, f, _: files.rename_file(c, file=f, new_name="other name"),
    "move": lambda c, f, to: files.move_file(c, file=f, folder=to),
    "copy": lambda c, f, to: files.copy_file(c, file=f, folder=to),
    "duplicate": lambda c, f, _: files.copy_file(c, file=f),
    "trash": lambda c, f, _: files.trash_file(c, file=f),
    "compress": lambda c, f, _: files.compress_file(c, file=f),
    "tag": lambda c, f, _: files.tag_file(c, file=f, tag="paid"),
    "trash several": lambda c, f, _: files.trash_files(c, several=(f,)),
    "move several": lambda c, f, to: files.move_files(c, several=(f,), folder=to),
    "number": lambda c, f, _: files.number_files(c, several=(f,), new_name="beach"),
    "add the date": lambda c, f, _: files.date_files(c, several=(f,)),
}
"""What changes something, and can be taken back."""

READS: dict[str, Call] = {
    "open": lambda c, f, _: files.open_file(c, file=f),
    "show": lambda c, f, _: files.show_file(c, file=f),
    "size": lambda c, f, _: files.tell_size(c, file=f),
    "read": lambda c, f, _: files.read_file(c, file=f),
    "summarise": lambda c, f, _: files.summarise_file(c, file=f),
}


def thing(path: Path) -> FileEntity:
    """A file or folder as it was found."""
    return entry_at(Spot(path.parent, (path.name,))).entity()


def paths(*folders: Path) -> dict[str, bytes]:
    """Everything in folders with its contents, hidden drafts too; the trash is looked at apart."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if ".local" not in path.parts:
                is_file = path.is_file() and not path.is_symlink()
                found[os.fsdecode(os.fsencode(path))] = path.read_bytes() if is_file else b""
    return found


def notes(home: Home) -> list[str]:
    """What the trash says that it holds."""
    info = home.folder / ".local" / "share" / "Trash" / "info"
    return sorted(each.name for each in info.iterdir()) if info.is_dir() else []
