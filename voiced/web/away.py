"""The page for other devices in the house: over TLS, with tokens and sessions of its own.

Nothing of this is there unless the user names an address in the file. A session of this machine
does not count there, nor one from there here.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from voiced.config import WebSettings, host_and_port
from voiced.errors import PageError, VoicedError
from voiced.satellites.certificates import certificate_in, serving_with
from voiced.web.doors import Doors
from voiced.web.tokens import KeyRing

__all__ = ["Away", "away_of"]

_FOLDER = "away"
_BY_TWOS = 2


@dataclass(frozen=True, slots=True)
class Away:
    """Where other devices come in.

    Attributes:
        host: The address of this machine in the house.
        port: Where the page is there.
        names: Further names of the machine.
        keys: The tokens and sessions of those devices.
        certificates: The folder of the certificate.
    """

    host: str
    port: int
    names: tuple[str, ...]
    keys: KeyRing
    certificates: Path

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser may call it."""
        own = f"[{self.host}]" if ":" in self.host else self.host
        return tuple(f"{name}:{self.port}" for name in (own, *self.names))

    def link(self, token: str) -> str:
        """The address that lets one in, once."""
        return f"https://{self.hosts[-1]}/enter?token={token}"

    def doors(self, app: ASGIApp) -> Doors:
        """The doors for those devices."""
        return Doors(app, self.keys, self.hosts, self.port, scheme="https")

    def tls(self) -> ssl.SSLContext:
        """TLS with our own certificate, made if there is none. Blocks.

        Raises:
            PageError: It cannot be made or used.
        """
        try:
            return serving_with(self.certificates)
        except VoicedError as error:
            mend = error.mend if "pip" in error.mend else f"remove {self.certificates}"
            raise PageError(error.message, mend=mend) from error

    def fingerprint(self) -> str:
        """Of the certificate, as browsers show it: SHA-256. Blocks.

        Raises:
            VoicedError: There is no certificate, and none can be made.
        """
        text = hashlib.sha256(certificate_in(self.certificates)).hexdigest().upper()
        return ":".join(text[at : at + _BY_TWOS] for at in range(0, len(text), _BY_TWOS))


def away_of(settings: WebSettings, folder: Path, certificates: Path) -> Away | None:
    """Where other devices come in; None where the user named no address.

    Args:
        settings: The section [web].
        folder: Where the page's tokens lie.
        certificates: The folder of the certificate.
    """
    if not settings.listen:
        return None
    host, port = host_and_port(settings.listen)
    return Away(host, port, settings.names, KeyRing(folder / _FOLDER), certificates)
