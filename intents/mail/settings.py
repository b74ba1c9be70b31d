"""The section [mail] of voiced.toml: accounts, and what is kept of them on this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = ["Account", "OAuth", "Role", "Settings", "Tls"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+")

Tls: TypeAlias = Literal["tls", "starttls"]
"""TLS from the first byte on, or asked for before anything else is said. There is no other way."""

Role: TypeAlias = Literal["inbox", "sent", "drafts", "trash", "junk", "archive", "all"]
"""What a folder is for, whatever it is called."""


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be a plain mail address, like anna@example.org")
    return text


def _account_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        message = "the name of an account: small letters, digits and _, at most 24, a letter first"
        raise ValueError(message)
    return text


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError("must be the name of a server, like imap.example.org")
    return text


def _https(url: str) -> str:
    if not re.fullmatch(r"https://[^\s@]+", url):
        raise ValueError("must begin with https://")
    return url


def _hours(text: str) -> str:
    if text and not _HOURS.fullmatch(text):
        raise ValueError('must be two times of day, like "22:00-07:00"')
    return text


Host: TypeAlias = Annotated[str, AfterValidator(_host)]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]


class OAuth(BaseModel):
    """Signing in with a token; the secret of the account is then its refresh token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_url: Annotated[str, AfterValidator(_https)] = Field(
        description="Where a refresh token is changed for one that works for an hour."
    )
    client_id: str = Field(min_length=1, description="Names the program that signs in.")
    client_secret: str = Field("", description="What some providers want beside it; no secret.")
    scope: str = Field("", description="What is asked for; empty: what was granted at first.")


class Account(BaseModel):
    """One mail account: its servers, and how to sign in. Its password is never in this file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Annotated[str, AfterValidator(_address)] = Field(description="Your mail address.")
    name: str = Field("", description="Your name as others see it.")
    user: str = Field("", description="The name to sign in with; empty: the address.")
    imap_host: Host = Field(description="The server that keeps the mail.")
    imap_port: Port = Field(993, description="Its port.")
    imap_tls: Tls = Field("tls", description="Encrypted from the start (tls), or asked for first.")
    smtp_host: Host = Field(description="The server that sends mail.")
    smtp_port: Port = Field(465, description="Its port.")
    smtp_tls: Tls = Field("tls", description="As imap_tls.")
    secret_command: tuple[str, ...] = Field(
        (), description="Command that prints the password; empty: it is in the keyring."
    )
    oauth: OAuth | None = Field(None, description="Sign in with a token, not a password.")
    folders: dict[Role, str] = Field(
        default_factory=dict,
        description="What folders are called, where the server does not tell: sent, drafts, ...",
    )
    saves_sent: bool = Field(
        default=False, description="The server itself puts what is sent into the folder Sent."
    )
    ca_file: Path | None = Field(
        None, description="Certificate that the servers' own are checked against, too."
    )

    @property
    def login(self) -> str:
        """The name to sign in with."""
        return self.user or self.address


class Settings(BaseModel):
    """Mail accounts, and what is kept of them on this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accounts: dict[Annotated[str, AfterValidator(_account_name)], Account] = Field(
        default_factory=dict, description="The accounts, by name; the first sends new mail."
    )
    index: bool = Field(
        default=True, description="An index of the mail is kept while the assistant listens."
    )
    index_text: bool = Field(
        default=True, description="The words of mails are in the index, not their order."
    )
    folder: Path | None = Field(
        None, description="Folder of the index and of the record of what was sent."
    )
    contacts: tuple[Path, ...] = Field((), description="vCard files, or folders of them.")
    address_books: tuple[Annotated[str, AfterValidator(_https)], ...] = Field(
        (), description="URLs of CardDAV address books; the first account signs in to them."
    )
    nicknames: dict[str, str] = Field(
        default_factory=dict, description='Who "mum" or "my sister" is: a name or an address.'
    )
    max_recipients: int = Field(5, ge=1, le=50, description="No mail goes to more people.")
    max_at_once: int = Field(
        100, ge=1, le=500, description="No more mails than this are changed by one sentence."
    )
    announce: Literal["off", "vips", "all"] = Field(
        "off", description="New mail is told unasked: none of it, that of some people, or all."
    )
    vips: tuple[str, ...] = Field(
        (), description="Whose mail is told with announce = vips: names or addresses."
    )
    quiet_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "", description='When nothing is told unasked, such as "22:00-07:00".'
    )
    timeout_s: float = Field(20.0, gt=0, le=120, description="Give a server up after this time.")

    @model_validator(mode="after")
    def _are_different(self) -> Settings:
        addresses = [account.address.lower() for account in self.accounts.values()]
        if len(set(addresses)) < len(addresses):
            raise ValueError("two accounts have the same address")
        return self

    @model_validator(mode="after")
    def _can_announce(self) -> Settings:
        if self.announce != "off" and not self.index:
            raise ValueError("announce needs the index: set index = true, or announce = off")
        return self
