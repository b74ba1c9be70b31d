"""The keeper as a companion of the assistant: how it is started, and how it does."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from voiced.plugin import Companion, Health, SlotContext
from voiced_intents.mail.settings import Settings

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


COMPANION = Companion("index of your mail (yours alone to read)", _start, _health, _keeps)
