"""Which names may be touched, and which may be given. Names only; nothing is opened here."""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath

from voiced.plugin import written_name

from .refusals import denied

__all__ = [
    "draft_name",
    "free_name",
    "is_protected",
    "longest",
    "new_name_of",
    "split_extension",
    "with_addition",
]

_NAME_MAX_BYTES = 255
_EXTENSION_MAX = 8
_UNPRINTABLE = "has characters in it that can't be shown"
_KEY_NAMES = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk")
_KEY_EXTENSIONS = (
    ".gpg", ".jks", ".kdb", ".kdbx", ".key", ".keystore", ".keyring", ".p12", ".pem", ".pfx",
    ".pgp", ".ppk", ".wallet",
)  # fmt: skip


def draft_name() -> str:
    """A hidden name for what nobody is to see yet."""
    return f".voiced-{secrets.token_hex(8)}.part"


def is_protected(name: str) -> bool:
    """True for what is never listed, opened or changed: hidden things and keys."""
    lowered = name.lower()
    return (
        lowered.startswith(".")
        or lowered.endswith(_KEY_EXTENSIONS)
        or lowered.removesuffix(".pub") in _KEY_NAMES
    )


def split_extension(name: str) -> tuple[str, str]:
    """The stem and the extension with its dot; "report 2.0 final" has none.

    An extension is short, has a letter, and no spaces.
    """
    path = PurePosixPath(name)
    suffix = path.suffix
    word = suffix[1:]
    is_one = word.isalnum() and len(word) <= _EXTENSION_MAX and any(c.isalpha() for c in word)
    return (name.removesuffix(suffix), suffix) if is_one else (name, "")


def new_name_of(said: str, extension: str = "") -> str:
    """The name that was said for something new, with ``extension`` if it has none of its own.

    Raises:
        IntentDenied: It is empty, a path, hidden, a key's name, too long, or not one line of text.
    """
    name = written_name(said)
    if name.strip(" .") and not split_extension(name)[1]:
        name += extension
    reason = _objection(name) if said.isprintable() else _UNPRINTABLE
    if reason:
        raise denied(f"the new name {reason}", f"I can't use that name: it {reason}.")
    return name


def _objection(name: str) -> str:
    if not name.strip() or name in (".", ".."):
        return "is empty"
    if "/" in name:
        return "has a slash in it"
    if not name.isprintable():
        return _UNPRINTABLE
    if is_protected(name):
        return "would hide the file or make it look like a key"
    if len(name.encode()) > _NAME_MAX_BYTES:
        return f"is longer than {_NAME_MAX_BYTES} bytes"
    return ""


def free_name(name: str, number: int) -> str:
    """The name of the ``number``-th duplicate of ``name``, at most 255 bytes long.

    ``number`` 1 gives "budget copy.xlsx", 2 gives "budget copy 2.xlsx".
    """
    return with_addition(name, " copy" if number == 1 else f" copy {number}")


def with_addition(name: str, addition: str, limit_bytes: int = _NAME_MAX_BYTES) -> str:
    """``name`` with something added before the extension; the stem is cut where it must be."""
    stem, extension = split_extension(name)
    return longest(stem, f"{addition}{extension}", limit_bytes)


def longest(stem: str, tail: str, limit_bytes: int = _NAME_MAX_BYTES) -> str:
    """The stem and the tail as one name; of a stem that is too long only the beginning."""
    whole = stem.encode("utf-8", "surrogateescape")
    room = limit_bytes - len(tail.encode("utf-8", "surrogateescape"))
    if len(whole) <= room:
        return f"{stem}{tail}"
    return f"{whole[:room].decode('utf-8', 'ignore')}{tail}"
