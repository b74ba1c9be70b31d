"""The slot type of mail folders: by what they are for, or by their names."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import Candidate, SlotContext, named, one_line

from .folders import folder_for
from .imap import Session
from .index.lookup import Index
from .refusals import Gone
from .settings import Role, Settings

__all__ = ["ARCHIVE", "JUNK", "MAIL_FOLDER", "TRASH", "MailFolder"]

_ROLES: Mapping[str, Role] = {
    "inbox": "inbox",
    "archive": "archive",
    "trash": "trash",
    "bin": "trash",
    "junk": "junk",
    "spam": "junk",
}
_PARTS = re.compile(r"[/.\\]")


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder: what it is for, or where it lies in each account that has it."""

    called: str
    role: Role | None = None
    places: tuple[tuple[str, str], ...] = ()

    @property
    def spoken(self) -> str:
        """How it is told: "the archive", "Taxes"."""
        return f"the {self.called}" if self.role else self.called

    def name(self, session: Session) -> str:
        """What the server of an account calls it.

        Raises:
            Gone: The account has no such folder.
            IntentError: The server cannot be reached, or says no.
        """
        if self.role == "archive":  # where all mail lies in one folder, that is the archive
            try:
                return folder_for(session, "archive")
            except Gone:
                with suppress(Gone):
                    return folder_for(session, "all")
                raise
        if self.role is not None:
            return folder_for(session, self.role)
        found = dict(self.places).get(session.name)
        if found is None:
            text = f"The account {session.name} has no folder {self.called}."
            raise Gone("the account has no such folder", spoken=text)
        return found


ARCHIVE = MailFolder("archive", "archive")
TRASH = MailFolder("trash", "trash")
JUNK = MailFolder("spam folder", "junk")


def _folders(context: SlotContext) -> list[MailFolder]:
    settings = context.settings(Settings)
    found = {called: MailFolder(called, role) for called, role in _ROLES.items()}
    if not settings.accounts:
        return list(found.values())
    places: dict[str, list[tuple[str, str]]] = {}
    with suppress(sqlite3.Error):
        for account, name, role in Index(settings).folders():
            called = one_line(_PARTS.split(name)[-1]).strip()
            if role not in _ROLES.values() and called.lower() not in found:
                places.setdefault(called, []).append((account, name))
    own = (MailFolder(called, None, tuple(where)) for called, where in places.items() if called)
    return [*found.values(), *own]


_NAMED = named("mail_folder", _folders, lambda folder: folder.called)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A folder that there is; other words are heard too, and fit nothing."""

    name: ClassVar[str] = "mail_folder"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "the name of a mail folder, or: inbox, archive, trash, junk",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """What folders are called."""
        return _NAMED.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[MailFolder]]:
        """The folders that sound like it, best first."""
        return _NAMED.resolve(said.lower().removesuffix(" folder"), context)


MAIL_FOLDER = _Slot()
