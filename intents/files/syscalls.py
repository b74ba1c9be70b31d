"""openat2, renameat2 and statx, which Python does not wrap. Nothing here knows about intents.

Source: openat2(2), renameat2(2), statx(2) and ``linux/openat2.h``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from contextlib import suppress

__all__ = ["born_ns", "open_beneath", "rename_noreplace", "settle"]

# openat2 is younger than the unified numbering: it is 437 everywhere.
_OPENAT2 = 437
_RENAMEAT2 = {"x86_64": 316, "aarch64": 276}

_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_RENAME_NOREPLACE = 1
_ATTEMPTS = 32
_AT_SYMLINK_NOFOLLOW = 0x100
_AT_STATX_DONT_SYNC = 0x4000
_AT_EMPTY_PATH = 0x1000
_STATX_BTIME = 0x800

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def open_beneath(folder: int, path: str, flags: int) -> int:
    """Open ``path`` below the folder descriptor; links and ``..`` out of it are never followed.

    Returns:
        A new file descriptor that the caller closes; it is not inherited by programs.

    Raises:
        OSError: ENOSYS without openat2 (Linux before 5.6), ELOOP at a link, EXDEV for a path that
            leaves the folder, and all that open(2) raises.
    """
    how = _OpenHow(
        flags | os.O_CLOEXEC,
        0,
        _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS,
    )
    name = os.fsencode(path)
    if b"\0" in name:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    # EAGAIN: something was renamed or mounted while the kernel walked, so it could not be sure.
    for _ in range(_ATTEMPTS):
        opened = _libc.syscall(
            ctypes.c_long(_OPENAT2),
            ctypes.c_int(folder),
            ctypes.c_char_p(name),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        if opened >= 0:
            return int(opened)
        number = ctypes.get_errno()
        if number not in (errno.EAGAIN, errno.EINTR):
            break
    raise OSError(number, os.strerror(number))


class _Statx(ctypes.Structure):
    _fields_ = (
        ("mask", ctypes.c_uint32),
        ("before", ctypes.c_uint8 * 76),
        ("born_s", ctypes.c_int64),
        ("born_ns", ctypes.c_uint32),
        ("after", ctypes.c_uint8 * 164),
    )


def born_ns(folder: int, name: str) -> int | None:
    """When a name in a folder was created, in nanoseconds; None where the disk does not know.

    An empty name means what the descriptor itself is of.
    """
    found = _Statx()
    failed = _libc.statx(
        ctypes.c_int(folder),
        ctypes.c_char_p(os.fsencode(name)),
        ctypes.c_int(_AT_SYMLINK_NOFOLLOW | _AT_STATX_DONT_SYNC | _AT_EMPTY_PATH),
        ctypes.c_uint(_STATX_BTIME),
        ctypes.byref(found),
    )
    if failed or not found.mask & _STATX_BTIME:
        return None
    return int(found.born_s) * 1_000_000_000 + int(found.born_ns)


def rename_noreplace(old_folder: int, old: str, new_folder: int, new: str) -> None:
    """Rename ``old`` in one folder to ``new`` in another, atomically and never over anything.

    Both names are single names, relative to folder descriptors.

    Raises:
        OSError: EEXIST where ``new`` exists, ENOSYS or EINVAL where the kernel or the file system
            cannot promise it, EXDEV between file systems, and all that rename(2) raises.
    """
    number = _RENAMEAT2.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    failed = _libc.syscall(
        ctypes.c_long(number),
        ctypes.c_int(old_folder),
        ctypes.c_char_p(os.fsencode(old)),
        ctypes.c_int(new_folder),
        ctypes.c_char_p(os.fsencode(new)),
        ctypes.c_uint(_RENAME_NOREPLACE),
    )
    if failed:
        reason = ctypes.get_errno()
        raise OSError(reason, os.strerror(reason))


def settle(*folders: int) -> None:
    """Bring a finished rename to the disk, as far as it goes.

    The change is made and can be seen: that it might not outlive a power cut is no reason to say
    that it failed.
    """
    for folder in folders:
        with suppress(OSError):
            os.fsync(folder)
