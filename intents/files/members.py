"""What is in a foreign zip or tar archive, one thing after the other; none of it is believed.

Names that climb out, links and special things are refused; so are headers and lists of contents
that are larger than any honest archive's, before they are read into memory.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, cast

from voiced.plugin import IntentError

from .refusals import denied

__all__ = ["BROKEN", "MAX_DEPTH", "Member", "members_of"]

MAX_DEPTH = 32
_HEADER_BYTES = 1 << 20
_PER_ENTRY_BYTES = 1024
_TAIL_BYTES = 65_557
"""The end record of a zip archive and the longest comment behind it."""

BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError,
    NotImplementedError, RuntimeError, struct.error, MemoryError,
)  # fmt: skip
"""What the libraries raise for an archive that is damaged, locked, or of an unknown kind."""

Member = tuple[tuple[str, ...], "IO[bytes] | None"]
"""The parts of a member's name, and its content; None for a folder."""


def members_of(
    file: IO[bytes], name: str, most: int, count: Callable[[int], None]
) -> Iterator[Member]:
    """What is in an open archive.

    Args:
        file: The archive.
        name: What it is called, for its kind.
        most: So many things are expected at most.
        count: Told of every byte that is unpacked and passed over; may raise.

    Raises:
        IntentDenied: It holds what an archive should not.
    """
    return _zip(file, most) if name.lower().endswith(".zip") else _tar(file, count)


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a member's name; none of the archive's own folder.

    Raises:
        IntentDenied: It leads out of the archive's folder, or is too deep.
    """
    path = PurePosixPath(name)
    parts = path.parts
    is_bad = path.is_absolute() or ".." in parts or "\\" in name or "\0" in name or ":" in name[1:2]
    if is_bad or len(parts) > MAX_DEPTH:
        raise denied(
            "a name in the archive leads out of its folder",
            "That archive wants to write outside its own folder. I extracted nothing.",
        )
    return parts


def _zip(file: IO[bytes], most: int) -> Iterator[Member]:
    if _contents_bytes(file) > max(_HEADER_BYTES, most * _PER_ENTRY_BYTES):
        raise _exploding("the list of what is in the archive is far too long")
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if mode and not stat.S_ISDIR(mode) and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
                raise _link()
            if info.is_dir():
                yield _parts(info.filename), None
            else:
                with archive.open(info) as content:
                    yield _parts(info.filename), content


def _contents_bytes(file: IO[bytes]) -> int:
    """How long a zip archive's list of contents says that it is: it is read whole.

    Source: APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16.
    """
    size_bytes = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, size_bytes - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    found = 0
    at = tail.rfind(b"PK\5\6")
    if at >= 0:
        (found,) = struct.unpack_from("<I", tail, at + 12)
        if at >= 20 and tail[at - 20 : at - 16] == b"PK\6\7":  # noqa: PLR2004 - a locator
            (place,) = struct.unpack_from("<Q", tail, at - 12)
            file.seek(min(place, start + at))
            record = file.read(56)
            if record[:4] == b"PK\6\6":
                (found,) = struct.unpack_from("<Q", record, 40)
    file.seek(0)
    return int(found)


class _Metered:
    """A tar archive's bytes: a header may take only so many, and what is passed over is counted."""

    def __init__(self, inner: IO[bytes], count: Callable[[int], None]) -> None:
        self._inner = inner
        self._count = count
        self._left: int | None = _HEADER_BYTES

    @contextmanager
    def of_content(self) -> Iterator[None]:
        """While contents are read, which are counted as they are written."""
        self._left = None
        try:
            yield
        finally:
            self._left = _HEADER_BYTES

    def read(self, size: int = -1) -> bytes:
        """As a file's.

        Raises:
            IntentDenied: A header is far too long.
        """
        if self._left is not None:
            self._left -= size
            if size < 0 or self._left < 0:
                raise _exploding("a header in the archive is far too long")
        return self._inner.read(size)

    def seek(self, offset: int) -> int:
        """As a file's."""
        self._count(max(0, offset - self._inner.tell()))
        return self._inner.seek(offset)

    def tell(self) -> int:
        """As a file's."""
        return self._inner.tell()


def _tar(file: IO[bytes], count: Callable[[int], None]) -> Iterator[Member]:
    metered = _Metered(_unpacked(file), count)
    with tarfile.open(fileobj=cast("IO[bytes]", metered), mode="r:") as archive:
        while (info := archive.next()) is not None:
            with metered.of_content():
                yield _member(archive, info)
        metered.seek(archive.offset)  # where the next one would be
        if (end := metered.read(tarfile.BLOCKSIZE)).strip(b"\0") or len(end) % tarfile.BLOCKSIZE:
            raise tarfile.ReadError("it is cut off in the middle of a header")


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    start = file.read(6)
    file.seek(0)
    for magic, opener in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open)):
        if start.startswith(magic):
            return cast("IO[bytes]", opener(file, "rb"))
    return file


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    if info.isdir():
        return _parts(info.name), None
    content = archive.extractfile(info) if info.isreg() else None
    if content is None:
        raise _link()
    return _parts(info.name), content


def _exploding(message: str) -> IntentError:
    text = "That archive explodes: it holds far more than it should. I extracted nothing."
    return denied(message, text)


def _link() -> IntentError:
    return denied(
        "a link or a special thing in the archive",
        "There are links or special files in that archive. I extracted nothing.",
    )
