"""The texts of several mails, fetched together. Nothing is marked as read. It blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voiced.plugin import one_line

from .accounts import Accounts
from .index.lookup import Found
from .mime import Mail, read_mail
from .quotes import aloud

__all__ = ["text_of", "texts_of"]

_BYTES = 256 * 1024


def texts_of(accounts: Accounts, mails: Sequence[Found]) -> Mapping[str, Mail]:
    """What can be read of these, by their handles; those that are gone are left out. It blocks.

    Raises:
        IntentError: A server cannot be reached, or says no.
    """
    places: dict[tuple[str, str], dict[int, str]] = {}
    for each in mails:
        places.setdefault((each.account, each.folder), {})[each.uid] = each.handle
    read: dict[str, Mail] = {}
    for (account, folder), handles in places.items():
        uids = sorted(handles)

        def look(client: Any, uids: list[int] = uids) -> Mapping[int, Mapping[bytes, Any]]:
            rows: Mapping[int, Mapping[bytes, Any]] = client.fetch(
                uids, [f"BODY.PEEK[]<0.{_BYTES}>"]
            )
            return rows

        for uid, row in accounts.session(account).repeat(look, folder).items():
            raw = next((value for name, value in row.items() if name.startswith(b"BODY[")), None)
            if raw and int(uid) in handles:
                read[handles[int(uid)]] = read_mail(bytes(raw))
    return read


def text_of(mail: Mail) -> str:
    """Its own words, on one line."""
    return one_line(mail.invitation or aloud(mail.text)).strip()
