"""Which models can be downloaded, and which are installed. The download is in ``download.py``.

A model is a folder of files and ``installed.json``, which says the size and SHA-256 of each; it is
written last, so a folder without it is a download that was not finished. No format that can hold
code (pickle) is ever taken.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field

from voiced.config import Section
from voiced.config.checking import check_tree
from voiced.errors import ModelMissing

__all__ = [
    "INSTALLED",
    "FileRecord",
    "InstalledModel",
    "Model",
    "ModelKind",
    "RemoteFile",
    "check_name",
    "installed",
    "listed_models",
    "locate",
    "put_in_place",
    "read_installed",
    "read_record",
    "remove",
    "sha256_of",
    "verify",
]

ModelKind: TypeAlias = Literal["transcriber", "turn-end", "voice"]

INSTALLED = "installed.json"
"""The file that makes a folder an installed model."""

_BLOCK_BYTES = 1 << 20
_HOLD_CODE = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to download. An empty ``sha256`` is learnt at the first pull; size 0 is unknown."""

    name: str
    url: str
    sha256: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be downloaded; ``about_mb`` is its rough size, 0 if unknown."""

    name: str
    kind: ModelKind
    files: tuple[RemoteFile, ...]
    licence: str
    about_mb: int = 0

    def __post_init__(self) -> None:
        """Refuse names that leave the folder, and formats that can hold code.

        Raises:
            ValueError: Such a name.
        """
        for name in (self.name, *(file.name for file in self.files)):
            check_name(name)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """An installed file."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """An installed model and where it lies."""

    name: str
    folder: Path
    files: Mapping[str, FileRecord]
    licence: str

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(record.size_bytes for record in self.files.values())

    def write(self) -> None:
        """Write ``installed.json``: the model counts as installed from then on."""
        files = {name: asdict(record) for name, record in self.files.items()}
        text = json.dumps({"name": self.name, "licence": self.licence, "files": files}, indent=2)
        draft = self.folder / (INSTALLED + ".part")
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        put_in_place(draft, self.folder / INSTALLED)


def put_in_place(draft: Path, target: Path) -> None:
    """Rename a file once it is on the disk; it is whole under its name, or not there."""
    for path in (draft, draft.parent):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
            if path == draft:
                draft.replace(target)
        finally:
            os.close(descriptor)


class _Entry(Section):
    name: str
    kind: ModelKind = "transcriber"
    base_url: str
    files: tuple[str, ...]
    licence: str
    about_mb: int = Field(default=0, ge=0)
    sha256: dict[str, str] = Field(default_factory=dict)
    size_bytes: dict[str, int] = Field(default_factory=dict)

    def model(self) -> Model:
        base = self.base_url.rstrip("/") + "/"
        remote = tuple(
            RemoteFile(name, base + name, self.sha256.get(name, ""), self.size_bytes.get(name, 0))
            for name in self.files
        )
        return Model(self.name, self.kind, remote, self.licence, self.about_mb)


class _Manifest(Section):
    models: tuple[_Entry, ...] = ()


def check_name(name: str) -> None:
    """Refuse a name of a model or file that leaves its folder or may hold code.

    Raises:
        ValueError: Such a name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name) or name == INSTALLED:
        raise ValueError(f"{name!r} cannot be the name of a model or of its file")
    if name.endswith(_HOLD_CODE):
        raise ValueError(f"{name!r}: files of that kind can hold code, so they are not taken")


def listed_models() -> tuple[Model, ...]:
    """The models of ``models.toml``: all that can be downloaded but the voices."""
    source = package_files("voiced.models") / "models.toml"
    tree = tomllib.loads(source.read_text(encoding="utf-8"))
    manifest = check_tree(_Manifest, tree, (), str(source))
    return tuple(entry.model() for entry in manifest.models)


def installed(folder: Path) -> tuple[InstalledModel, ...]:
    """The models that are installed in ``folder``, by name."""
    return tuple(_installed(folder))


def _installed(folder: Path) -> Iterator[InstalledModel]:
    if folder.is_dir():
        for inner in sorted(folder.iterdir()):
            found = read_installed(inner)
            if found is not None:
                yield found


def read_installed(folder: Path) -> InstalledModel | None:
    """The model that lies in ``folder`` itself; None if it is not whole."""
    found = read_record(folder)
    is_whole = found is not None and all(
        _size(folder / name) == entry.size_bytes for name, entry in found.files.items()
    )
    return found if is_whole else None


def read_record(folder: Path) -> InstalledModel | None:
    """What ``installed.json`` in ``folder`` says, whole or not; None if there is none."""
    try:
        record: Any = json.loads((folder / INSTALLED).read_text(encoding="utf-8"))
        files = {
            name: FileRecord(int(entry["size_bytes"]), str(entry["sha256"]))
            for name, entry in record["files"].items()
        }
        return InstalledModel(str(record["name"]), folder, files, str(record["licence"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def locate(name: str, folder: Path) -> Path | None:
    """The folder of the installed model ``name``; None if it is not installed."""
    return folder / name if _is_name(name) and read_installed(folder / name) else None


def verify(name: str, folder: Path) -> tuple[str, ...]:
    """The names of the files of an installed model that are missing or were changed.

    Raises:
        ModelMissing: It was never installed whole.
    """
    found = read_record(folder / name) if _is_name(name) else None
    if found is None:
        raise _missing(name)
    return tuple(
        file
        for file, entry in found.files.items()
        if sha256_of(folder / name / file) != entry.sha256
    )


def remove(name: str, folder: Path) -> int:
    """Delete a model, also one that is not whole; the bytes that it held.

    Raises:
        ModelMissing: There is nothing of that name.
    """
    place = folder / name
    if not _is_name(name) or not place.is_dir() or place.is_symlink():
        raise _missing(name)
    held = sum(path.stat().st_size for path in place.iterdir() if path.is_file())
    (place / INSTALLED).unlink(missing_ok=True)
    shutil.rmtree(place)
    return held


def _missing(name: str) -> ModelMissing:
    return ModelMissing(
        f"the model {name[:40]!r} is not installed", stage="models", mend="voiced models list"
    )


def _is_name(name: str) -> bool:
    try:
        check_name(name)
    except ValueError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def sha256_of(path: Path) -> str:
    """The checksum of a file, in hex; empty if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()
