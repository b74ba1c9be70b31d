"""Copies bytes: into a hidden draft beside the goal, complete and on the disk before it is shown.

Nothing here decides whether something may be copied, or where to.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field

from voiced.plugin import IntentDenied, IntentError

from .claims import Claim
from .names import draft_name, is_protected
from .refusals import denied, failed, said, told
from .roots import FOLDER_FLAGS, Spot, Stamp
from .syscalls import open_beneath, rename_noreplace, settle

__all__ = ["Budget", "Draft", "remove_tree"]

_BLOCK_BYTES = 1 << 20
_STAT_BLOCK_BYTES = 512
_MAX_DEPTH = 40
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class Budget:
    """What a copy may still take; ``left_out`` counts links, hidden and special things."""

    files: int
    size_bytes: int
    left_out: int = 0

    def take_file(self, size_bytes: int) -> None:
        """Take one file off, before it is copied; ``size_bytes`` must fit still.

        Raises:
            IntentDenied: The copy would be larger than is allowed.
        """
        self.files -= 1
        if self.files < 0 or size_bytes > self.size_bytes:
            raise _too_large()

    def take_bytes(self, size_bytes: int) -> None:
        """Take what was really copied off: a file may grow meanwhile. Raises as ``take_file``."""
        self.size_bytes -= size_bytes
        if self.size_bytes < 0:
            raise _too_large()


def _too_large() -> IntentDenied:
    return denied(
        "the copy is larger than [files] max_copy_files or max_copy_bytes",
        "That is too much to copy by voice.",
        "raise max_copy_files or max_copy_bytes in the section [files] of voiced.toml",
    )


def _refuse_full(folder: int, status: os.stat_result, name: str) -> None:
    """Refuse to begin a copy that the disk cannot hold."""
    disk = os.fstatvfs(folder)
    needed = min(status.st_size, status.st_blocks * _STAT_BLOCK_BYTES)
    if needed > disk.f_bavail * disk.f_frsize:
        text = f"There is not enough room for {said(name)} on that disk. I changed nothing."
        raise failed("not enough room on the disk", text)


@dataclass(slots=True)
class Draft:
    """A copy under a hidden name in the folder where it will be shown.

    ``is_wanted`` is set to False from outside to stop a copy that runs in an abandoned worker.
    """

    folder: Spot
    budget: Budget
    name: str = field(default_factory=draft_name)
    is_wanted: bool = True
    _claim: Claim | None = None

    def claim(self) -> None:
        """Write down that what lies under the name is ours; to be called before it is made."""
        self._claim = self._claim or Claim.on_draft(self.folder, self.name)

    def make(self, source: Spot) -> Stamp:
        """Copy ``source`` with its times; returns the stamp of the copy.

        Raises:
            IntentDenied: It is too large.
            IntentFailed: It could not be read or written whole, or changed meanwhile.
        """
        try:
            return self._make(source)
        except BaseException:
            self.discard()
            raise

    def _make(self, source: Spot) -> Stamp:
        before = source.stamp()
        self.claim()
        with source.parent.folder() as old, self.folder.folder() as new, told(source.name):
            if before.is_folder:
                self._copy_folder(old, source.name, (new, self.name), _MAX_DEPTH)
            else:
                self._copy_file(old, source.name, (new, self.name))
            settle(new)
        if not before.is_same(source.stamp()):
            raise failed("the source changed while it was copied", "It changed while I copied it.")
        return self.folder.child(self.name).stamp()

    def discard(self) -> None:
        """Stop copying and remove what is there of the copy."""
        self.is_wanted = False
        claim, self._claim = self._claim or Claim(), None
        try:
            with self.folder.folder() as folder:
                remove_tree(folder, self.name)
        except IntentError:
            claim.leave()
        else:
            claim.drop()

    def show(self, name: str) -> None:
        """Give the copy its real name, atomically, never over anything, and for good.

        Raises:
            IntentFailed: The name is taken, or the folder cannot be written.
        """
        with self.folder.folder() as folder, told(name):
            rename_noreplace(folder, self.name, folder, name)
            try:
                os.fsync(folder)
            except OSError as error:
                # EINVAL: a file system that cannot sync folders. Anything else is a failing disk.
                if error.errno != errno.EINVAL:
                    rename_noreplace(folder, name, folder, self.name)
                    raise

    def hide(self, name: str) -> None:
        """Take ``show`` back."""
        with self.folder.folder() as folder, told(name):
            rename_noreplace(folder, name, folder, self.name)

    def _copy_file(self, old: int, name: str, goal: tuple[int, str]) -> None:
        source = open_beneath(old, name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            status = os.fstat(source)
            self.budget.take_file(status.st_size)
            _refuse_full(goal[0], status, name)
            target = os.open(goal[1], _NEW, 0o600, dir_fd=goal[0])
            try:
                self._pump(source, target)
                os.fchmod(target, stat.S_IMODE(status.st_mode) & 0o777)
                os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
                os.fsync(target)
            finally:
                os.close(target)
        finally:
            os.close(source)

    def _pump(self, source: int, target: int) -> None:
        while block := os.read(source, _BLOCK_BYTES):
            if not self.is_wanted:
                raise failed("the copy was called off", "I stopped copying.")
            self.budget.take_bytes(len(block))
            if block == bytes(len(block)):
                os.lseek(target, len(block), os.SEEK_CUR)  # a hole stays one
                continue
            view = memoryview(block)
            while view:
                view = view[os.write(target, view) :]
        os.ftruncate(target, os.lseek(target, 0, os.SEEK_CUR))

    def _copy_folder(self, old: int, name: str, goal: tuple[int, str], depth: int) -> None:
        if depth == 0:
            raise denied("folders nested too deep", "Those folders are nested too deep to copy.")
        self.budget.take_file(0)
        source = open_beneath(old, name, FOLDER_FLAGS)
        try:
            os.mkdir(goal[1], 0o700, dir_fd=goal[0])
            target = open_beneath(goal[0], goal[1], FOLDER_FLAGS)
            try:
                self._copy_entries(source, target, depth)
                status = os.fstat(source)
                os.fchmod(target, stat.S_IMODE(status.st_mode) & 0o777)
                os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
                os.fsync(target)
            finally:
                os.close(target)
        finally:
            os.close(source)

    def _copy_entries(self, source: int, target: int, depth: int) -> None:
        with os.scandir(source) as entries:
            for entry in entries:
                goal = (target, entry.name)
                if is_protected(entry.name):
                    self.budget.left_out += 1
                elif entry.is_dir(follow_symlinks=False):
                    self._copy_folder(source, entry.name, goal, depth - 1)
                elif entry.is_file(follow_symlinks=False):
                    self._copy_file(source, entry.name, goal)
                else:
                    self.budget.left_out += 1


def remove_tree(folder: int, name: str) -> None:
    """Remove a file or a folder with all that is in it; never through a link. Gone is fine.

    Raises:
        IntentFailed: Something could not be removed.
    """
    with told(name):
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return
        _remove(folder, name, is_folder=stat.S_ISDIR(status.st_mode))


def _remove(folder: int, name: str, *, is_folder: bool) -> None:
    if not is_folder:
        os.unlink(name, dir_fd=folder)
        return
    opened = open_beneath(folder, name, FOLDER_FLAGS)
    try:
        with os.scandir(opened) as entries:
            names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for child, child_is_folder in names:
            _remove(opened, child, is_folder=child_is_folder)
    finally:
        os.close(opened)
    os.rmdir(name, dir_fd=folder)
