"""A mailbox on a real server, its index, and a conversation about it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mail_servers import MailServer
from mailboxes import NOW, keeper, until
from small_evening import Evening, evening

from voiced.testing.context import FakeContext
from voiced_intents import files, mail, talk
from voiced_intents.mail.index.lookup import Index
from voiced_intents.mail.warm import hang_up

__all__ = ["letter", "talking"]

TODAY = "Mon, 23 Nov 2026 09:00:00 +0000"


def letter(sender: str, subject: str, text: str, *, date: str = TODAY, file: str = "") -> bytes:
    """A mail, if wished with a file; the same words have the same Message-ID."""
    address = sender if "@" in sender else f"{sender.lower().replace(' ', '.')}@example.org"
    shown = address if "@" in sender else f"{sender} <{address}>"
    name = zlib.crc32(f"{sender} {subject} {text} {date}".encode())
    head = (
        f"From: {shown}\r\nTo: me@example.org\r\nSubject: {subject}\r\nDate: {date}\r\n"
        f"Message-ID: <{name}@example.org>\r\nMIME-Version: 1.0\r\n"
    )
    plain = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    if not file:
        return f"{head}{plain}".encode()
    return (
        f'{head}Content-Type: multipart/mixed; boundary="xyz"\r\n\r\n--xyz\r\n{plain}--xyz\r\n'
        f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{file}"\r\n'
        "\r\n%PDF-1.4 content\r\n--xyz--\r\n"
    ).encode()


@contextmanager
def talking(
    server: MailServer, folder: Path, mails: Sequence[bytes], **changes: object
) -> Iterator[Evening]:
    """A conversation, once the index knows all the mails."""
    user = server.user()
    server.put(user, *mails)
    settings = server.settings(user, folder / "mail", **changes)
    documents = folder / "Documents"
    documents.mkdir()
    known = {
        mail.Settings: settings,
        files.Settings: files.Settings(roots=(documents,), index=False),
    }
    with (
        evening((mail, talk, files), known, folder / "journal", NOW) as made,
        ExitStack() as stack,
    ):
        made.refreshes = False
        stack.callback(hang_up)
        if not settings.index:
            yield made
            return
        with keeper(FakeContext(now=NOW, settings=settings)):
            index = Index(settings)
            until(lambda: all(each.is_whole and not each.waiting for each in index.progress()))
            until(lambda: index.progress()[0].known == len(mails))
            yield made
