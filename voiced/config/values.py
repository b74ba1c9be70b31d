"""What the sections of voiced.toml are made of: a section, and the kinds of its values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = [
    "Folder",
    "ListenAddress",
    "SecretSource",
    "Section",
    "ServerUrl",
    "WyomingAddress",
    "WyomingUrl",
    "host_and_port",
]

_URL_MARKS = frozenset("?#@")


def _is_server_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that no URL has
        return False
    is_printable = url.isprintable() and not any(letter.isspace() for letter in url)
    is_plain = is_printable and not _URL_MARKS.intersection(url)
    return has_host and is_plain and parts.scheme in {"http", "https"}


def _server_url(url: str) -> str:
    if url and not _is_server_url(url):
        message = "must be a plain http or https URL, like http://127.0.0.1:8080/v1"
        raise ValueError(f"{message}, without password and query")
    return url


ServerUrl: TypeAlias = Annotated[str, AfterValidator(_server_url)]
"""Base URL of a server, or empty for none."""


@dataclass(frozen=True, slots=True)
class WyomingAddress:
    """Where a Wyoming program listens: a host and a port, or the path of a socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parsed(cls, url: str) -> WyomingAddress:
        """From ``tcp://HOST:PORT`` or ``unix:///PATH``.

        Raises:
            ValueError: It is neither.
        """
        problem = "must be tcp://HOST:PORT or unix:///PATH"
        if not url.isprintable() or any(letter.isspace() for letter in url):
            raise ValueError(problem)
        parts = urlsplit(url)
        rest = parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme == "unix" and parts.path.startswith("/") and not (parts.netloc or rest):
            return cls(path=parts.path)
        is_plain = parts.scheme == "tcp" and parts.path in ("", "/") and not rest
        if not is_plain or not parts.hostname or not parts.port:
            raise ValueError(problem)
        return cls(parts.hostname, parts.port)


def _wyoming_url(url: str) -> str:
    if url:
        WyomingAddress.parsed(url)
    return url


WyomingUrl: TypeAlias = Annotated[str, AfterValidator(_wyoming_url)]
"""Where a Wyoming server listens, or empty for none."""


def host_and_port(text: str) -> tuple[str, int]:
    """The parts of ``HOST:PORT``; an IPv6 address stands in brackets.

    Raises:
        ValueError: It is none.
    """
    address = WyomingAddress.parsed(f"tcp://{text}")
    return address.host, address.port


def _listen_address(text: str) -> str:
    if text:
        try:
            host_and_port(text)
        except ValueError as error:
            raise ValueError("must be HOST:PORT, like 127.0.0.1:10700") from error
    return text


ListenAddress: TypeAlias = Annotated[str, AfterValidator(_listen_address)]
"""Where to listen, as ``HOST:PORT``; empty for nowhere."""


def _expanded(path: Path) -> Path:
    try:
        expanded = path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    if not expanded.is_absolute():
        raise ValueError("must be an absolute path, or begin with ~/")
    return expanded


Folder: TypeAlias = Annotated[Path, AfterValidator(_expanded)]
"""A folder: an absolute path; ``~`` is the home of the user."""


class Section(BaseModel):
    """A section of voiced.toml: unknown keys are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SecretSource(Section):
    """Where a secret comes from: an environment variable or a command. Never the secret itself."""

    env: str = Field(
        default="", description="Name of the environment variable that holds the secret."
    )
    command: str = Field(default="", description="Command whose first output line is the secret.")
