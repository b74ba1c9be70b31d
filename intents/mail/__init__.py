"""Mail by voice: accounts on real IMAP and SMTP servers.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .index.companion import COMPANION
from .marking import flag_mail, mark_mail, undo_mail_mark
from .organising import archive_mail, move_mail, trash_mail, undo_mail_move
from .settings import Settings
from .summing_up import ask_mail, summarise_inbox, summarise_mail, summarise_thread
from .telling import read_newest, tell_new
from .unsubscribing import unsubscribe

COMPANIONS = (COMPANION,)

__all__ = [
    "COMPANIONS",
    "Settings",
    "archive_mail",
    "ask_mail",
    "flag_mail",
    "mark_mail",
    "move_mail",
    "read_newest",
    "summarise_inbox",
    "summarise_mail",
    "summarise_thread",
    "tell_new",
    "trash_mail",
    "undo_mail_mark",
    "undo_mail_move",
    "unsubscribe",
]
