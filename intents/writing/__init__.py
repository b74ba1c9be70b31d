"""Writing tools: rewriting what is selected or copied, and dictation into the focused window."""

from __future__ import annotations

from .copying import undo_copy
from .dictating import start_dictation, stop_dictation, type_speech, undo_dictation
from .rewriting import make_list, proofread, rewrite, summarise, translate
from .settings import Settings

__all__ = [
    "Settings",
    "make_list",
    "proofread",
    "rewrite",
    "start_dictation",
    "stop_dictation",
    "summarise",
    "translate",
    "type_speech",
    "undo_copy",
    "undo_dictation",
]
