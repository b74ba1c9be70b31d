"""The photo intents: find, show, edit into versions, albums, and names of people, all offline.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .adjusting import (
    adjust,
    blur,
    brighten,
    darken,
    enhance,
    lower,
    raise_quality,
    sharpen,
)
from .albums import add_to_album, create_album, list_album, remove_from_album
from .batch import (
    add_all_to_album,
    adjust_all,
    convert_all,
    crop_all,
    flip_all,
    resize_all,
    rotate_all,
    strip_locations,
    undo_several,
)
from .editing import convert, crop, flip, resize, rotate, straighten, strip_location
from .naming import favor, name_person, unname_person
from .reading import find, find_alike, find_favorites, original, show, tell_of
from .repeating import paste_edits
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
    "add_all_to_album",
    "add_to_album",
    "adjust",
    "adjust_all",
    "blur",
    "brighten",
    "convert",
    "convert_all",
    "create_album",
    "crop",
    "crop_all",
    "darken",
    "enhance",
    "favor",
    "find",
    "find_alike",
    "find_favorites",
    "flip",
    "flip_all",
    "list_album",
    "lower",
    "name_person",
    "original",
    "paste_edits",
    "raise_quality",
    "remove_from_album",
    "resize",
    "resize_all",
    "rotate",
    "rotate_all",
    "sharpen",
    "show",
    "straighten",
    "strip_location",
    "strip_locations",
    "tell_of",
    "trim_video",
    "undo_add_to_album",
    "undo_create_album",
    "undo_edit",
    "undo_remove_from_album",
    "undo_several",
    "undo_tag",
    "unname_person",
]
