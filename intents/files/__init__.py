"""The file intents: find, open, read, change and pack files, inside allowed folders.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .changing import copy_file, create_folder, move_file, rename_file, trash_file
from .folder_listing import list_folder
from .index.companion import COMPANION
from .many import date_files, move_files, number_files, trash_files, undo_several
from .measuring import tell_size, tell_space
from .packing import compress_file, extract_archive, undo_compress, undo_extract
from .reading import find_files, list_recent, open_file, show_file
from .restoring import restore_file, undo_restore
from .settings import Settings
from .sweeping import UNFINISHED
from .tagged import find_tagged, list_tags
from .tagging import tag_file, undo_tag, undo_untag, untag_file
from .telling import read_file, summarise_file
from .undoing import undo_copy, undo_create_folder, undo_move, undo_rename, undo_trash

COMPANIONS = (COMPANION, UNFINISHED)

__all__ = [
    "COMPANIONS",
    "Settings",
    "compress_file",
    "copy_file",
    "create_folder",
    "date_files",
    "extract_archive",
    "find_files",
    "find_tagged",
    "list_folder",
    "list_recent",
    "list_tags",
    "move_file",
    "move_files",
    "number_files",
    "open_file",
    "read_file",
    "rename_file",
    "restore_file",
    "show_file",
    "summarise_file",
    "tag_file",
    "tell_size",
    "tell_space",
    "trash_file",
    "trash_files",
    "undo_compress",
    "undo_copy",
    "undo_create_folder",
    "undo_extract",
    "undo_move",
    "undo_rename",
    "undo_restore",
    "undo_several",
    "undo_tag",
    "undo_trash",
    "undo_untag",
    "untag_file",
]
