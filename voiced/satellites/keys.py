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
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import RootModel, ValidationError

from voiced.errors import VoicedError
from voiced.private_files import locked, make_empty
from voiced.satellites.certificates import certificate_in

__all__ = ["KeyBook", "Pairing", "fingerprint", "proof"]

_BOOK = "keys.json"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_KEY_BYTES = 32
_Keys = RootModel[dict[str, str]]


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

    def key_of(self, name: str) -> bytes | None:
        """Its key; None where there is none of that name.

        Raises:
            VoicedError: The book cannot be read.
        """
        found = self._read().get(name)
        return base64.b64decode(found) if found else None

    def add(self, name: str) -> Pairing:
        """A new key for a name; one from before is not good any more.

        Raises:
            VoicedError: The name is none, or nothing can be written.
        """
        if not _NAME.fullmatch(name):
            raise VoicedError(
                "the name of a satellite is a word of small letters, digits and -",
                mend="for example: kitchen, or living-room",
            )
        key = secrets.token_bytes(_KEY_BYTES)
        certificate = certificate_in(self._folder)
        with self._written() as keys:
            keys[name] = base64.b64encode(key).decode()
        return Pairing(name, key, fingerprint(certificate))

    def remove(self, name: str) -> bool:
        """Take its key away; whether there was one.

        Raises:
            VoicedError: Nothing can be written.
        """
        with self._written() as keys:
            return keys.pop(name, None) is not None

    def _read(self) -> dict[str, str]:
        path = self._folder / _BOOK
        try:
            return _Keys.model_validate_json(path.read_bytes()).root
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            raise VoicedError(
                f"{path}: the keys of the satellites cannot be read: {type(error).__name__}",
                mend="mend or remove that file, and add the satellites again",
            ) from error

    @contextmanager
    def _written(self) -> Generator[dict[str, str]]:
        """The keys, to be changed; written whole, or as they were."""
        path = self._folder / _BOOK
        new = path.with_suffix(".new")
        try:
            with locked(self._folder):
                keys = self._read()
                yield keys
                new.unlink(missing_ok=True)
                make_empty(new)
                new.write_text(_Keys(keys).model_dump_json(indent=1), encoding="utf-8")
                new.replace(path)
        except OSError as error:
            raise VoicedError(
                f"{path}: the keys of the satellites cannot be written: {error.strerror}",
                mend="free some space, or mend the folder's owner and permissions",
            ) from error
