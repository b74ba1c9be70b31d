"""Notes and lists in plain Markdown files, which their owner may edit with anything he likes.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from voiced.plugin import Keeps

from .lists import add, clear, create, is_listed, read_list, remove, which_lists
from .notes import find_notes, read_notes, remove_note, take_note
from .settings import Settings
from .undoing import undo_added, undo_created, undo_removed

KEEPS: tuple[Keeps, ...] = (("notes and lists", lambda context: context.settings(Settings).path),)

__all__ = [
    "KEEPS",
    "Settings",
    "add",
    "clear",
    "create",
    "find_notes",
    "is_listed",
    "read_list",
    "read_notes",
    "remove",
    "remove_note",
    "take_note",
    "undo_added",
    "undo_created",
    "undo_removed",
    "which_lists",
]
