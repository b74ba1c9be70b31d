"""A model from a folder or an archive at hand, for machines without a network. Nothing is fetched.

What is taken is what the model's list names, by name, wherever it lies in the archive; it is
checked and put in place as a download is: all of it, or nothing.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from voiced.errors import ModelMissing
from voiced.models.catalogue import (
    FileRecord,
    InstalledModel,
    Model,
    RemoteFile,
    put_in_place,
    sha256_of,
)
from voiced.models.download import OnProgress, Progress, free_bytes, only_one

__all__ = ["take"]

_BLOCK_BYTES = 1 << 20
_MARGIN_BYTES = 64 << 20
_MOST_BYTES = 16 << 30
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What a broken or strange archive raises; RuntimeError: a password, or a strange packing."""


def take(model: Model, source: Path, folder: Path, on_progress: OnProgress) -> InstalledModel:
    """Install a model from ``source``: a folder, a tar or zip archive, or its only file. Blocks.

    Raises:
        ModelMissing: A file is not in there, is another one than it should be, or there is no room.
    """
    place = folder / model.name
    try:
        with ExitStack() as stack:
            found = {file.name: stack.enter_context(_opened(file, source)) for file in model.files}
            place.mkdir(parents=True, exist_ok=True)
            stack.enter_context(only_one(place, model.name))
            parts = {file.name: place / f"{file.name}.part" for file in model.files}
            for part in parts.values():
                stack.callback(part.unlink, missing_ok=True)
            records = {
                file.name: _checked(file, found[file.name], parts[file.name], on_progress)
                for file in model.files
            }
            for name, part in parts.items():
                put_in_place(part, place / name)
            installed = InstalledModel(model.name, place, records, model.licence)
            installed.write()
            return installed
    except _BROKEN as error:
        raise _error(f"{source}: the archive cannot be read: {type(error).__name__}") from error
    except OSError as error:
        raise _error(f"{error.filename or place}: {error.strerror or error}") from error


@contextmanager
def _opened(file: RemoteFile, source: Path) -> Generator[IO[bytes]]:
    """The file's bytes, wherever it lies in the source."""
    with ExitStack() as stack:
        yield _found(file.name, source, stack)


def _found(name: str, source: Path, stack: ExitStack) -> IO[bytes]:
    found: IO[bytes] | None = None
    if source.is_dir():
        found = _in_file(source / name, name, stack)
    elif tarfile.is_tarfile(source):
        found = _in_tar(source, name, stack)
    elif zipfile.is_zipfile(source):
        found = _in_zip(source, name, stack)
    else:
        found = _in_file(source, name, stack)
    if found is None:
        raise _error(f"{source}: there is no {name} in there")
    return found


def _in_file(path: Path, name: str, stack: ExitStack) -> IO[bytes] | None:
    is_it = path.name == name and path.is_file()
    return stack.enter_context(path.open("rb")) if is_it else None


def _in_tar(source: Path, name: str, stack: ExitStack) -> IO[bytes] | None:
    archive = stack.enter_context(tarfile.open(source))  # noqa: SIM115 - the stack closes it
    for member in archive:
        if member.isfile() and PurePosixPath(member.name).name == name:
            stream = archive.extractfile(member)
            return None if stream is None else stack.enter_context(stream)
    return None


def _in_zip(source: Path, name: str, stack: ExitStack) -> IO[bytes] | None:
    archive = stack.enter_context(zipfile.ZipFile(source))
    for member in archive.infolist():
        if not member.is_dir() and PurePosixPath(member.filename).name == name:
            return stack.enter_context(archive.open(member))
    return None


def _checked(
    file: RemoteFile, stream: IO[bytes], part: Path, on_progress: OnProgress
) -> FileRecord:
    """Copy it beside its place, and check it."""
    most = file.size_bytes or _MOST_BYTES
    done = 0
    with part.open("wb") as draft:
        while block := stream.read(_BLOCK_BYTES):
            done += len(block)
            if done > most:
                raise _error(f"{file.name} is longer than {most} bytes")
            if free_bytes(part.parent) < _MARGIN_BYTES:
                raise _error(f"{part.parent}: the disk is nearly full", "free some space")
            draft.write(block)
            on_progress(Progress(file.name, done, file.size_bytes or None))
    found = sha256_of(part)
    if file.sha256 and found != file.sha256:
        raise _error(f"{file.name}: the checksum is {found}, not {file.sha256}")
    if file.size_bytes and done != file.size_bytes:
        raise _error(f"{file.name} is {done} bytes long, not {file.size_bytes}")
    return FileRecord(done, found)


def _error(message: str, mend: str = "") -> ModelMissing:
    what = (
        mend or "give the folder, or a tar or zip archive, with the files of `voiced models list`"
    )
    return ModelMissing(message, stage="models", mend=what)
