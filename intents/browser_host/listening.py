"""The socket of this host: made so that this user alone may use it, and taken away at the end."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import frames

__all__ = ["listening", "remove_stale"]


@contextmanager
def listening(folder: Path) -> Generator[socket.socket]:
    """A socket in the folder that this user alone may use, until the end of the body.

    Raises:
        OSError: It cannot be made, or others may use the folder.
    """
    _make_own(folder.parent)
    _make_own(folder)
    remove_stale(folder)
    place = folder / f"{os.getpid()}{frames.ENDING}"
    begun = place.with_suffix(".new")
    begun.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(begun))
        begun.chmod(0o600)
        listener.listen(frames.MOST_CLIENTS)
        begun.rename(place)  # who finds it finds somebody who listens
        try:
            yield listener
        finally:
            place.unlink(missing_ok=True)


def _make_own(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    is_private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
    if not is_private or status.st_uid != os.getuid():
        raise PermissionError(f"{folder}: others may use it, so it is not used")


def remove_stale(folder: Path) -> None:
    """Remove the sockets of hosts that are gone: nobody listens there."""
    for place in folder.glob(f"*{frames.ENDING}"):
        with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
            connection.settimeout(0)
            try:
                connection.connect(str(place))
            except ConnectionRefusedError:
                place.unlink(missing_ok=True)
