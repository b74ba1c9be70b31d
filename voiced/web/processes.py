"""What a process takes of the machine, from /proc; nothing where there is none. It blocks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Load", "Sample", "load", "sample"]

_PROC = Path("/proc")
_USER, _SYSTEM, _START, _PAGES = 11, 12, 19, 21
_LEAST_S = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process has taken until ``at_s``, in seconds since the machine started."""

    at_s: float
    started_s: float
    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Load:
    """What a process takes: percent of one core over the last ``window_s``, and memory."""

    cpu_percent: float
    window_s: float
    memory_bytes: int


def sample(pid: int, proc: Path = _PROC) -> Sample | None:
    """What the process has taken until now; None where there is no such process."""
    try:
        # The command's name, in brackets, may hold spaces and brackets itself.
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        up_s = float((proc / "uptime").read_text().split()[0])
        ticks = os.sysconf("SC_CLK_TCK")
        cpu_s = (int(fields[_USER]) + int(fields[_SYSTEM])) / ticks
        memory = int(fields[_PAGES]) * os.sysconf("SC_PAGE_SIZE")
        return Sample(up_s, int(fields[_START]) / ticks, cpu_s, memory)
    except (OSError, ValueError, IndexError):
        return None


def load(now: Sample, before: Sample | None = None) -> Load:
    """What it takes: since ``before``, or since it started where that tells nothing."""
    since_s, had_s = now.started_s, 0.0
    is_same = before is not None and before.started_s == now.started_s
    if before is not None and is_same and now.at_s - before.at_s >= _LEAST_S:
        since_s, had_s = before.at_s, before.cpu_s
    window_s = max(now.at_s - since_s, 0.01)
    return Load(100 * (now.cpu_s - had_s) / window_s, window_s, now.memory_bytes)
