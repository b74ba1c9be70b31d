"""Who may come in: each satellite has a name and a key; and the certificate that they know us by.

All of it lies in one folder that its owner alone may read. A key leaves this machine once, on the
screen of whoever adds the satellite. All of it blocks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, RootModel, ValidationError

from voiced.errors import VoicedError
from voiced.private_files import locked, make_empty
from voiced.satellites.certificates import certificate_in

__all__ = [
    "RIGHTS",
    "Admission",
    "KeyBook",
    "Pairing",
    "Right",
    "fingerprint",
    "proof",
    "rights_of",
]

Right: TypeAlias = Literal["R0", "W1", "O1"]
"""An effect class that may be asked for at a satellite; no other ever is."""

RIGHTS: tuple[Right, ...] = get_args(Right)

_BOOK = "keys.json"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_KEY_BYTES = 32


def _checked(key: str) -> str:
    if len(base64.b64decode(key, validate=True)) != _KEY_BYTES:
        raise ValueError("it is not of the right length")
    return key


class _Entry(BaseModel):
    """A key, in base 64, and the effect classes that may be asked for with it."""

    model_config = ConfigDict(extra="forbid")
    key: Annotated[str, AfterValidator(_checked)]
    rights: tuple[Right, ...] = RIGHTS


_Keys = RootModel[dict[str, _Entry | str]]
"""A key alone has all rights that a satellite can have."""


def fingerprint(certificate: bytes) -> bytes:
    """What a satellite knows a certificate (DER) by: its SHA-256."""
    return hashlib.sha256(certificate).digest()


def proof(key: bytes, nonce: bytes, name: str, certificate: bytes) -> str:
    """What a satellite answers to a nonce; of no use to anybody with another certificate."""
    said = b"voiced satellite 1\0" + nonce + fingerprint(certificate) + name.encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a satellite must know: its key, and the fingerprint of our certificate."""

    name: str
    key: bytes
    certificate: bytes

    @property
    def text(self) -> str:
        """As one word, to be copied to the other machine."""
        body = base64.urlsafe_b64encode(self.key + self.certificate).decode().rstrip("=")
        return f"{self.name}.{body}"

    @classmethod
    def parsed(cls, text: str) -> Pairing:
        """From that word.

        Raises:
            ValueError: It is none.
        """
        name, _, body = text.strip().partition(".")
        try:
            both = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        except (binascii.Error, ValueError):
            both = b""
        if not _NAME.fullmatch(name) or len(both) != _KEY_BYTES + hashlib.sha256().digest_size:
            raise ValueError("this is no key of a satellite: copy all of it")
        return cls(name, both[:_KEY_BYTES], both[_KEY_BYTES:])


@dataclass(frozen=True, slots=True)
class Admission:
    """What a satellite of some name comes in with, and what may be asked for there."""

    key: bytes
    rights: tuple[Right, ...] = RIGHTS


def rights_of(words: Iterable[str]) -> tuple[Right, ...]:
    """Rights by their names; what only tells what is public can be asked for everywhere.

    Raises:
        VoicedError: One of them is none.
    """
    wanted = {word.upper() for word in words} | {"R0"}
    if unknown := wanted - set(RIGHTS):
        raise VoicedError(
            f"{sorted(unknown)[0]} is no right that a satellite can have",
            mend=f"the rights are {', '.join(RIGHTS)}",
        )
    return tuple(each for each in RIGHTS if each in wanted)


class KeyBook:
    """The satellites that may come in.

    Args:
        folder: Where the book and the certificate lie; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def names(self) -> tuple[str, ...]:
        """All of them.

        Raises:
            VoicedError: The book cannot be read.
        """
        return tuple(sorted(self._read()))

    @property
    def admissions(self) -> dict[str, Admission]:
        """What each comes in with, by name.

        Raises:
            VoicedError: The book cannot be read.
        """
        return {
            name: Admission(base64.b64decode(each.key), each.rights)
            for name, each in sorted(self._read().items())
        }

    def admission_of(self, name: str) -> Admission | None:
        """Its key and its rights; None where there is none of that name.

        Raises:
            VoicedError: The book cannot be read.
        """
        return self.admissions.get(name)

    def add(self, name: str, rights: Iterable[str] | None = None) -> Pairing:
        """A new key for a name; one from before is not good any more, but its rights stay.

        Raises:
            VoicedError: The name or a right is none, or nothing can be written.
        """
        if not _NAME.fullmatch(name):
            raise VoicedError(
                "the name of a satellite is a word of small letters, digits and -",
                mend="for example: kitchen, or living-room",
            )
        wanted = None if rights is None else rights_of(rights)
        key = secrets.token_bytes(_KEY_BYTES)
        certificate = certificate_in(self._folder)
        with self._written() as keys:
            before = keys[name].rights if name in keys else RIGHTS
            keys[name] = _Entry(
                key=base64.b64encode(key).decode(), rights=before if wanted is None else wanted
            )
        return Pairing(name, key, fingerprint(certificate))

    def grant(self, name: str, rights: Iterable[str]) -> bool:
        """Give it these rights and no others; whether there is one of that name.

        Raises:
            VoicedError: A right is none, or nothing can be written.
        """
        wanted = rights_of(rights)
        with self._written() as keys:
            if name not in keys:
                return False
            keys[name] = _Entry(key=keys[name].key, rights=wanted)
            return True

    def remove(self, name: str) -> bool:
        """Take its key away; whether there was one.

        Raises:
            VoicedError: Nothing can be written.
        """
        with self._written() as keys:
            return keys.pop(name, None) is not None

    def _read(self) -> dict[str, _Entry]:
        path = self._folder / _BOOK
        try:
            found = _Keys.model_validate_json(path.read_bytes()).root
            return {n: _Entry(key=e) if isinstance(e, str) else e for n, e in found.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            raise VoicedError(
                f"{path}: the keys of the satellites cannot be read: {type(error).__name__}",
                mend="mend or remove that file, and add the satellites again",
            ) from error

    @contextmanager
    def _written(self) -> Generator[dict[str, _Entry]]:
        """The keys, to be changed; written whole, or as they were."""
        path = self._folder / _BOOK
        new = path.with_suffix(".new")
        try:
            with locked(self._folder):
                keys = self._read()
                yield keys
                new.unlink(missing_ok=True)
                make_empty(new)
                new.write_text(_Keys({**keys}).model_dump_json(indent=1), encoding="utf-8")
                new.replace(path)
        except OSError as error:
            raise VoicedError(
                f"{path}: the keys of the satellites cannot be written: {error.strerror}",
                mend="free some space, or mend the folder's owner and permissions",
            ) from error
