"""How the desktop says that something cannot be done, and what mends it."""

from __future__ import annotations

from voiced.plugin import IntentFailed

__all__ = ["failed"]


def failed(reason: str, spoken: str, mend: str = "") -> IntentFailed:
    """The error for what this desktop does not do or allow.

    Args:
        reason: For the log.
        spoken: For the user's ear.
        mend: What he can do about it, for the screen.
    """
    return IntentFailed(reason, spoken=spoken, mend=mend)
