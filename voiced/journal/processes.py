"""Which process made a change, and whether it still runs. Linux: /proc; elsewhere none runs."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["is_running", "this_process"]

_START_FIELD = 19
_PROC = Path("/proc")


def this_process() -> str:
    """A name for this process that no other one has, before or after a restart."""
    return _name(os.getpid())


def is_running(process: str) -> bool:
    """Whether the process of that name runs now."""
    pid = process.split(":", 1)[0]
    return pid.isdigit() and ":" in process and _name(int(pid)) == process


def _name(pid: int) -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        # The command's name, in brackets, may hold spaces and brackets itself.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return f"{pid}:{fields[_START_FIELD]}:{boot}"
    except (OSError, IndexError):
        return str(pid)
