"""One delivery over SMTP, in the steps that matter for sending at most once. It blocks.

``deliver`` says exactly one of three things: it was taken, it was not (``NotSent``), or nobody
knows (``Unknown``). It calls ``before_content`` when the next byte could make the server take it.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from .oauth import Key, oauthbearer, xoauth2
from .refusals import sign_in_refused, unreachable
from .tls import context_of

__all__ = ["Envelope", "NotSent", "Unknown", "deliver", "sign_in"]

_OK = 250
_GO_ON = 354
_ACCEPTED = (250, 251)
_NO_SIZE = 552
_DONE = (200, 299)


class NotSent(Exception):
    """The server did not take it, and will not. ``spoken`` says why, in a plain sentence."""

    def __init__(self, message: str, spoken: str) -> None:
        super().__init__(message)
        self.spoken = spoken


class Unknown(Exception):
    """The connection broke while the server had it in hand."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, and what. ``raw`` has lines that end with CR LF."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def is_plain(self) -> bool:
        """Whether every address can be said in ASCII."""
        return all(address.isascii() for address in (self.sender, *self.recipients))


def sign_in(key: Key, timeout_s: float) -> smtplib.SMTP:
    """A connection that is signed in, over TLS.

    Raises:
        IntentError: The server cannot be reached, offers no encryption, or refuses the password.
    """
    connection = _connected(key, timeout_s)
    try:
        _authenticate(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(key: Key, timeout_s: float) -> smtplib.SMTP:
    account = key.account
    context = context_of(account)
    where = (account.smtp_host, account.smtp_port)
    connection: smtplib.SMTP | None = None
    try:
        if account.smtp_tls == "tls":
            return smtplib.SMTP_SSL(*where, timeout=timeout_s, context=context)
        connection = smtplib.SMTP(*where, timeout=timeout_s)
        connection.starttls(context=context)
    except (smtplib.SMTPException, OSError) as error:
        if connection is not None:
            connection.close()
        raise unreachable(error, account.smtp_host, what="server for sending mail") from error
    return connection


def _authenticate(connection: smtplib.SMTP, key: Key) -> None:
    user = key.account.login
    secret = key.token() if key.is_token else key.password()
    try:
        if not key.is_token:
            connection.login(user, secret)
            return
        connection.ehlo_or_helo_if_needed()
        offered = connection.esmtp_features.get("auth", "").upper().split()
        name, say = ("XOAUTH2", xoauth2) if "XOAUTH2" in offered else ("OAUTHBEARER", oauthbearer)
        connection.auth(name, lambda challenge=None: "" if challenge else say(user, secret))
    except smtplib.SMTPServerDisconnected as error:
        raise unreachable(error, key.account.smtp_host, what="server for sending mail") from None
    except (smtplib.SMTPException, UnicodeError):  # they may hold what was sent
        host = key.account.smtp_host
        raise sign_in_refused(key.name, is_token=key.is_token, host=host) from None
    except OSError as error:
        raise unreachable(error, key.account.smtp_host, what="server for sending mail") from None


def deliver(
    connection: smtplib.SMTP, envelope: Envelope, before_content: Callable[[], None]
) -> None:
    """Hand a message over: to all of its recipients, or to none.

    Args:
        connection: Signed in.
        envelope: What to send.
        before_content: Called once, when from now on nobody can know whether it was sent.

    Raises:
        NotSent: It was not sent.
        Unknown: Nobody knows.
    """
    try:
        _announce(connection, envelope)
        _ask(connection, "DATA", (_GO_ON,), "it wants no mail now")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotSent(type(error).__name__, "The connection broke before it was sent.") from error
    before_content()
    try:
        connection.send(_framed(envelope.raw))
        code, _ = connection.getreply()
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        raise Unknown(type(error).__name__) from error
    if not _DONE[0] <= code <= _DONE[1]:
        raise NotSent(f"the content was refused with {code}", _why(code))
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()


def _announce(connection: smtplib.SMTP, envelope: Envelope) -> None:
    connection.ehlo_or_helo_if_needed()
    if not envelope.is_plain and not connection.has_extn("smtputf8"):
        spoken = "Your mail server cannot send to an address with letters like that."
        raise NotSent("the server has no SMTPUTF8", spoken)
    options = [f"SIZE={len(envelope.raw)}"] if connection.has_extn("size") else []
    if not envelope.is_plain:
        options += ["SMTPUTF8"]
        connection.command_encoding = "utf-8"
    code, _ = connection.mail(envelope.sender, options)
    if code != _OK:
        raise NotSent(f"the sender was refused with {code}", _why(code))
    refused = []
    for recipient in envelope.recipients:
        code, _ = connection.rcpt(recipient)
        if code not in _ACCEPTED:
            refused.append(recipient)
    if refused:
        connection.rset()
        raise NotSent("recipients were refused", _no_such(refused))


def _ask(connection: smtplib.SMTP, command: str, wanted: Sequence[int], why: str) -> None:
    code, _ = connection.docmd(command)
    if code not in wanted:
        raise NotSent(f"{command} was refused with {code}", f"Your mail server said that {why}.")


def _no_such(refused: Sequence[str]) -> str:
    names = " and ".join(refused[:2]) + (f" and {len(refused) - 2} more" if refused[2:] else "")
    return f"Your mail server does not take mail for {names}, so I sent it to nobody."


def _why(code: int) -> str:
    if code == _NO_SIZE:
        return "Your mail server says that it is too large, or that the mailbox is full."
    if str(code).startswith("4"):
        return "Your mail server does not take it now."
    return "Your mail server refused it."


def _framed(raw: bytes) -> bytes:
    """As it goes over the line: dots at the beginning of a line doubled, a lone dot at the end."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
