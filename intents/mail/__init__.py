"""Mail by voice: accounts on real IMAP and SMTP servers.

Only what the registry collects is named here; the code lives in the modules beside it.
"""

from __future__ import annotations

from .settings import Settings

__all__ = ["Settings"]
