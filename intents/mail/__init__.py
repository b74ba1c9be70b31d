"""Mail by voice: accounts on real IMAP and SMTP servers.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .announcing import tell_arrivals, tell_outcome
from .finding import find_mail
from .index.companion import COMPANION
from .reading import read_mail, read_next, read_on, read_previous
from .saving import save_files, undo_save, undo_save_several
from .settings import Settings
from .telling import tell_new

COMPANIONS = (COMPANION,)

__all__ = [
    "COMPANIONS",
    "Settings",
    "find_mail",
    "read_mail",
    "read_next",
    "read_on",
    "read_previous",
    "save_files",
    "tell_arrivals",
    "tell_new",
    "tell_outcome",
    "undo_save",
    "undo_save_several",
]
