"""Whether an account works: both servers are signed in to, and nothing is changed. It blocks."""

from __future__ import annotations

import smtplib
from contextlib import suppress

from voiced.plugin import IntentError

from .folders import folders_of
from .imap import Session
from .oauth import Key
from .smtp import sign_in

__all__ = ["tried"]

_WANTED = ("sent", "drafts", "trash")


def tried(key: Key, *, timeout_s: float = 10.0) -> list[str]:
    """What is wrong with it, in sentences; nothing where it works."""
    problems: list[str] = []
    for look in (_imap, _smtp):
        try:
            problems += look(key, timeout_s)
        except IntentError as error:
            problems.append(f"{error.spoken} {error.mend}".rstrip())
    return problems


def _imap(key: Key, timeout_s: float) -> list[str]:
    with Session(key, timeout_s=timeout_s) as session:
        there = {folder.role for folder in folders_of(session)}
    return [
        f"There is no folder for {role}: name it in folders of [mail.accounts.{key.name}]."
        for role in _WANTED
        if role not in there
    ]


def _smtp(key: Key, timeout_s: float) -> list[str]:
    connection = sign_in(key, timeout_s)
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    return []
