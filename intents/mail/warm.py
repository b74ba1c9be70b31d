"""Connections that stay open for a moment: a mail is written in many small steps. Blocks.

Each is used by one thread at a time. One that the server has closed meanwhile is opened again by
the session itself, which looks at what is there before it does anything twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .imap import Session
from .matching import with_account
from .oauth import Key
from .refusals import failed
from .settings import Settings

__all__ = ["hang_up", "session_of"]

_KEPT_S = 60.0

_lock = threading.Lock()
_idle: dict[tuple[str, str], tuple[Session, threading.Timer]] = {}


@contextmanager
def session_of(settings: Settings, account: str) -> Iterator[Session]:
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
    _keep(place, session)


def _taken(place: tuple[str, str]) -> Session | None:
    with _lock:
        session, timer = _idle.pop(place, (None, None))
    if timer is not None:
        timer.cancel()
    return session


def _keep(place: tuple[str, str], session: Session) -> None:
    timer = threading.Timer(_KEPT_S, _close, (place, session))
    timer.daemon = True
    with _lock:
        is_first = place not in _idle
        if is_first:
            _idle[place] = session, timer
    if is_first:
        timer.start()
    else:
        session.close()


def _close(place: tuple[str, str], session: Session) -> None:
    with _lock:
        is_idle = place in _idle and _idle[place][0] is session
        if is_idle:
            del _idle[place]
    if is_idle:
        session.close()


def hang_up() -> None:
    """Close all of them."""
    for place in tuple(_idle):
        session = _taken(place)
        if session is not None:
            session.close()
