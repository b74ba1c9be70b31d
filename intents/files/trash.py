"""The freedesktop.org trash: where it lies, and a place in it that is ours. It never empties it.

Source: The FreeDesktop.org Trash specification 1.0. Written by us because what is in the trash
must be found again to be restored.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from .names import draft_name, with_addition
from .refusals import failed, told
from .roots import FOLDER_FLAGS
from .syscalls import rename_noreplace

__all__ = ["Claimed", "Trash", "trash_for", "trash_place"]

_INFO = ".trashinfo"
_NAME_MAX_BYTES = 255 - len(_INFO)
_ATTEMPTS = 1000
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOTE_BYTES = 1 << 14


class Claimed(Protocol):
    """What was written down as ours: ``drop`` it where it is gone, ``leave`` it where it stays."""

    def drop(self) -> None: ...

    def leave(self) -> None: ...


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

    def reserve(
        self, path: Path, now: datetime, claim: Callable[[str, str, str], Claimed]
    ) -> tuple[str, Claimed]:
        """Write the .trashinfo of what will come from ``path``.

        Args:
            path: Where it lies now.
            now: When it goes.
            claim: Writes down that a note with this name, this text and this name before it is
                shown is ours; called before it is made.

        Returns:
            The name that is ours in ``files`` now, and what was written down of it.

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
                if _exists(files, name):
                    continue
                draft = draft_name()
                claimed = claim(name, text, draft)
                try:
                    if _written(info, (draft, name + _INFO), text):
                        return name, claimed
                except BaseException:
                    claimed.leave()
                    raise
                claimed.drop()
        raise failed("no free name in the trash", "The trash is too full of that name.")

    def note(self, name: str) -> str | None:
        """The .trashinfo of that name; None where there is none.

        Raises:
            IntentFailed: The trash cannot be read.
        """
        with self.opened("info") as info:
            try:
                opened = os.open(name + _INFO, _READ, dir_fd=info)
            except OSError:
                return None
        with os.fdopen(opened, "rb") as file:
            return file.read(_NOTE_BYTES).decode("utf-8", "replace")

    def holds(self, name: str) -> bool:
        """Whether anything lies under that name.

        Raises:
            IntentFailed: The trash cannot be read.
        """
        with self.opened("files") as files, told("the trash"):
            return _exists(files, name)

    def forget(self, draft: str) -> None:
        """Remove what was to be a .trashinfo.

        Raises:
            IntentFailed: It cannot be removed.
        """
        with self.opened("info") as info, told("the trash"), suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=info)

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


def _written(folder: int, names: tuple[str, str], text: str) -> bool:
    """Write a note, shown only when it is whole; False where its name is taken."""
    draft, name = names
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(draft, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        rename_noreplace(folder, draft, folder, name)
    except FileExistsError:
        os.unlink(draft, dir_fd=folder)
        return False
    except OSError:  # the disk is full: a note of nothing must not stay
        with suppress(OSError):
            os.unlink(draft, dir_fd=folder)
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
