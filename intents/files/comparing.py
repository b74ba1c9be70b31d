"""Whether two files or folders hold the same. Only looks."""

from __future__ import annotations

import os

from voiced.plugin import IntentError

from .roots import Spot

__all__ = ["hold_the_same"]

_BLOCK_BYTES = 1 << 20
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_MAX_DEPTH = 40


def hold_the_same(one: Spot, other: Spot) -> bool:
    """Whether both are there, and alike to the last byte; what cannot be read is not."""
    try:
        return _are_alike(one, other, _MAX_DEPTH)
    except (IntentError, OSError):
        return False


def _are_alike(one: Spot, other: Spot, depth: int) -> bool:
    stamp, twin = one.stamp(), other.stamp()
    if stamp.is_folder != twin.is_folder:
        return False
    if not stamp.is_folder:
        return stamp.size_bytes == twin.size_bytes and _bytes_are_alike(one, other)
    names = _names(one)
    if depth == 0 or names != _names(other):
        return False
    return all(_are_alike(one.child(name), other.child(name), depth - 1) for name in names)


def _names(spot: Spot) -> list[str]:
    with spot.folder() as opened:
        return sorted(os.listdir(opened))  # noqa: PTH208 - a descriptor


def _bytes_are_alike(one: Spot, other: Spot) -> bool:
    with one.opened(_READ) as first, other.opened(_READ) as second:
        while block := os.read(first, _BLOCK_BYTES):
            if block != _exactly(second, len(block)):
                return False
        return not os.read(second, 1)


def _exactly(opened: int, count: int) -> bytes:
    block = b""
    while len(block) < count and (piece := os.read(opened, count - len(block))):
        block += piece
    return block
