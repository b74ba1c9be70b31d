"""The keeper as a companion of the assistant: how it is started, and how it does."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from voiced.plugin import Companion, Health, SlotContext
from voiced_intents.mail.settings import Account, Settings

from .lookup import Index, Progress
from .place import database, folder_of, orders_of, outgoing_file

__all__ = ["COMPANION"]


def _start(context: SlotContext) -> tuple[Sequence[str], str] | None:
    settings = context.settings(Settings)
    if not settings.index or not settings.accounts:
        return None
    command = [sys.executable, "-P", "-m", f"{__package__}.keeper"]
    return command, orders_of(settings).model_dump_json()


def _health(context: SlotContext) -> Health:
    settings = context.settings(Settings)
    if not settings.accounts:
        return Health(None, "no account ([mail.accounts]); `voiced mail setup` makes one")
    if not settings.index:
        return Health(None, "off ([mail] index): mail is looked for on the server")
    try:
        all_of_it = Index(settings).progress()
    except sqlite3.Error as error:
        mend = "voiced run builds it anew; or delete it, its folder is in voiced doctor privacy"
        return Health(is_ok=False, found=f"damaged: {error}", mend=mend)
    found = "; ".join(_told(each) for each in all_of_it)
    trouble = next((each.trouble for each in all_of_it if each.trouble), "")
    if trouble:
        return Health(is_ok=False, found=f"{found}. {trouble}", mend="run `voiced mail setup`")
    return Health(all(each.is_whole for each in all_of_it) or None, found)


def _told(progress: Progress) -> str:
    if not progress.held:
        return f"{progress.account}: not begun yet, it is built while voiced run listens"
    if not progress.is_whole:
        return f"{progress.account}: being built, {progress.known} of {progress.held} mails so far"
    found = f"{progress.account}: {progress.known} mails"
    if progress.waiting:
        found += f", {progress.waiting} texts still to be read"
    return found if progress.is_kept else f"{found}; kept in step only while voiced run listens"


def _keeps(context: SlotContext) -> Sequence[Path]:
    settings = context.settings(Settings)
    folder = folder_of(settings)
    return [*(database(folder, name) for name in settings.accounts), outgoing_file(settings)]


def _reaches(context: SlotContext) -> Iterator[tuple[str, str]]:
    settings = context.settings(Settings)
    for name, account in settings.accounts.items():
        yield f"mail {name}: reading", f"imap://{account.imap_host}:{account.imap_port}"
        yield f"mail {name}: sending what you confirm", _smtp(account)
        if account.oauth is not None:
            yield f"mail {name}: signing in", account.oauth.token_url
    for url in settings.address_books if settings.accounts else ():
        yield "your address book", url
    if settings.accounts:
        yield "leaving a mailing list, each time confirmed", "the server that its mail names"


def _smtp(account: Account) -> str:
    return f"smtp://{account.smtp_host}:{account.smtp_port}"


def _retains(context: SlotContext) -> Iterator[tuple[str, str]]:
    settings = context.settings(Settings)
    if not settings.accounts:
        return
    if settings.index:
        words = "headers, and which words a text has" if settings.index_text else "headers"
        yield "your mail", f"{words}, until they are gone from the server or you delete the index"
    yield "mail that you sent", "to whom, of the last 1000; the text until it lies in Sent"


COMPANION = Companion(
    "index of your mail (yours alone to read)",
    _start,
    _health,
    _keeps,
    reaches=lambda context: tuple(_reaches(context)),
    retains=lambda context: tuple(_retains(context)),
)
