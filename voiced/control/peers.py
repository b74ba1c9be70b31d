"""Who is at the other end of the socket, and what he may: the kernel says, not he.

Whoever is not the daemon's user may nothing. A program that the daemon started (a plugin, a tool
server, a companion, an application opened by voice), and whatever those start, may only look.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TypeAlias

__all__ = ["Grant", "Peer", "Scope", "parent_of", "peer_of", "scope_of"]

Grant: TypeAlias = "Callable[[Peer], Scope | None]"
"""Says what a client may; None: nothing at all."""

_CREDENTIALS = struct.Struct("3i")
_MOST_ANCESTORS = 64
_PARENT = 1


class Scope(IntEnum):
    """What a client may; each holds those before it."""

    STATUS = 1
    """Look: how the assistant is. Nobody's words."""
    ACT = 2
    """Talk to it, silence it, and see what is said."""
    ADMIN = 3
    """What only the person at this machine may: open the microphone again, reload."""

    @property
    def title(self) -> str:
        """Its name in messages and in the configuration."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Peer:
    """A process, as the kernel named it when it connected."""

    pid: int
    uid: int


def peer_of(connection: socket.socket) -> Peer:
    """Who connected."""
    size = _CREDENTIALS.size
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    pid, uid, _ = _CREDENTIALS.unpack(raw)
    return Peer(pid, uid)


def parent_of(pid: int) -> int | None:
    """The process that started this one, 0 for the kernel; None where nobody knows."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(text.rpartition(")")[2].split()[_PARENT])
    except (OSError, ValueError, IndexError):
        return None


def scope_of(
    peer: Peer, most: Scope = Scope.ADMIN, parent: Callable[[int], int | None] = parent_of
) -> Scope | None:
    """What this client may; None: nothing at all, not even an answer.

    Args:
        peer: The client.
        most: What the configuration gives a program of the user.
        parent: Gives the parent of a process.
    """
    if peer.uid != os.geteuid():
        return None
    return Scope.STATUS if _is_ours(peer.pid, parent) else most


def _is_ours(pid: int, parent: Callable[[int], int | None]) -> bool:
    """Whether it is we, or we started it, or one that started it; so does count who has no trace.

    A process above it that cannot be seen is another user's (``ProtectProc``), so none of ours.
    """
    daemon = os.getpid()
    if pid in (0, daemon):  # 0: in a namespace that we cannot see
        return True
    above = parent(pid)
    if above is None:  # it is gone already
        return True
    for _ in range(_MOST_ANCESTORS):
        if above == daemon:
            return True
        if above is None or above <= 1:
            return False
        above = parent(above)
    return True
