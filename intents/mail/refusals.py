"""How mail goes wrong, in plain sentences. No address, subject or server's words in a message.

``Dropped`` means that nobody knows whether the last command was carried out; whoever lets it
through has decided that this is what the user must hear.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from imaplib import IMAP4
from typing import ClassVar

from voiced.plugin import IntentDenied, IntentFailed, one_line

from .settings import Settings

__all__ = [
    "Dropped",
    "Full",
    "Gone",
    "MaybeSent",
    "SignInRefused",
    "denied",
    "failed",
    "nonsense",
    "refused",
    "sign_in_refused",
    "unreachable",
    "with_account",
]

_SETUP = "run `voiced mail setup`"
_FULL_MARKS = ("OVERQUOTA", "QUOTA", "5.2.2", "4.2.2", "MAILBOX FULL")


class Dropped(IntentFailed):
    """The connection went away in the middle of a command."""


class SignInRefused(IntentFailed):
    """The server did not take the password or the token."""


class Full(IntentFailed):
    """The mailbox has no room left."""


class Gone(IntentFailed):
    """The mail or the folder is not there any more."""


class MaybeSent(IntentFailed):
    """Nobody knows whether the mail was sent. It is not sent again by itself."""

    is_unsure: ClassVar[bool] = True


def failed(message: str, spoken: str, mend: str = "") -> IntentFailed:
    """Tried and failed; ``message`` is for logs and holds nothing private, ``spoken`` may."""
    return IntentFailed(message, spoken=spoken, mend=mend)


def denied(message: str, spoken: str, mend: str = "") -> IntentDenied:
    """Refused on principle; ``message`` is for logs and holds nothing private, ``spoken`` may."""
    return IntentDenied(message, spoken=spoken, mend=mend)


def with_account(settings: Settings) -> Settings:
    """The settings.

    Raises:
        IntentFailed: There is no account in them.
    """
    if not settings.accounts:
        raise failed("there is no mail account", "You have no mail account here yet.", _SETUP)
    return settings


def unreachable(error: Exception, host: str, *, what: str = "mail server") -> IntentFailed:
    """A server that could not be spoken to at all: nothing was said to it yet."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = one_line(error.verify_message or "not valid")
        return failed(
            f"the certificate of the {what} is not valid: {reason}",
            f"The certificate of {host} is not valid: {reason}. I told it no password.",
            "check the name of the server; for one of your own, set ca_file in [mail.accounts]",
        )
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError | IMAP4.error):
        return failed(
            f"the {what} offers no encryption on that port: {type(error).__name__}",
            f"{host} does not speak encrypted on that port, so I told it no password.",
            "check the port: 993 for IMAP and 465 for SMTP are tls, 143 and 587 are starttls",
        )
    if isinstance(error, socket.gaierror):
        spoken = f"I can't find the server {host}. Is this computer online?"
        return failed(f"the {what} has no address", spoken, f"check the name, or {_SETUP}")
    spoken = f"I can't reach the {what} {host}."
    return failed(f"the {what} cannot be reached: {type(error).__name__}", spoken)


def refused(error: Exception, account: str) -> IntentFailed:
    """A server that answered no."""
    text = str(error).upper()
    if any(mark in text for mark in _FULL_MARKS):
        return Full(
            "the mailbox is full",
            spoken=f"The mailbox of {account} is full, so nothing was kept there.",
            mend="delete mail on the server, or ask the provider for more room",
        )
    if "NONEXISTENT" in text or "TRYCREATE" in text:
        return Gone(
            "the folder is not there", spoken=f"That folder of {account} is not there any more."
        )
    return failed(
        f"the mail server said no: {type(error).__name__}",
        f"The mail server of {account} refused that.",
    )


def nonsense(error: Exception, account: str) -> IntentFailed:
    """A server whose answer cannot be understood."""
    return failed(
        f"the mail server's answer makes no sense: {type(error).__name__}",
        f"The mail server of {account} gave an answer that makes no sense.",
    )


def sign_in_refused(account: str, *, is_token: bool, host: str) -> SignInRefused:
    """A password or token that the server did not take."""
    if is_token:
        spoken = f"The sign-in to {account} has expired."
        return SignInRefused("the token was refused", spoken=spoken, mend=_SETUP)
    return SignInRefused(
        "the password was refused",
        spoken=f"{host} refused the password of {account}.",
        mend=f"{_SETUP}; many providers want a password made for one program (app password)",
    )
