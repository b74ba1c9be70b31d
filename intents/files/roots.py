"""The allowed folders, and the only way into them: directory descriptors that links cannot fool.

Every access of this plugin goes through ``Spot.folder`` or ``Spot.look``; checking a real path
first and opening it later would lose the race against somebody who swaps in a link.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voiced.plugin import IntentError

from .names import is_protected
from .refusals import denied, failed, said, told
from .settings import Settings
from .syscalls import born_ns, open_beneath

__all__ = ["Area", "Spot", "Stamp", "default_roots"]

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY
_ORDER = ("DOCUMENTS", "DOWNLOAD", "DESKTOP", "PICTURES", "MUSIC", "VIDEOS")
_PLAIN = ("Documents", "Downloads", "Desktop", "Pictures", "Music", "Videos")
_USER_DIR = re.compile(r'^XDG_(\w+)_DIR="(\$HOME)?(/[^"]*)?"\s*$')


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file was when we last saw it, to notice that somebody else has touched it."""

    inode: int
    mtime_ns: int
    size_bytes: int
    is_folder: bool

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a stat result."""
        is_folder = stat.S_ISDIR(status.st_mode)
        return cls(status.st_ino, status.st_mtime_ns, status.st_size, is_folder)

    def is_same(self, other: Stamp) -> bool:
        """True if it is the same thing with the same contents; of a folder, the same folder."""
        if self.is_folder or other.is_folder:
            return self.is_folder == other.is_folder and self.inode == other.inode
        return self == other


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a root, whether something lies there or not. No parts: the root itself."""

    root: Path
    parts: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The whole path."""
        return self.root.joinpath(*self.parts)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.parts[-1] if self.parts else self.root.name

    @property
    def parent(self) -> Spot:
        """The folder that it lies in, which must be allowed too.

        Raises:
            IntentDenied: It is a root.
        """
        if not self.parts:
            reason = f"{said(self.name)} is one of my starting folders. I change only what is in it"
            raise denied("a root itself is not changed", f"{reason}.")
        return Spot(self.root, self.parts[:-1])

    def child(self, name: str) -> Spot:
        """A place in this folder."""
        return Spot(self.root, (*self.parts, name))

    @contextmanager
    def opened(self, flags: int) -> Iterator[int]:
        """A descriptor of the thing itself.

        Raises:
            IntentDenied: A link leads there, or the kernel cannot open safely.
            IntentFailed: It is gone or may not be read.
        """
        with _root_opened(self.root) as root, told(self.name):
            opened = open_beneath(root, "/".join(self.parts) or ".", flags)
        try:
            yield opened
        finally:
            os.close(opened)

    @contextmanager
    def folder(self) -> Iterator[int]:
        """A descriptor of the folder at this place; raises as ``opened`` does."""
        with self.opened(FOLDER_FLAGS) as folder:
            yield folder

    def look(self) -> os.stat_result:
        """What lies here: a plain file or a folder.

        Raises:
            IntentDenied: It is a link, a device or another special thing.
            IntentFailed: There is nothing.
        """
        with self.opened(os.O_PATH | os.O_NOFOLLOW) as opened:
            status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise denied("neither a file nor a folder", f"{said(self.name)} is not a plain file.")
        return status

    def stamp(self) -> Stamp:
        """The stamp of what lies here; raises as ``look`` does."""
        return Stamp.of(self.look())

    def born_ns(self) -> int | None:
        """When it was created; None where the disk does not say, or it is gone."""
        try:
            with self.opened(os.O_PATH | os.O_NOFOLLOW) as opened:
                return born_ns(opened, "")
        except IntentError:
            return None

    def exists(self) -> bool:
        """True if something lies here, whatever it is."""
        with self.parent.folder() as folder:
            try:
                os.stat(self.name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return False
        return True


@contextmanager
def _root_opened(root: Path) -> Iterator[int]:
    try:
        opened = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        reason = os.strerror(error.errno or errno.ENOENT)
        raise failed(
            f"[files] roots: {root}: {reason}",
            f"My folder {said(root.name)} is gone.",
            "create it, or change roots in the section [files] of voiced.toml",
        ) from error
    try:
        yield opened
    finally:
        os.close(opened)


@dataclass(frozen=True, slots=True)
class Area:
    """All the roots; none lies in another where the outer one reaches it anyway."""

    roots: tuple[Path, ...]

    @classmethod
    def of(cls, settings: Settings, env: Mapping[str, str] = os.environ) -> Area:
        """The configured roots, or the user folders of the desktop.

        Raises:
            IntentFailed: There is not a single folder.
        """
        roots = settings.roots or default_roots(env)
        if not roots:
            raise failed(
                "[files] roots: empty, and there are no user folders",
                "I have no folder to work in.",
                "set roots in the section [files] of voiced.toml",
            )
        return cls(tuple(root for root in dict.fromkeys(roots) if not _is_covered(root, roots)))

    def spot(self, path: Path) -> Spot:
        """The place of an absolute path.

        Raises:
            IntentDenied: It is outside the roots, goes through ``..``, or is hidden or a key.
        """
        if ".." in path.parts:
            raise denied("the path has '..' in it", "I don't take paths that go up a folder.")
        for root in self.roots:
            if path.is_relative_to(root):
                return _checked(Spot(root, path.relative_to(root).parts))
        raise denied(
            "the path is outside the allowed folders",
            "That is outside the folders that I may touch.",
            "add its folder to roots in the section [files] of voiced.toml",
        )


def _checked(spot: Spot) -> Spot:
    if any(is_protected(part) for part in spot.parts):
        raise denied("hidden, or a key", "I never touch hidden files or keys.")
    return spot


def _is_covered(root: Path, roots: tuple[Path, ...]) -> bool:
    outer = [other for other in roots if other != root and root.is_relative_to(other)]
    return any(not any(map(is_protected, root.relative_to(one).parts)) for one in outer)


def default_roots(env: Mapping[str, str]) -> tuple[Path, ...]:
    """The desktop's user folders that exist, documents first.

    Source: user-dirs.dirs(5); a folder that is set to the home folder is switched off. Templates
    and the public share are left out: putting a file there does more than keep it.
    """
    home = Path(env.get("HOME") or Path.home())
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    named = _user_dirs(config / "user-dirs.dirs", home)
    found = [named.get(key, home / plain) for key, plain in zip(_ORDER, _PLAIN, strict=True)]
    usable = [folder for folder in dict.fromkeys(found) if folder != home and folder.is_dir()]
    return tuple(folder for folder in usable if not folder.name.startswith("."))


def _user_dirs(file: Path, home: Path) -> dict[str, Path]:
    try:
        lines = file.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return {}
    matches = [match for line in lines if (match := _USER_DIR.match(line.strip()))]
    return {
        match[1]: Path(f"{home if match[2] else ''}{match[3] or ''}" or "/").absolute()
        for match in matches
    }
