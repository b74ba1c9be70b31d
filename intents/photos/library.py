"""The pictures and videos in the allowed folders, and what they say of themselves.

What a picture says is read once and kept in memory until the picture changes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from voiced.plugin import Context, FileEntity, IntentError, PluginError, SlotContext
from voiced_intents.files import Settings as FileSettings
from voiced_intents.files.listing import Entry, contents
from voiced_intents.files.refusals import denied, failed
from voiced_intents.files.roots import Area, Spot

from .facts import Facts
from .needs import workshop
from .settings import Settings

__all__ = [
    "KINDS",
    "Seen",
    "area_of",
    "file_settings",
    "last_named",
    "looks_of",
    "media",
    "opened",
    "seen",
    "taken_at",
]

T = TypeVar("T")

KINDS = ("image", "video")
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_MOST_KEPT = 200_000

# Path to what it was when it was read, and what was read. Two workers may both read one picture.
_facts: dict[Path, tuple[tuple[int, int], Facts]] = {}
_looks: dict[Path, tuple[tuple[int, int], int | None]] = {}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a search has looked at. ``left`` counts the pictures that time was too short for."""

    pictures: tuple[tuple[Entry, Facts], ...]
    left: int = 0


def file_settings(context: SlotContext) -> FileSettings:
    """The section [files]: which folders may be used.

    Raises:
        IntentDenied: The plugin "files" is switched off.
    """
    try:
        return context.settings(FileSettings)
    except PluginError as error:
        raise denied(
            "the plugin files is not loaded, and photos works in its folders",
            "I only work on pictures where I may use files, and that is switched off.",
            "voiced intents enable files",
        ) from error


def area_of(context: SlotContext) -> Area:
    """The allowed folders; raises as ``file_settings`` and ``Area.of`` do."""
    return Area.of(file_settings(context))


def media(context: SlotContext) -> list[Entry]:
    """All pictures and videos; raises as ``area_of`` does."""
    listing = contents(area_of(context), file_settings(context))
    return [entry for entry in listing.entries if entry.kind in KINDS]


def last_named(context: Context) -> FileEntity:
    """The picture or video that was named last, where a sentence names none.

    Raises:
        IntentFailed: None was named.
    """
    for entity in context.assistant.entities:
        if isinstance(entity, FileEntity) and entity.kind in KINDS:
            return entity
    raise failed("no picture was named", "Which picture? Find or name one first.")


@contextmanager
def opened(spot: Spot) -> Generator[BinaryIO]:
    """The file to read, never through a link; raises as ``Spot.opened`` does."""
    with spot.opened(_READ) as descriptor, os.fdopen(os.dup(descriptor), "rb") as stream:
        yield stream


def taken_at(entry: Entry, facts: Facts, context: SlotContext) -> datetime:
    """When it was taken by its own word, else when it was changed last; in the user's zone."""
    zone = context.now.tzinfo
    if facts.taken is None:
        return datetime.fromtimestamp(entry.mtime_ns / 1e9, zone)
    return facts.taken if facts.taken.tzinfo else facts.taken.replace(tzinfo=zone)


def seen(context: SlotContext, entries: Sequence[Entry]) -> Seen:
    """What pictures say of themselves, the newest first, for as long as a search may take.

    Raises:
        IntentFailed: Pillow is not installed.
    """
    shop = workshop()
    found, left = _each(context, entries, _facts, shop.facts_of)
    return Seen(tuple((entry, facts or Facts()) for entry, facts in found), left)


def looks_of(
    context: SlotContext, entries: Sequence[Entry]
) -> tuple[list[tuple[Entry, int | None]], int]:
    """How pictures look, in bits, and how many there was no time for; raises as ``seen`` does."""
    shop = workshop()
    most = int(context.settings(Settings).max_megapixels * 2**20)
    return _each(context, entries, _looks, lambda stream: shop.look_of(stream, most))


def _each(
    context: SlotContext,
    entries: Sequence[Entry],
    kept: dict[Path, tuple[tuple[int, int], T]],
    read: Callable[[BinaryIO], T],
) -> tuple[list[tuple[Entry, T | None]], int]:
    settings = context.settings(Settings)
    end_s = time.monotonic() + settings.max_scan_s
    found: list[tuple[Entry, T | None]] = []
    left = 0
    if len(kept) > _MOST_KEPT:
        kept.clear()
    for entry in sorted(entries, key=lambda each: -each.mtime_ns):
        stamp = (entry.mtime_ns, entry.size_bytes)
        known = kept.get(entry.spot.path)
        if known is not None and known[0] == stamp:
            found.append((entry, known[1]))
        elif time.monotonic() > end_s:
            left += 1
        elif entry.kind != "image" or entry.size_bytes > settings.max_picture_bytes:
            found.append((entry, None))
        else:
            value = _read(entry, read)
            if value is not None:
                kept[entry.spot.path] = (stamp, value)
            found.append((entry, value))
    return found, left


def _read(entry: Entry, read: Callable[[BinaryIO], T]) -> T | None:
    """None where it went away meanwhile, or may not be read."""
    try:
        with opened(entry.spot) as stream:
            return read(stream)
    except IntentError:
        return None
