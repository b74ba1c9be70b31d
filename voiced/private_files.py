"""Files that their owner alone may read: locked, appended to in whole, wiped. All of it blocks."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

__all__ = ["append", "locked", "make_empty", "wiping"]

_PATIENCE_S = 5.0
_POLL_S = 0.02
_BLOCK_BYTES = 1 << 16
_MODE = 0o600


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the folder against other processes and threads; it is made (0700) if need be.

    Raises:
        OSError: It cannot be made, or somebody else holds it for too long.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(folder / ".lock", flags, _MODE)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Wait for the lock, but not for ever: its holder may have been stopped."""
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until_s:
                raise
            time.sleep(_POLL_S)
        else:
            return


def make_empty(path: Path) -> None:
    """Make the file, or empty it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    os.close(os.open(path, flags, _MODE))


def append(path: Path, text: bytes) -> None:
    """Add whole lines, all or nothing; a line that was cut off before is ended.

    Raises:
        OSError: They cannot be written; the file is as it was.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, _MODE), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            text = text if file.read(1) == b"\n" else b"\n" + text
        try:
            view = memoryview(text)
            while view:
                view = view[file.write(view) or 0 :]
        except OSError:
            file.truncate(size)
            raise


@contextmanager
def wiping(path: Path) -> Generator[None]:
    """Let the file go in the body; then its bytes are zeros, as far as the disk obeys.

    What is no file of its own (a link, a folder) is left as it is: the body does what it does.
    """
    with ExitStack() as stack:
        file: IO[bytes] | None = None
        with suppress(OSError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            file = stack.enter_context(os.fdopen(descriptor, "wb", buffering=0))
        yield
        if file is not None:
            with suppress(OSError):
                _wipe(file)


def _wipe(file: IO[bytes]) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    for start in range(0, size, _BLOCK_BYTES):
        file.write(bytes(min(_BLOCK_BYTES, size - start)))
    os.fsync(file.fileno())
