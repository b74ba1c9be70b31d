"""How a mail says that its list can be left: its List-Unsubscribe header, and nothing else. Pure.

A page that would have to be opened is no way: nobody knows what a click on it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from voiced.plugin import one_line

from .composing import Person
from .headers import Headers, suspicions
from .refusals import failed

__all__ = ["Way", "way_of"]

_ENTRY = re.compile(r"<([^<>]{1,2000})>")
_ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]?&%]{1,200}@[A-Za-z0-9][A-Za-z0-9.-]{0,200}")
_LONGEST_TEXT = 500
_HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Way:
    """A POST to a URL (RFC 8058), or a mail to an address (RFC 2369)."""

    url: str = ""
    address: str = ""
    subject: str = ""
    text: str = ""

    @property
    def host(self) -> str:
        """The server that is asked, of a URL."""
        return urlsplit(self.url).hostname or ""

    @property
    def spoken(self) -> str:
        """Where it leads, with a warning where that is not what it seems."""
        where = f"at {self.host}" if self.url else f"by a mail to {self.address}"
        known = Person(self.address or f"list@{self.host}")
        return ". ".join([where, *(each.rstrip(".") for each in suspicions(known))])


def way_of(headers: Headers) -> Way:
    """The way that the headers name; one click before a mail.

    Raises:
        IntentFailed: They name none, or none that can be gone without opening a page.
    """
    entries = ["".join(each.split()) for each in _ENTRY.findall(headers.unsubscribe)]
    if headers.has_one_click:
        for each in entries:
            if _is_clickable(each):
                return Way(url=each)
    for each in entries:
        found = _mail_of(each)
        if found is not None:
            return found
    if not entries:
        raise failed(
            "the mail has no List-Unsubscribe header",
            "That mail does not say how to unsubscribe.",
        )
    raise failed(
        "the List-Unsubscribe header leads to a page only",
        "That list wants you to open a page for that, and I follow no links in mails.",
        "open the mail in your mail program",
    )


def _is_clickable(entry: str) -> bool:
    """Whether it is a plain https URL of a named host."""
    try:
        parts = urlsplit(entry)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_plain = parts.scheme == "https" and parts.username is None and port in (None, _HTTPS_PORT)
    return is_plain and "." in host and not host.endswith(".local") and not _is_number(host)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdigit()
    return True


def _mail_of(entry: str) -> Way | None:
    """A mail to one address, with no more than a subject and a text."""
    if not entry.lower().startswith("mailto:"):
        return None
    to, _, query = entry[len("mailto:") :].partition("?")
    address = unquote(to)
    fields = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
    if not _ADDRESS.fullmatch(address) or not fields.keys() <= {"subject", "body"}:
        return None
    subject, text = (one_line(fields.get(name, ""))[:_LONGEST_TEXT] for name in ("subject", "body"))
    return Way(address=address, subject=subject or "unsubscribe", text=text or "unsubscribe")
