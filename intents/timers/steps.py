"""Follows the clock on the wall when it is set: by hand, by a time server, by three days.

What was to be in ten minutes stays so: its moment is set with the clock. What belongs to a time of
day stays at that time. What was told as missed while the clock was ahead is there again when it has
been set back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from .entries import Entry, due_at, next_wall
from .store import every, stamp, stamped

__all__ = ["follow", "stepped"]

_LEAST_S = 2.0
"""A time server that slews the clock moves it less at once."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def follow(path: Path, now: datetime, uptime_s: float) -> None:
    """Look whether the clock was set since the last look, and set what is kept. Blocks.

    Raises:
        IntentFailed: The database cannot be used.
    """
    boot, began_s = _boot(), now.timestamp() - uptime_s
    if not boot or not path.exists():
        return
    before_s = stamped(path, boot)
    if before_s is None:
        stamp(path, boot, began_s)
    elif abs(began_s - before_s) >= _LEAST_S:
        stamp(path, boot, began_s, *stepped(every(path), began_s - before_s, now))


def stepped(entries: Iterable[Entry], step_s: float, now: datetime) -> list[Entry]:
    """Those that change when the clock was set ``step_s`` ahead; ``now`` is the time after it."""
    found: list[Entry] = []
    for entry in entries:
        made = entry
        if entry.due_s is not None:
            made = replace(entry, due_s=entry.due_s + step_s)
        elif entry.wall and step_s < 0:
            made = _set_back(entry, now)
        if made != entry:
            found.append(made)
    return found


def _set_back(entry: Entry, now: datetime) -> Entry:
    """What belongs to the clock on the wall, after it was set back."""
    if entry.repeat and entry.state == "waiting":
        clock = datetime.fromisoformat(entry.wall).time()
        again = next_wall(entry.repeat, clock, now)
        return replace(entry, wall=min(entry.wall, again))
    due = due_at(entry, now)
    if entry.state == "done" and due is not None and due > now:
        return replace(entry, state="waiting", rung=0)
    return entry
