"""The files of notes and lists: read, and changed as a whole or not at all. All of it blocks.

A file that is no text is set aside under another name before it is written, never deleted. Links
are not followed, and only one process writes at a time.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from voiced.plugin import IntentFailed, normalise

from .pages import lines_of

__all__ = ["NOTES", "change", "erase_file", "file_of", "list_names", "read"]

NOTES = "notes.md"
_LIST = " list.md"
_LIMIT_BYTES = 1 << 20
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class _Content:
    text: str
    mode: int
    is_damaged: bool = False


def file_of(name: str) -> str:
    """The name of the file of a list."""
    return f"{' '.join(normalise(name))[:_LONGEST_NAME].strip()}{_LIST}"


def list_names(folder: Path) -> list[str]:
    """The lists that there are, by their names."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
    return [name.removesuffix(_LIST) for name in names if name.endswith(_LIST) and name[0] != "."]


def read(folder: Path, name: str) -> list[str]:
    """The lines of a file; none where there is no file.

    Raises:
        IntentFailed: It cannot be read.
    """
    with _told(name):
        content = _content(folder / name)
    return lines_of(content.text) if content else []


def change(folder: Path, name: str, edit: Callable[[list[str]], Sequence[str]]) -> str:
    """Write a file anew; the file is as before, or as ``edit`` made it, whatever happens.

    Returns:
        Under which name the file was set aside because it was no text; mostly nothing.

    Raises:
        IntentFailed: It cannot be read or written.
    """
    with _told(name):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            content = _content(folder / name)
            text = content.text if content else ""
            end = "\r\n" if "\r\n" in text else "\n"
            made = edit(lines_of(text))
            aside = _set_aside(folder / name) if content and content.is_damaged else ""
            whole = "".join(f"{line}{end}" for line in made)
            _replace(folder / name, whole.encode(), content.mode if content else 0o600)
    return aside


def erase_file(folder: Path, name: str) -> None:
    """Take a file away.

    Raises:
        IntentFailed: It cannot be done.
    """
    with _told(name), _alone(folder):
        (folder / name).unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _content(path: Path) -> _Content | None:
    """What is in the file; letters that are none are replaced."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        if status.st_size > _LIMIT_BYTES:
            raise OSError(errno.EFBIG, "it is larger than a megabyte")
        content = file.read()
    mode = stat.S_IMODE(status.st_mode)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _Content(content.decode("utf-8", "replace").replace("\0", ""), mode, is_damaged=True)
    return _Content(text.replace("\0", ""), mode, is_damaged="\0" in text)


def _set_aside(path: Path) -> str:
    number = 1
    while (aside := path.with_name(f"{path.stem} damaged {number}{path.suffix}")).exists():
        number += 1
    os.link(path, aside)
    return aside.name


def _replace(path: Path, content: bytes, mode: int) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(fresh, flags, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_SPOKEN = {
    errno.ENOSPC: "The disk is full, so I changed nothing.",
    errno.EDQUOT: "The disk is full, so I changed nothing.",
    errno.EFBIG: "That file is too large for me, or the disk is full.",
    errno.EROFS: "I can't write to the disk, so I changed nothing.",
    errno.ELOOP: "That file is a link, and I don't follow links.",
}


@contextmanager
def _told(name: str) -> Generator[None]:
    kind = "notes" if name == NOTES else "list"
    try:
        yield
    except OSError as error:
        raise IntentFailed(
            f"the file of a {kind} cannot be used: {error.strerror}",
            spoken=_SPOKEN.get(error.errno or 0, f"I can't get at the file of your {kind}."),
            mend="look at the folder of the section [notes], its owner and its permissions",
        ) from error
