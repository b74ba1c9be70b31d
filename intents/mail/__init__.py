"""Mail by voice: accounts on real IMAP and SMTP servers.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .answering import reply, reply_all, suggest, use_suggestion
from .beginning import forward, write
from .books import BOOKS
from .dictating import dictate, take_dictation
from .editing import (
    add_recipients,
    add_text,
    make_it,
    remove_sentence,
    replace_words,
    set_subject,
    undo_change,
)
from .index.companion import COMPANION
from .posting import send_draft
from .reviewing import delete_draft, list_drafts, read_draft, undo_begin, undo_delete
from .settings import Settings
from .telling import read_newest, tell_new

COMPANIONS = (COMPANION, BOOKS)

__all__ = [
    "COMPANIONS",
    "Settings",
    "add_recipients",
    "add_text",
    "delete_draft",
    "dictate",
    "forward",
    "list_drafts",
    "make_it",
    "read_draft",
    "read_newest",
    "remove_sentence",
    "replace_words",
    "reply",
    "reply_all",
    "send_draft",
    "set_subject",
    "suggest",
    "take_dictation",
    "tell_new",
    "undo_begin",
    "undo_change",
    "undo_delete",
    "use_suggestion",
    "write",
]
