"""Mail by voice: accounts on real IMAP and SMTP servers.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .index.companion import COMPANION
from .settings import Settings
from .telling import read_newest, tell_new

COMPANIONS = (COMPANION,)

__all__ = ["COMPANIONS", "Settings", "read_newest", "tell_new"]
