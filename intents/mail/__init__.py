"""Mail by voice: accounts on real IMAP and SMTP servers.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .announcing import tell_arrivals, tell_outcome
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
from .finding import find_mail
from .index.companion import COMPANION
from .marking import flag_mail, mark_mail, undo_mail_mark, unflag_mail
from .organising import archive_mail, junk_mail, move_mail, trash_mail, undo_mail_move
from .origin import tell_files, tell_origin
from .posting import send_draft
from .reading import read_mail, read_next, read_on, read_previous
from .reviewing import delete_draft, list_drafts, read_draft, undo_begin, undo_delete
from .saving import save_files, undo_save, undo_save_several
from .settings import Settings
from .summing_up import ask_mail, summarise_inbox, summarise_mail, summarise_thread
from .telling import tell_new
from .unsubscribing import unsubscribe

COMPANIONS = (
    COMPANION,
    BOOKS,
)

__all__ = [
    "COMPANIONS",
    "Settings",
    "add_recipients",
    "add_text",
    "archive_mail",
    "ask_mail",
    "delete_draft",
    "dictate",
    "find_mail",
    "flag_mail",
    "forward",
    "junk_mail",
    "list_drafts",
    "make_it",
    "mark_mail",
    "move_mail",
    "read_draft",
    "read_mail",
    "read_next",
    "read_on",
    "read_previous",
    "remove_sentence",
    "replace_words",
    "reply",
    "reply_all",
    "save_files",
    "send_draft",
    "set_subject",
    "suggest",
    "summarise_inbox",
    "summarise_mail",
    "summarise_thread",
    "take_dictation",
    "tell_arrivals",
    "tell_files",
    "tell_new",
    "tell_origin",
    "tell_outcome",
    "trash_mail",
    "undo_begin",
    "undo_change",
    "undo_delete",
    "undo_mail_mark",
    "undo_mail_move",
    "undo_save",
    "undo_save_several",
    "unflag_mail",
    "unsubscribe",
    "use_suggestion",
    "write",
]
