"""Where the servers of an address are: a table, then what its domain says of itself.

Only ``voiced mail setup`` asks: a domain is asked over HTTPS (autoconfig, as Thunderbird does) and
in the DNS (RFC 6186). What it answers is shown to the user before anything is told to a server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .settings import OAuth, Tls

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["Servers", "found_servers", "guessed_servers", "known_servers"]

_TIMEOUT_S = 8.0
_MOST_BYTES = 256 * 1024
_OK = 200


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers of an address, and what its user should know."""

    imap: tuple[str, int, Tls]
    smtp: tuple[str, int, Tls]
    origin: str
    advice: str = ""
    saves_sent: bool = False
    oauth: OAuth | None = None


_APP = "It wants an app password: one that is made for one program, in the account's security page."
_TLS: Tls = "tls"
_LATER: Tls = "starttls"


def _same(host: str, advice: str = "", *, smtp: str = "", port: int = 465) -> Servers:
    kind: Tls = "tls" if port == 465 else "starttls"  # noqa: PLR2004 - the port of SMTP over TLS
    return Servers(
        (f"imap.{host}", 993, _TLS), (smtp or f"smtp.{host}", port, kind), "known", advice
    )


_GMAIL = Servers(
    ("imap.gmail.com", 993, _TLS), ("smtp.gmail.com", 465, _TLS), "known", _APP, saves_sent=True
)
_OUTLOOK = Servers(
    ("outlook.office365.com", 993, _TLS),
    ("smtp.office365.com", 587, _LATER),
    "known",
    "It takes no passwords any more: set oauth in [mail.accounts].",
    saves_sent=True,
)
_ICLOUD = Servers(("imap.mail.me.com", 993, _TLS), ("smtp.mail.me.com", 587, _LATER), "known", _APP)
_GMX = _same("gmx.net", "Allow IMAP in the settings of GMX first.", smtp="mail.gmx.net")
_YAHOO = _same("mail.yahoo.com", _APP)

_KNOWN: Mapping[str, Servers] = {
    "gmail.com": _GMAIL, "googlemail.com": _GMAIL,
    "outlook.com": _OUTLOOK, "hotmail.com": _OUTLOOK, "live.com": _OUTLOOK, "msn.com": _OUTLOOK,
    "icloud.com": _ICLOUD, "me.com": _ICLOUD, "mac.com": _ICLOUD,
    "gmx.de": _GMX, "gmx.net": _GMX, "gmx.at": _GMX, "gmx.ch": _GMX,
    "web.de": _same("web.de", "Allow IMAP in the settings of WEB.DE first.", port=587),
    "yahoo.com": _YAHOO, "yahoo.de": _YAHOO, "yahoo.co.uk": _YAHOO, "yahoo.fr": _YAHOO,
    "aol.com": _same("aol.com", _APP), "fastmail.com": _same("fastmail.com", _APP),
    "mailbox.org": _same("mailbox.org"), "posteo.de": Servers(
        ("posteo.de", 993, _TLS), ("posteo.de", 465, _TLS), "known"),
    "zoho.com": _same("zoho.com", _APP), "t-online.de": Servers(
        ("secureimap.t-online.de", 993, _TLS), ("securesmtp.t-online.de", 465, _TLS), "known"),
    "freenet.de": Servers(("mx.freenet.de", 993, _TLS), ("mx.freenet.de", 587, _LATER), "known"),
    "orange.fr": _same("orange.fr"), "free.fr": _same("free.fr"),
}  # fmt: skip


def known_servers(address: str) -> Servers | None:
    """From the table alone; nothing is asked."""
    return _KNOWN.get(address.rpartition("@")[2].lower())


def found_servers(address: str) -> Servers | None:
    """What the domain of an address says of itself; it blocks. None where it says nothing."""
    domain = address.rpartition("@")[2].lower()
    for url in (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    ):
        found = _asked(url)
        if found is not None:
            return found
    return _in_dns(domain)


def guessed_servers(address: str) -> Servers:
    """How they are mostly called."""
    domain = address.rpartition("@")[2].lower()
    return Servers((f"imap.{domain}", 993, _TLS), (f"smtp.{domain}", 465, _TLS), "guessed")


def _asked(url: str) -> Servers | None:
    import httpx  # noqa: PLC0415 - only the set-up needs it

    try:
        response = httpx.get(url, timeout=_TIMEOUT_S, follow_redirects=False)
    except httpx.HTTPError:
        return None
    is_answer = response.status_code == _OK and len(response.content) <= _MOST_BYTES
    return read_autoconfig(response.text) if is_answer else None


def read_autoconfig(text: str) -> Servers | None:
    """The servers in an autoconfig document; those without TLS are left out."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - it reads XML as it is here

    tree = LexborHTMLParser(text[:_MOST_BYTES])
    imap = next(_servers(tree.css("incomingserver[type=imap]")), None)
    smtp = next(_servers(tree.css("outgoingserver[type=smtp]")), None)
    return Servers(imap, smtp, "said by the domain") if imap and smtp else None


def _servers(nodes: list[LexborNode]) -> Iterator[tuple[str, int, Tls]]:
    kinds: dict[str, Tls] = {"SSL": "tls", "STARTTLS": "starttls"}
    for node in nodes:
        said = {}
        for name in ("hostname", "port", "sockettype"):
            inner = node.css_first(name)
            said[name] = inner.text().strip() if inner is not None else ""
        tls = kinds.get(said["sockettype"].upper())
        if tls and said["port"].isdecimal() and said["hostname"]:
            yield said["hostname"], int(said["port"]), tls


def _in_dns(domain: str) -> Servers | None:
    import dns.exception  # noqa: PLC0415 - only the set-up needs it
    import dns.resolver  # noqa: PLC0415

    def service(name: str) -> tuple[str, int] | None:
        try:
            answers = dns.resolver.resolve(f"{name}._tcp.{domain}", "SRV", lifetime=_TIMEOUT_S)
        except dns.exception.DNSException:
            return None
        best = min(answers, key=lambda each: (each.priority, -each.weight), default=None)
        host = str(best.target).rstrip(".") if best is not None else ""
        return (host, int(best.port)) if best is not None and host else None

    imap, smtp = service("_imaps"), service("_submissions")
    if imap and smtp:
        return Servers((*imap, _TLS), (*smtp, _TLS), "said by the domain")
    later_imap, later_smtp = imap or service("_imap"), smtp or service("_submission")
    if not later_imap or not later_smtp:
        return None
    return Servers(
        (*later_imap, _TLS if imap else _LATER), (*later_smtp, _TLS if smtp else _LATER),
        "said by the domain",
    )  # fmt: skip
