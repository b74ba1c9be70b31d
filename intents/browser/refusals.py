"""How it is said that something cannot be done in the browser, and what mends it."""

from __future__ import annotations

from voiced.plugin import IntentFailed

__all__ = ["changed", "failed", "gone", "not_joined"]


def failed(reason: str, spoken: str, mend: str = "") -> IntentFailed:
    """The error for what cannot be done.

    Args:
        reason: For the log.
        spoken: For the user's ear.
        mend: What he can do about it, for the screen.
    """
    return IntentFailed(reason, spoken=spoken, mend=mend)


def not_joined() -> IntentFailed:
    """No browser has joined, or it may not be used."""
    return failed(
        "no browser has joined",
        "Your browser isn't joined to me. Run: voiced browser install.",
        "voiced browser install, then load the extension; or use_joined = true in [browser]",
    )


def gone(what: str = "tab") -> IntentFailed:
    """What was meant is not there any more."""
    return failed(f"the {what} is gone", f"That {what} is gone.")


def changed(what: str) -> IntentFailed:
    """What was meant is something else by now, so that nothing is done.

    Args:
        what: What was left undone: "closed nothing".
    """
    return failed("the tab shows another page", f"That tab shows something else now. I {what}.")
