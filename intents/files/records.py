"""Undo records, which outlive a restart, and the checks that a change and its undo share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from voiced.plugin import IntentFailed, JsonValue, Undo

from .refusals import failed, said
from .roots import Spot, Stamp

__all__ = [
    "path_of",
    "refuse_taken",
    "stamp_data",
    "stamp_of",
    "unchanged",
    "uri_of",
    "way_back",
]


def uri_of(path: Path) -> str:
    """A path in an undo record: a file URI, since a name may be any bytes."""
    return path.as_uri()


def path_of(data: Mapping[str, JsonValue], key: str) -> Path:
    """The path in an undo record.

    Raises:
        IntentFailed: The record is damaged.
    """
    uri = data.get(key)
    if not isinstance(uri, str) or not uri.startswith("file:///"):
        raise _damaged()
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path)))


def stamp_of(data: Mapping[str, JsonValue], key: str = "stamp") -> Stamp:
    """The stamp in an undo record.

    Raises:
        IntentFailed: The record is damaged.
    """
    stamp = data.get(key)
    if not isinstance(stamp, Mapping):
        raise _damaged()
    numbers = [stamp.get(name) for name in ("inode", "mtime_ns", "size_bytes")]
    inode, mtime_ns, size_bytes = (n if isinstance(n, int) else None for n in numbers)
    if inode is None or mtime_ns is None or size_bytes is None:
        raise _damaged()
    return Stamp(inode, mtime_ns, size_bytes, bool(stamp.get("is_folder")))


def _damaged() -> IntentFailed:
    return failed("the undo record is damaged", "My note on how to undo that is damaged.")


def stamp_data(stamp: Stamp) -> dict[str, JsonValue]:
    """A stamp in an undo record."""
    return {
        "inode": stamp.inode,
        "mtime_ns": stamp.mtime_ns,
        "size_bytes": stamp.size_bytes,
        "is_folder": stamp.is_folder,
    }


def refuse_taken(spot: Spot) -> None:
    """Refuse to go on if something lies at the new place.

    Raises:
        IntentFailed: Something does.
    """
    if spot.exists():
        raise failed(
            "the name is taken",
            f"There is already something called {said(spot.name)} there. I changed nothing.",
        )


def unchanged(spot: Spot, expected: Stamp | None) -> Stamp:
    """The stamp of what lies there now, which must be what was expected, if anything was.

    Raises:
        IntentFailed: It is gone, or somebody else has changed or replaced it.
    """
    found = spot.stamp()
    if expected is not None and not expected.is_same(found):
        raise failed(
            "it was changed by somebody else",
            f"{said(spot.name)} has been changed since. I left it as it is.",
        )
    return found


def way_back(operation: str, old: Spot, new: Spot, stamp: Stamp | None) -> Undo:
    """The record of a change that brought ``old`` to ``new``, where ``stamp`` lies now."""
    if stamp is None:
        raise AssertionError("prepare() comes first")
    return Undo(
        operation, {"old": uri_of(old.path), "new": uri_of(new.path), "stamp": stamp_data(stamp)}
    )
