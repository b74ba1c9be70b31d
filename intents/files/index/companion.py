"""The keeper as a companion of the assistant: how it is started, and how it does."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from voiced.plugin import Companion, Health, SlotContext
from voiced_intents.files.roots import Area
from voiced_intents.files.settings import Settings

from .lookup import Index, Progress
from .place import Orders, database, pictures

__all__ = ["COMPANION"]


def _start(context: SlotContext) -> tuple[Sequence[str], str] | None:
    settings = context.settings(Settings)
    if not settings.index:
        return None
    orders = Orders(database(settings), Area.of(settings).roots, settings.index_text)
    return [sys.executable, "-P", "-m", f"{__package__}.keeper"], orders.as_line()


def _health(context: SlotContext) -> Health:
    settings = context.settings(Settings)
    if not settings.index:
        return Health(None, "off ([files] index): a search walks through the folders")
    index = Index.open(database(settings), Area.of(settings))
    if index is None:
        return Health(None, "not begun yet: it is built while voiced run listens")
    try:
        with closing(index):
            return _of(index.progress())
    except sqlite3.Error as error:
        mend = "voiced run builds it anew; or delete it, its folder is in voiced doctor privacy"
        return Health(is_ok=False, found=f"damaged: {error}", mend=mend)


def _of(progress: Progress) -> Health:
    found = f"{progress.files} files and folders"
    if not progress.is_whole:
        return Health(None, f"being built: {found} so far")
    if progress.waiting:
        found += f", {progress.waiting} documents still to be read"
    if not progress.is_kept:
        found += "; kept in step only while voiced run listens"
    if progress.refusal:
        mend = "raise it: sudo sysctl fs.inotify.max_user_watches=1048576"
        found += f"; changes are seen within a minute, since the kernel said: {progress.refusal}"
        return Health(is_ok=False, found=found, mend=mend)
    return Health(is_ok=True, found=found)


def _keeps(context: SlotContext) -> Sequence[Path]:
    settings = context.settings(Settings)
    beside = pictures(settings)
    return [database(settings), *([beside] if beside.exists() else [])]


COMPANION = Companion("index of your files (yours alone to read)", _start, _health, _keeps)
