"""Downloads a model: HTTPS only, resumed, checked, and in place only when it is whole.

Each file is written as ``NAME.part`` (``NAME.part.json`` says what it is the beginning of), synced,
checked against its SHA-256, and renamed. ``installed.json`` comes last.
"""

from __future__ import annotations

import fcntl
import ipaddress
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from voiced.errors import ModelMissing
from voiced.models.catalogue import (
    FileRecord,
    InstalledModel,
    Model,
    RemoteFile,
    put_in_place,
    read_record,
    sha256_of,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    import httpx

__all__ = ["OnProgress", "Progress", "Unserved", "free_bytes", "mirrored", "only_one", "pull"]


class Unserved(ModelMissing):
    """A server did not give a file as it should be; another one may."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file is; ``total_bytes`` is None where the server does not say."""

    file: str
    done_bytes: int
    total_bytes: int | None


_log = logging.getLogger(__name__)

OnProgress: TypeAlias = Callable[[Progress], None]

_BLOCK_BYTES = 1 << 16
_MARGIN_BYTES = 64 << 20
_MAX_REDIRECTS = 5
_CONNECT_S, _READ_S = 10.0, 30.0
_OK, _PARTIAL, _RANGE_NOT_SATISFIABLE = 200, 206, 416


@dataclass(frozen=True)
class _Job:
    """One file on its way; ``sha256`` is what it must have, empty if that is not known."""

    client: httpx.Client
    model: str
    file: RemoteFile
    place: Path
    sha256: str
    on_progress: OnProgress
    free_bytes: Callable[[Path], int]

    @property
    def target(self) -> Path:
        return self.place / self.file.name

    @property
    def part(self) -> Path:
        return self.place / f"{self.file.name}.part"

    @property
    def beginning_of(self) -> Path:
        return self.place / f"{self.file.name}.part.json"

    def discard(self) -> None:
        self.part.unlink(missing_ok=True)
        self.beginning_of.unlink(missing_ok=True)

    def error(self, reason: str, *, retryable: bool = False) -> ModelMissing:
        mend = f"voiced models pull {self.model} goes on where it stopped" if retryable else ""
        return Unserved(
            f"{self.file.url}: {reason}", stage="models", retryable=retryable, mend=mend
        )


def free_bytes(folder: Path) -> int:
    """What is free on the disk of ``folder``."""
    return shutil.disk_usage(folder).free


def pull(
    model: Model,
    folder: Path,
    on_progress: OnProgress,
    *,
    mirrors: Sequence[str] = (),
    free_bytes: Callable[[Path], int] = free_bytes,
) -> InstalledModel:
    """Download what is missing of a model. Blocks; a pull that was cut off goes on.

    Args:
        model: What to download.
        folder: The folder of all models.
        on_progress: Called after every piece.
        mirrors: Servers that are asked in turn where the model's own one fails.
        free_bytes: How much room a folder has.

    Raises:
        ModelMissing: The server or the network failed (``retryable`` says whether another pull
            goes on), a checksum is wrong, the disk is full, or another pull is under way.
    """
    import httpx  # noqa: PLC0415 - takes long, and only a pull needs it

    place = folder / model.name
    is_local = _is_loopback(model.files[0].url)
    timeout = httpx.Timeout(_READ_S, connect=_CONNECT_S)
    try:
        place.mkdir(parents=True, exist_ok=True)
        with (
            only_one(place, model.name),
            httpx.Client(timeout=timeout, trust_env=not is_local) as client,
        ):
            before = read_record(place)
            known = {name: file.sha256 for name, file in before.files.items()} if before else {}
            jobs = [
                _Job(
                    client=client,
                    model=model.name,
                    file=file,
                    place=place,
                    sha256=file.sha256 or known.get(file.name, ""),
                    on_progress=on_progress,
                    free_bytes=free_bytes,
                )
                for file in model.files
            ]
            records = {job.file.name: _bring(job, mirrors) for job in jobs}
            found = InstalledModel(model.name, place, records, model.licence)
            found.write()
            return found
    except OSError as error:
        message = f"{place}: {error.strerror or error}"
        raise ModelMissing(message, stage="models", mend="free some space, pull again") from error


@contextmanager
def only_one(place: Path, name: str) -> Generator[None]:
    """Hold the folder of a model: nobody else may write there.

    Raises:
        ModelMissing: Somebody does.
    """
    descriptor = os.open(place / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, name)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, name: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ModelMissing(f"another pull of {name} is under way", stage="models") from error


def mirrored(url: str, mirror: str) -> str:
    """Where a mirror has what a server has at ``url``: under the same path."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return mirror.rstrip("/") + parts.path + query


def _bring(job: _Job, mirrors: Sequence[str]) -> FileRecord:
    """The file in place, downloaded if need be; the first server that has it gives it."""
    found = sha256_of(job.target)
    if not found or (job.sha256 and found != job.sha256):
        others = [
            replace(job, file=replace(job.file, url=mirrored(job.file.url, mirror)))
            for mirror in mirrors
        ]
        found = _download_from_any((job, *others))
    return FileRecord(job.target.stat().st_size, found)


def _download_from_any(jobs: Sequence[_Job]) -> str:
    for job in jobs[:-1]:
        try:
            return _download(job)
        except Unserved as error:
            _log.warning("%s; the next server is asked", error.message)
    return _download(jobs[-1])


def _download(job: _Job) -> str:
    import httpx  # noqa: PLC0415

    try:
        # A server that does not take our beginning any more is asked for the whole, once.
        if not _attempt(job):
            job.discard()
            if not _attempt(job):
                raise job.error("the server contradicts itself")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise job.error(reason, retryable=True) from error
    return _finish(job)


def _attempt(job: _Job) -> bool:
    """Receive the file, or the rest of it; False if the beginning at hand does not fit."""
    offset, headers = _where_to_resume(job)
    with _answer(job, headers) as response:
        status = response.status_code
        if status == _RANGE_NOT_SATISFIABLE and offset:
            return False
        if status not in (_OK, _PARTIAL):
            raise job.error(f"the server says {status} {response.reason_phrase}".rstrip())
        start, total = _extent(response)
        if status == _PARTIAL and start != offset:
            return False
        _check_room(job, start, total)
        _remember(job, response)
        _receive(job, response, start, total)
    return True


def _where_to_resume(job: _Job) -> tuple[int, dict[str, str]]:
    """How many bytes are here already, and the headers that ask for the rest."""
    headers = {"Accept-Encoding": "identity"}
    try:
        offset = job.part.stat().st_size
        beginning: Any = json.loads(job.beginning_of.read_text(encoding="utf-8"))
        url, validator = str(beginning["url"]), str(beginning["validator"])
    except (OSError, ValueError, LookupError, TypeError):
        return 0, headers
    if not offset or url != job.file.url or not (validator or job.sha256):
        return 0, headers
    headers["Range"] = f"bytes={offset}-"
    if validator:
        headers["If-Range"] = validator
    return offset, headers


@contextmanager
def _answer(job: _Job, headers: dict[str, str]) -> Generator[httpx.Response]:
    url, may_be_plain = job.file.url, _is_loopback(job.file.url)
    for _ in range(_MAX_REDIRECTS):
        if urlsplit(url).scheme != "https" and not (may_be_plain and _is_loopback(url)):
            raise job.error(f"{urlsplit(url).hostname}: only https is taken")
        response = job.client.send(
            job.client.build_request("GET", url, headers=headers), stream=True
        )
        try:
            if response.next_request is None:
                yield response
                return
            url = str(response.next_request.url)
        finally:
            response.close()
    raise job.error("too many redirects")


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    try:
        is_local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_local = parts.hostname == "localhost"
    return parts.scheme == "http" and is_local


def _extent(response: httpx.Response) -> tuple[int, int | None]:
    """Where the answer begins in the file, and how long the file is."""
    if response.status_code == _PARTIAL:
        found = re.fullmatch(
            r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""), re.ASCII
        )
        if not found:
            return -1, None
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _check_room(job: _Job, start: int, total: int | None) -> None:
    size = total or job.file.size_bytes
    if job.file.size_bytes and size != job.file.size_bytes:
        job.discard()
        raise job.error(f"is {size} bytes long, not {job.file.size_bytes} as it should be")
    needed, free = size - start + _MARGIN_BYTES, job.free_bytes(job.place)
    if free < needed:
        message = f"{job.place}: {needed >> 20} MiB are needed and {free >> 20} MiB are free"
        raise ModelMissing(message, stage="models", mend="free some space and pull again")


def _remember(job: _Job, response: httpx.Response) -> None:
    etag = response.headers.get("ETag", "")
    validator = etag if etag.startswith('"') else response.headers.get("Last-Modified", "")
    beginning = {"url": job.file.url, "validator": validator}
    job.beginning_of.write_text(json.dumps(beginning), encoding="utf-8")


def _receive(job: _Job, response: httpx.Response, start: int, total: int | None) -> None:
    done = start
    with job.part.open("r+b" if start else "wb") as stream:
        stream.seek(start)
        stream.truncate()
        for block in response.iter_raw(_BLOCK_BYTES):
            stream.write(block)
            done += len(block)
            if job.file.size_bytes and done > job.file.size_bytes:
                break
            job.on_progress(Progress(job.file.name, done, total))


def _finish(job: _Job) -> str:
    found = sha256_of(job.part)
    size = job.part.stat().st_size
    if job.sha256 and found != job.sha256:
        job.discard()
        raise job.error(f"the checksum is {found}, not {job.sha256}: the file was thrown away")
    if job.file.size_bytes and size != job.file.size_bytes:
        job.discard()
        raise job.error(f"is {size} bytes long, not {job.file.size_bytes}: it was thrown away")
    put_in_place(job.part, job.target)
    job.beginning_of.unlink(missing_ok=True)
    return found
