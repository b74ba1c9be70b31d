"""Connections that are kept for the next step: a mail is written and read in many. Blocks.

Each is used by one caller at a time. One that the server has closed meanwhile is opened again by
the session itself, which looks at what is there before it does anything twice.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from .imap import Session
from .oauth import Key
from .refusals import failed, with_account
from .settings import Settings

__all__ = ["hang_up", "session_of"]

_KEPT_S = 120.0

_idle: dict[tuple[str, str], tuple[Session, float]] = {}
"""By account; since when. One is taken out, and put back, by a single operation."""


@contextmanager
def session_of(settings: Settings, account: str) -> Generator[Session]:
    """A connection to the server of an account.

    Raises:
        IntentFailed: There is no account, or not this one any more.
    """
    with_account(settings)
    if account not in settings.accounts:
        raise failed("the mail account is gone", f"There is no mail account {account} any more.")
    found = settings.accounts[account]
    place = (account, f"{found.model_dump_json()} {settings.timeout_s}")
    session = _taken(place) or Session(
        Key(account, found, settings.timeout_s), timeout_s=settings.timeout_s
    )
    try:
        yield session
    except BaseException:
        session.close()
        raise
    kept, _ = _idle.setdefault(place, (session, time.monotonic()))
    if kept is not session:
        session.close()


def _taken(place: tuple[str, str]) -> Session | None:
    session, since_s = _idle.pop(place, (None, 0.0))
    if session is not None and time.monotonic() > since_s + _KEPT_S:
        session.close()
        return None
    return session


def hang_up() -> None:
    """Close all of them."""
    for place in tuple(_idle):
        session, _ = _idle.pop(place, (None, 0.0))
        if session is not None:
            session.close()
