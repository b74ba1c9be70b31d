"""TLS as every connection of an account has it: certificate and name are always checked."""

from __future__ import annotations

import ssl

from .refusals import failed
from .settings import Account

__all__ = ["context_of"]


def context_of(account: Account) -> ssl.SSLContext:
    """A context that trusts the system's authorities, and ``ca_file`` where there is one.

    Raises:
        IntentFailed: ``ca_file`` cannot be read.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if account.ca_file is not None:
        try:
            context.load_verify_locations(account.ca_file.expanduser())
        except OSError as error:  # ssl.SSLError among them
            raise failed(
                f"ca_file of the mail account cannot be read: {type(error).__name__}",
                "I can't read the certificate that your mail account names.",
                "check ca_file in [mail.accounts]",
            ) from error
    return context
