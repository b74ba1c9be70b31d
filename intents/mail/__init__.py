"""Mail by voice: accounts on real IMAP and SMTP servers.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .finding import find_mail
from .index.companion import COMPANION
from .marking import flag_mail, mark_mail, undo_mail_mark
from .organising import archive_mail, move_mail, trash_mail, undo_mail_move
from .reading import read_mail, read_next, read_on, read_previous
from .saving import save_files, undo_save, undo_save_several
from .settings import Settings
from .summing_up import ask_mail, summarise_inbox, summarise_mail, summarise_thread
from .telling import tell_new
from .unsubscribing import unsubscribe

COMPANIONS = (COMPANION,)

__all__ = [
    "COMPANIONS",
    "Settings",
    "archive_mail",
    "ask_mail",
    "find_mail",
    "flag_mail",
    "mark_mail",
    "move_mail",
    "read_mail",
    "read_next",
    "read_on",
    "read_previous",
    "save_files",
    "summarise_inbox",
    "summarise_mail",
    "summarise_thread",
    "tell_new",
    "trash_mail",
    "undo_mail_mark",
    "undo_mail_move",
    "undo_save",
    "undo_save_several",
    "unsubscribe",
]
