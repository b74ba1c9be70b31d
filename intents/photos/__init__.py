"""The photo intents: find, show, edit into versions, albums, and names of people, all offline.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .albums import add_to_album, create_album, list_album, remove_from_album
from .editing import adjust, convert, crop, flip, resize, rotate, straighten, strip_location
from .naming import name_person, unname_person
from .reading import find, find_alike, original, show, tell_of
from .settings import Settings
from .undoing import (
    undo_add_to_album,
    undo_create_album,
    undo_edit,
    undo_remove_from_album,
    undo_tag,
)
from .video import trim_video

__all__ = [
    "Settings",
    "add_to_album",
    "adjust",
    "convert",
    "create_album",
    "crop",
    "find",
    "find_alike",
    "flip",
    "list_album",
    "name_person",
    "original",
    "remove_from_album",
    "resize",
    "rotate",
    "show",
    "straighten",
    "strip_location",
    "tell_of",
    "trim_video",
    "undo_add_to_album",
    "undo_create_album",
    "undo_edit",
    "undo_remove_from_album",
    "undo_tag",
    "unname_person",
]
