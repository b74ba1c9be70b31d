"""Named points between two steps of a change, where a test lets the process die. No-ops else."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["hit", "watch"]

_watcher: Callable[[str], None] | None = None


def hit(point: str) -> None:
    """Pass a point; what watches it in a test may not let us go on."""
    if _watcher is not None:
        _watcher(point)


def watch(watcher: Callable[[str], None] | None) -> None:
    """Have every point told, for a test."""
    global _watcher  # noqa: PLW0603 - one for the process
    _watcher = watcher
