"""The pictures and videos in the allowed folders, and what they say of themselves.

What a picture says is read once, and kept in memory and on disk until the picture changes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from voiced.plugin import Context, FileEntity, IntentError, PluginError, SlotContext
from voiced_intents.files import Settings as FileSettings
from voiced_intents.files.finding import of_kinds
from voiced_intents.files.index.place import pictures as store_of_pictures
from voiced_intents.files.listing import Entry
from voiced_intents.files.refusals import denied, failed
from voiced_intents.files.roots import Area, Spot

from .facts import Facts
from .kept import Kept, Stamp
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


def media(context: SlotContext, most: int = _MOST_KEPT) -> list[Entry]:
    """All pictures and videos, the newest first; raises as ``area_of`` does."""
    file_settings(context)
    return of_kinds(context, KINDS, most)


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
    shop, kept = workshop(), _kept(context)
    source = _Source(_facts, shop.facts_of, kept.facts, kept.keep_facts)
    found, left = _each(context, entries, source)
    return Seen(tuple((entry, facts or Facts()) for entry, facts in found), left)


def looks_of(
    context: SlotContext, entries: Sequence[Entry]
) -> tuple[list[tuple[Entry, int | None]], int]:
    """How pictures look, in bits, and how many there was no time for; raises as ``seen`` does."""
    shop, kept = workshop(), _kept(context)
    most = int(context.settings(Settings).max_megapixels * 2**20)
    source = _Source(_looks, lambda stream: shop.look_of(stream, most), kept.looks, kept.keep_looks)
    return _each(context, entries, source)


def _kept(context: SlotContext) -> Kept:
    """What was kept from before; nothing where no index of files is wanted."""
    settings = file_settings(context)
    return Kept(store_of_pictures(settings) if settings.index else None)


@dataclass(frozen=True, slots=True)
class _Source(Generic[T]):
    """Where something about pictures is: in memory, in the pictures themselves, on disk."""

    memory: dict[Path, tuple[Stamp, T]]
    read: Callable[[BinaryIO], T]
    load: Callable[[Sequence[Path]], Mapping[Path, tuple[Stamp, T]]]
    keep: Callable[[Mapping[Path, tuple[Stamp, T]], Iterable[Path]], None]

    def remember(self, entries: Sequence[Entry]) -> None:
        """Take from the disk what is not in memory."""
        if len(self.memory) > _MOST_KEPT:
            self.memory.clear()
        missing = [each.spot.path for each in entries if each.spot.path not in self.memory]
        self.memory.update(self.load(missing))


def _each(
    context: SlotContext, entries: Sequence[Entry], source: _Source[T]
) -> tuple[list[tuple[Entry, T | None]], int]:
    settings = context.settings(Settings)
    source.remember(entries)
    end_s = time.monotonic() + settings.max_scan_s
    found: list[tuple[Entry, T | None]] = []
    fresh: dict[Path, tuple[Stamp, T]] = {}
    left = 0
    for entry in sorted(entries, key=lambda each: -each.mtime_ns):
        stamp = (entry.mtime_ns, entry.size_bytes)
        known = source.memory.get(entry.spot.path)
        if known is not None and known[0] == stamp:
            found.append((entry, known[1]))
        elif time.monotonic() > end_s:
            left += 1
        elif entry.kind != "image" or entry.size_bytes > settings.max_picture_bytes:
            found.append((entry, None))
        else:
            value = _read(entry, source.read)
            if value is not None:
                fresh[entry.spot.path] = (stamp, value)
            found.append((entry, value))
    source.memory.update(fresh)
    source.keep(fresh, (entry.spot.path for entry in entries))
    return found, left


def _read(entry: Entry, read: Callable[[BinaryIO], T]) -> T | None:
    """None where it went away meanwhile, or may not be read."""
    try:
        with opened(entry.spot) as stream:
            return read(stream)
    except IntentError:
        return None
