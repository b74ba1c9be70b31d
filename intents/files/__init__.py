"""The file intents: open, find, list, create, rename, move, copy, delete, inside allowed folders.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .changing import copy_file, create_folder, move_file, rename_file, trash_file
from .index.companion import COMPANION
from .reading import find_files, list_recent, open_file
from .settings import Settings
from .undoing import undo_copy, undo_create_folder, undo_move, undo_rename, undo_trash

__all__ = [
    "COMPANIONS",
    "Settings",
    "copy_file",
    "create_folder",
    "find_files",
    "list_recent",
    "move_file",
    "open_file",
    "rename_file",
    "trash_file",
    "undo_copy",
    "undo_create_folder",
    "undo_move",
    "undo_rename",
    "undo_trash",
]

COMPANIONS = (COMPANION,)
