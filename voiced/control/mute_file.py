"""Whether voiced is muted, over a restart: a file is there, or it is not. It blocks shortly."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from voiced.events import Event, ModeChanged

__all__ = ["MUTE_FILE", "MuteFile"]

MUTE_FILE = "muted"


class MuteFile:
    """Keeps what the events say of being muted.

    Args:
        folder: The state folder; it is made if need be.
        tell: Takes a sentence for the user where it cannot be kept.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._path = folder / MUTE_FILE
        self._tell = tell

    @property
    def path(self) -> Path:
        """The file; it is there if it is muted."""
        return self._path

    def is_muted(self) -> bool:
        """Whether it is to start muted. Where that cannot be known, it is: nobody is overheard."""
        try:
            os.lstat(self._path)
        except FileNotFoundError:
            return False
        except OSError as error:
            self._tell(f"I start muted, as {self._path} cannot be read: {error.strerror}")
        return True

    def hear(self, event: Event) -> None:
        """Take an event."""
        if not isinstance(event, ModeChanged):
            return
        try:
            self._keep() if event.mode == "muted" else self._forget()
        except OSError as error:
            later = "would not be muted" if event.mode == "muted" else "would be muted again"
            self._tell(f"After a restart I {later}: {self._path}: {error.strerror}")

    def _keep(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._path, flags, 0o600)
        os.close(descriptor)
        self._settle()

    def _forget(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()
            self._settle()

    def _settle(self) -> None:
        """A power cut must not bring back how it was."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
