"""The freedesktop.org trash: where it lies, and a place in it that is ours. It never empties it.

Source: The FreeDesktop.org Trash specification 1.0. Written by us because what is in the trash
must be found again to be restored.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from .names import with_addition
from .refusals import failed, told
from .roots import FOLDER_FLAGS

__all__ = ["Trash", "trash_for", "trash_place"]

_INFO = ".trashinfo"
_NAME_MAX_BYTES = 255 - len(_INFO)
_ATTEMPTS = 1000


@dataclass(frozen=True, slots=True)
class Trash:
    """One trash folder. ``top`` is the mount point that its paths are relative to, or None."""

    folder: Path
    top: Path | None = None

    @contextmanager
    def opened(self, part: str) -> Iterator[int]:
        """A descriptor of ``files`` or ``info``; neither may be a link.

        Raises:
            IntentFailed: It is gone or cannot be opened.
        """
        with told("the trash"):
            opened = os.open(self.folder / part, FOLDER_FLAGS | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield opened
        finally:
            os.close(opened)

    def prepare(self) -> None:
        """Make the folders where they are missing, for this user alone.

        Raises:
            IntentFailed: They cannot be made.
        """
        with told("the trash"):
            for folder in (self.folder, self.folder / "files", self.folder / "info"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def reserve(self, path: Path, now: datetime) -> str:
        """Write the .trashinfo of what will come from ``path``.

        Returns:
            The name that is ours in ``files`` now.

        Raises:
            IntentFailed: The trash cannot be written.
        """
        origin = path.relative_to(self.top) if self.top else path
        text = (
            "[Trash Info]\n"
            f"Path={quote(os.fsencode(origin), safe='/')}\n"
            f"DeletionDate={now:%Y-%m-%dT%H:%M:%S}\n"
        )
        with self.opened("info") as info, self.opened("files") as files, told("the trash"):
            for number in range(1, _ATTEMPTS):
                name = with_addition(path.name, f" {number}" * (number > 1), _NAME_MAX_BYTES)
                if not _exists(files, name) and _written(info, name + _INFO, text):
                    return name
        raise failed("no free name in the trash", "The trash is too full of that name.")

    def release(self, name: str) -> None:
        """Remove the .trashinfo: nothing lies under that name, or it has left the trash."""
        with self.opened("info") as info, told("the trash"):
            try:
                os.unlink(name + _INFO, dir_fd=info)
            except FileNotFoundError:
                return


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _written(folder: int, name: str, text: str) -> bool:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        opened = os.open(name, flags, 0o600, dir_fd=folder)
    except FileExistsError:
        return False
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(opened)
    except OSError:  # the disk is full: a note of nothing must not stay
        os.unlink(name, dir_fd=folder)
        raise
    return True


def trash_for(path: Path, device: int, env: Mapping[str, str] = os.environ) -> Trash:
    """The trash on the device that ``path`` lies on, ready to be used.

    Raises:
        IntentFailed: That device has no trash and none can be made there.
    """
    trash = trash_place(path, device, env)
    trash.prepare()
    return trash


def trash_place(path: Path, device: int, env: Mapping[str, str] = os.environ) -> Trash:
    """Where the trash of that device is, or would be; nothing is made.

    Raises:
        IntentFailed: That device cannot have one.
    """
    home = Path(env.get("HOME") or Path.home())
    data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    trash = Trash(data / "Trash")
    with told("the trash"):
        if _device(trash.folder) != device:
            trash = _device_trash(_top_of(path.parent, device))
    return trash


def _device(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return folder.stat().st_dev


def _top_of(folder: Path, device: int) -> Path:
    while folder.parent != folder and folder.parent.stat().st_dev == device:
        folder = folder.parent
    return folder


def _device_trash(top: Path) -> Trash:
    user = os.getuid()
    shared = top / ".Trash"
    if _is_shared_trash(shared):
        return Trash(shared / str(user), top)
    own = top / f".Trash-{user}"
    if own.is_symlink():
        raise failed("the trash of that device is a link", "The trash of that disk is not safe.")
    return Trash(own, top)


def _is_shared_trash(folder: Path) -> bool:
    """The specification's checks: a real folder, not a link, with the sticky bit."""
    try:
        mode = folder.lstat().st_mode
    except OSError:
        return False
    return stat.S_ISDIR(mode) and bool(mode & stat.S_ISVTX)
