"""Where passwords and tokens come from: the keyring of the desktop, or a command. All of it blocks.

Nothing here writes a secret to a file, an environment variable, a log or an error.
"""

from __future__ import annotations

import subprocess
from typing import Any

from voiced.plugin import IntentError, IntentFailed, Patience

from .refusals import denied, failed
from .settings import Account

__all__ = ["SERVICE", "keep_secret", "secret_of"]

SERVICE = "voiced mail"
_COMMAND_S = 30.0
_RING_S = 5.0
"""A keyring that waits for its own password hangs: nobody who asks for mail waits with it."""

_TYPED_S = 60.0
_ring_patience = Patience()
_SETUP = "run `voiced mail setup`, or set secret_command in [mail.accounts]"

_SAFE_RINGS = (
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
"""Rings that encrypt what they keep. Every other one is refused, whatever it says of itself."""


def secret_of(name: str, account: Account) -> str:
    """The password, or the refresh token, of an account.

    Raises:
        IntentFailed: There is none, or the keyring or the command does not give it.
        IntentDenied: The keyring would keep it in plain text.
    """
    if account.secret_command:
        return _from_command(name, account.secret_command)
    found = _ring_call(name, "get_password", account, limit_s=_RING_S)
    if not found:
        raise failed(
            "the keyring holds no password for the mail account",
            f"I have no password for the mail account {name}.",
            _SETUP,
        )
    return str(found)


def keep_secret(
    name: str, account: Account, secret: str, *, somebody_is_there: bool = False
) -> None:
    """Put the password, or the refresh token, of an account into the keyring.

    ``somebody_is_there`` to unlock it.

    Raises:
        IntentFailed: There is no keyring, or it does not take it.
        IntentDenied: The keyring would keep it in plain text.
    """
    limit_s = _TYPED_S if somebody_is_there else _RING_S
    _ring_call(name, "set_password", account, secret, limit_s=limit_s)


def _from_command(name: str, command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_COMMAND_S, check=True, stdin=subprocess.DEVNULL
        )
        secret = done.stdout.decode().split("\n", 1)[0].rstrip("\r")
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        # the error holds what the command printed: it goes no further
        raise _no_secret(name, type(error).__name__) from None
    if not secret:
        raise _no_secret(name, "it printed nothing")
    return secret


def _no_secret(name: str, why: str) -> IntentFailed:
    return failed(
        f"the secret_command of the mail account did not work: {why}",
        f"The command that gives the password of {name} did not work.",
        "run it in a terminal; it must print the password on its first line",
    )


def _ring_call(name: str, method: str, account: Account, *more: str, limit_s: float) -> Any:
    login = f"{account.login} {account.imap_host}"
    try:
        return _ring_patience.call(limit_s, _asked, method, login, *more)
    except IntentError:
        raise
    except TimeoutError:
        raise failed(
            f"the keyring has not answered within {limit_s:g} s",
            "Your keyring doesn't answer. Unlock it, and ask me again.",
            "unlock the keyring of your desktop, or set secret_command in [mail.accounts]",
        ) from None
    except Exception as error:  # noqa: BLE001 - back-ends raise what they like, with the secret in it
        raise failed(
            f"the keyring does not answer: {type(error).__name__}",
            f"I can't get at the keyring for the password of {name}. Is it locked?",
            _SETUP,
        ) from None


def _asked(method: str, *words: str) -> Any:
    return getattr(_ring(), method)(SERVICE, *words)


def _ring() -> Any:
    import keyring  # noqa: PLC0415 - slow, and only signing in needs it
    from keyring.backends import chainer  # noqa: PLC0415

    ring = keyring.get_keyring()
    if isinstance(ring, chainer.ChainerBackend):
        ring = next(iter(ring.backends), ring)
    kind = type(ring).__module__
    if kind.startswith(("keyring.backends.fail", "keyring.backends.null")):
        raise failed(
            "there is no keyring on this machine",
            "This computer has no keyring for the password of your mail.",
            "install gnome-keyring or KWallet, or set secret_command in [mail.accounts]",
        )
    if not kind.startswith(_SAFE_RINGS):
        raise denied(
            f"the keyring {kind} may keep passwords in plain text",
            "I won't use a keyring that keeps your password in plain text.",
            "use the Secret Service or KWallet, or set secret_command in [mail.accounts]",
        )
    return ring
