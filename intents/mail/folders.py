"""Which folder is for what, on a server: by SPECIAL-USE, by the settings, or by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .imap import Session
from .refusals import Gone
from .settings import Role

__all__ = ["Folder", "folder_for", "folders_of"]

_USES: Mapping[str, Role] = {
    "\\sent": "sent", "\\drafts": "drafts", "\\trash": "trash", "\\junk": "junk",
    "\\archive": "archive", "\\all": "all",
}  # fmt: skip

_NAMES: Mapping[Role, tuple[str, ...]] = {
    "sent": (
        "sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente",
        "gesendete objekte", "envoyes", "envoyés", "enviados", "inviati", "verzonden items",
    ),
    "drafts": ("drafts", "draft", "entwürfe", "entwurf", "brouillons", "borradores", "bozze"),
    "trash": (
        "trash", "deleted items", "deleted messages", "bin", "papierkorb", "gelöschte elemente",
        "corbeille", "papelera", "cestino", "prullenbak",
    ),
    "junk": ("junk", "spam", "junk e-mail", "junk email", "bulk mail", "spamverdacht"),
    "archive": ("archive", "archives", "archiv", "archivo", "archivio"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the server names it, and what it is for: empty where that is nobody's guess."""

    name: str
    role: Role | None


def folders_of(session: Session) -> tuple[Folder, ...]:
    """Every folder that can be opened, the inbox first.

    Raises:
        IntentError: The server cannot be reached, or says no.
    """
    rows = session.repeat(lambda client: client.list_folders())
    overridden = {name: role for role, name in session.account.folders.items()}
    found = [
        Folder(name, overridden.get(name) or _told(flags, name)) for flags, name in _open(rows)
    ]
    taken = {folder.role for folder in found}
    named = [
        Folder(each.name, _guessed(each.name, rows, taken)) if each.role is None else each
        for each in found
    ]
    return tuple(sorted(_without_doubles(named), key=lambda each: each.role != "inbox"))


def folder_for(session: Session, role: Role) -> str:
    """The name of the folder that is for this.

    Raises:
        Gone: There is none.
        IntentError: The server cannot be reached, or says no.
    """
    for folder in folders_of(session):
        if folder.role == role:
            return folder.name
    raise Gone(
        f"the mail account has no folder for {role}",
        spoken=f"The account {session.name} has no folder for {role}.",
        mend=f'name it: folders = {{ {role} = "..." }} in [mail.accounts.{session.name}]',
    )


def _open(rows: Sequence[Any]) -> list[tuple[set[str], str]]:
    found = []
    for flags, _, name in rows:
        marks = {_text(flag).lower() for flag in flags}
        if not marks & {"\\noselect", "\\nonexistent"}:
            found.append((marks, _text(name)))
    return found


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


def _told(flags: set[str], name: str) -> Role | None:
    if name.upper() == "INBOX":
        return "inbox"
    return next((_USES[flag] for flag in sorted(flags) if flag in _USES), None)


def _guessed(name: str, rows: Sequence[Any], taken: set[Role | None]) -> Role | None:
    """What its name says, where no other folder was said to be for that."""
    separator = next((_text(row[1]) for row in rows if row[1]), "/")
    last = name.rsplit(separator, 1)[-1].casefold()
    for role, names in _NAMES.items():
        if role not in taken and last in names:
            return role
    return None


def _without_doubles(folders: Sequence[Folder]) -> list[Folder]:
    """Of two folders for the same, the first one is it; a server may say anything."""
    seen: set[Role] = set()
    kept = []
    for folder in folders:
        kept.append(folder if folder.role not in seen else Folder(folder.name, None))
        if folder.role:
            seen.add(folder.role)
    return kept
