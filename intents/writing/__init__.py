"""Writing tools: the clipboard, rewriting what is on it or selected, and dictation."""

from __future__ import annotations

from .clipboard import copy_reply, copy_words, read_clipboard
from .copying import undo_copy
from .dictating import start_dictation, stop_dictation, type_speech, undo_dictation
from .rewriting import make_list, proofread, rewrite, summarise, translate
from .settings import Settings

__all__ = [
    "Settings",
    "copy_reply",
    "copy_words",
    "make_list",
    "proofread",
    "read_clipboard",
    "rewrite",
    "start_dictation",
    "stop_dictation",
    "summarise",
    "translate",
    "type_speech",
    "undo_copy",
    "undo_dictation",
]
