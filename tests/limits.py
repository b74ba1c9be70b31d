"""Children of a test that lack what it takes away: a right, or room on a disk."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

NOBODY = 65534
_NEW_NAMESPACE, _NEW_USERS = 0x00020000, 0x10000000
_PRIVATE = 0x4000 | 0x40000
_READ_ONLY, _ANEW, _BOUND = 0x1, 0x20, 0x1000


def in_child(body: Callable[[], object], *, user: int | None = None) -> str:
    """What ``body`` returns, as text, or "Error: what is said", from a process of its own.

    A child that ends itself without an answer gives an empty text. With ``user`` the child has
    that user's rights, since the tests may run as root, whom no permission stops.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            answer = str(body())
        except BaseException as error:  # noqa: BLE001 - the parent hears of all of them
            answer = f"{type(error).__name__}: {getattr(error, 'spoken', error)}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answers:
        text = answers.read()
    os.waitpid(child, 0)
    return text


def as_nobody(body: Callable[[], object]) -> str:
    """What ``body`` comes to with no rights but those of others; root stops at no permission."""
    return in_child(body, user=NOBODY if os.getuid() == 0 else None)


def on_a_small_disk(folder: Path, body: Callable[[], object], *, room: str = "200k") -> str:
    """What ``body`` comes to while ``folder`` is a disk of its own with so little room.

    The disk is there for the child alone, and gone with it. Skips where none can be made.
    """

    options = f"size={room},mode=0777".encode()
    return _with_mounts([(b"none", os.fsencode(folder), b"tmpfs", 0, options)], body)


def on_a_read_only_disk(folder: Path, body: Callable[[], object]) -> str:
    """What ``body`` comes to while ``folder`` is on a disk that may only be read, root or not.

    It is so for the child alone. Skips where none can be made.
    """
    path = os.fsencode(folder)
    only_read = _BOUND | _ANEW | _READ_ONLY
    mounts = [(path, path, None, _BOUND, None), (path, path, None, only_read, None)]
    return _with_mounts(mounts, body)


_Mount: TypeAlias = tuple[bytes, bytes, bytes | None, int, bytes | None]
"""The arguments of mount(2)."""


def _with_mounts(mounts: Sequence[_Mount], body: Callable[[], object]) -> str:
    def run() -> object:
        libc = ctypes.CDLL(None, use_errno=True)
        users = 0 if os.getuid() == 0 else _NEW_USERS
        if libc.unshare(_NEW_NAMESPACE | users):
            return "no disk"
        libc.mount(b"none", b"/", None, ctypes.c_ulong(_PRIVATE), None)
        for what, where, kind, flags, options in mounts:
            if libc.mount(what, where, kind, ctypes.c_ulong(flags), options):
                return "no disk"
        return body()

    answer = in_child(run)
    if answer == "no disk":
        pytest.skip("this machine lets nobody mount a disk")
    return answer


def without_room(body: Callable[[], object], *, most_bytes: int = 50_000) -> str:
    """What ``body`` comes to where no file may grow beyond that, as on a disk that refuses it."""

    def run() -> object:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        return body()

    return in_child(run)


def without_memory(body: Callable[[], object], *, more_bytes: int = 128 << 20) -> str:
    """What ``body`` comes to where it may take little memory beside what the test has."""

    def run() -> object:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * os.sysconf("SC_PAGESIZE") + more_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        return body()

    return in_child(run)
