"""What kind of machine this is: cores, memory, board, sound server, desktop. Opens nothing."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = ["Display", "Machine", "cores_of", "display_of", "look", "memory_mb_of"]

Display: TypeAlias = Literal["Wayland", "X11", "none"]

_KIB_PER_MIB = 1024
_BYTES_PER_MIB = 1 << 20
_BOARD_FILE = "proc/device-tree/model"
_CPU_LIMIT_FILE = "sys/fs/cgroup/cpu.max"
_MEMORY_LIMIT_FILE = "sys/fs/cgroup/memory.max"


@dataclass(frozen=True, slots=True)
class Machine:
    """What matters for the choice of engines.

    Attributes:
        cores: Those that this process may use, quotas counted.
        memory_mb: All memory, or what this process may take of it, in MiB.
        architecture: As the kernel names it: x86_64, aarch64.
        board: The model that the firmware tells, such as "Raspberry Pi 5 Model B Rev 1.0".
        sound: The sound servers found; empty: none.
        display: What kind of desktop this session has.
        has_user_manager: Whether services of the user's can be installed.
    """

    cores: int
    memory_mb: int
    architecture: str
    board: str = ""
    sound: str = ""
    display: Display = "none"
    has_user_manager: bool = False

    def as_lines(self) -> tuple[str, ...]:
        """For people."""
        cores = "one core" if self.cores == 1 else f"{self.cores} cores"
        board = f", {self.board}" if self.board else ""
        service = "can start voiced at login" if self.has_user_manager else "no user manager"
        return (
            f"{cores}, {self.memory_mb} MB of memory, {self.architecture}{board}",
            f"sound: {self.sound or 'none found'}",
            f"desktop: {self.display}; systemd: {service}",
        )


def look(env: Mapping[str, str], sound: str = "", root: Path = Path("/")) -> Machine:
    """Look at this machine.

    Args:
        env: The environment.
        sound: What was found of a sound server.
        root: Where proc, sys and run are.
    """
    allowed_mb = resource.getrlimit(resource.RLIMIT_AS)[0] // _BYTES_PER_MIB
    runtime = env.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}").lstrip("/")
    return Machine(
        cores=cores_of(root, len(os.sched_getaffinity(0))),
        memory_mb=memory_mb_of(root, allowed_mb),
        architecture=platform.machine(),
        board=_read(root / _BOARD_FILE).rstrip("\0\n"),
        sound=sound,
        display=display_of(env),
        has_user_manager=(root / runtime / "systemd" / "private").exists(),
    )


def cores_of(root: Path, usable: int) -> int:
    """The cores of which we may have all the time; at least one."""
    quota, _, period = _read(root / _CPU_LIMIT_FILE).strip().partition(" ")
    if quota.isdecimal() and period.isdecimal() and int(period):
        return max(1, min(usable, int(quota) // int(period)))
    return max(1, usable)


def memory_mb_of(root: Path, allowed_mb: int) -> int:
    """The memory, or how much of it we may take. ``allowed_mb`` below 0: no limit."""
    limits = [allowed_mb] if allowed_mb > 0 else []
    limit = _read(root / _MEMORY_LIMIT_FILE).strip()
    if limit.isdecimal():
        limits.append(int(limit) // _BYTES_PER_MIB)
    lines = _read(root / "proc/meminfo").splitlines()
    limits.extend(_total_mb(lines))
    return min(limits, default=0)


def _total_mb(lines: Iterable[str]) -> list[int]:
    words = [line.split() for line in lines if line.startswith("MemTotal:")]
    return [int(each[1]) // _KIB_PER_MIB for each in words if len(each) > 1]


def display_of(env: Mapping[str, str]) -> Display:
    """The kind of desktop of this session."""
    if env.get("WAYLAND_DISPLAY") or env.get("XDG_SESSION_TYPE") == "wayland":
        return "Wayland"
    return "X11" if env.get("DISPLAY") else "none"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
