"""Makes the browsers find the host, and lays the extension ready; takes both away again.

What is written: a manifest in each browser's own folder of native hosts, and in the user's folder
of voiced the program that the manifest names, the extension as a folder (for Chromium and its
relatives) and as one file (for Firefox).
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from voiced.plugin import IntentFailed
from voiced_intents.browser_host.caller import CHROMIUM_ORIGIN, FIREFOX_ID, HOST_NAME

from .places import Family, Place, places

__all__ = ["Kit", "extension_version", "fault_of", "install", "manifest_of", "remove"]

_SOURCE = Path(__file__).parent / "extension"
_OTHERS: dict[Family, tuple[str, ...]] = {
    "firefox": ("key", "minimum_chrome_version", "background.service_worker"),
    "chromium": ("browser_specific_settings", "background.scripts"),
}
_THEN = "then: voiced browser install"


@dataclass(frozen=True, slots=True)
class Kit:
    """What lies in the user's folder: the program, the extension for either family."""

    folder: Path

    @classmethod
    def of_user(cls) -> Kit:
        """This user's; it need not exist."""
        return cls(user_data_path("voiced") / "browser")

    @property
    def program(self) -> Path:
        return self.folder / "voiced-browser-host"

    @property
    def extension(self) -> Path:
        return self.folder / "extension"

    @property
    def package(self) -> Path:
        return self.folder / "voiced.xpi"


def extension_version(folder: Path = _SOURCE) -> str:
    """The version of the extension in a folder."""
    return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"])


def manifest_of(place: Place) -> Path:
    """Where the browser looks for the manifest of our host."""
    return place.manifests / f"{HOST_NAME}.json"


def install(kit: Kit, wanted: Sequence[Place] | None = None) -> Sequence[Place]:
    """Lay everything ready; the browsers that will find it. What was there of ours is replaced.

    Args:
        kit: Where the program and the extension go.
        wanted: These browsers; those that are here unless it is said.

    Raises:
        IntentFailed: Something cannot be written.
    """
    chosen = [place for place in places() if place.is_here] if wanted is None else wanted
    try:
        _lay_ready(kit)
        for place in chosen:
            place.manifests.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(manifest_of(place), json.dumps(_manifest(place, kit), indent=2) + "\n", 0o600)
    except OSError as error:
        reason = f"{error.filename}: cannot be written: {error.strerror}"
        raise IntentFailed(reason, mend=f"mend the folder, {_THEN}") from error
    return chosen


def remove(kit: Kit) -> Sequence[Path]:
    """Take away all that was written; what it was.

    Raises:
        IntentFailed: Something cannot be taken away.
    """
    gone: list[Path] = []
    try:
        for place in places():
            manifest = manifest_of(place)
            if manifest.is_file():
                manifest.unlink()
                gone.append(manifest)
        if kit.folder.is_dir():
            shutil.rmtree(kit.folder)
            gone.append(kit.folder)
    except OSError as error:
        raise IntentFailed(f"{error.filename}: cannot be removed: {error.strerror}") from error
    return gone


def fault_of(place: Place, kit: Kit) -> str:
    """Why a browser would not start our host; empty where it would."""
    path = manifest_of(place)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "not installed"
    except (OSError, ValueError):
        return f"{path} cannot be read"
    if found != _manifest(place, kit):
        return f"{path} is not the one that voiced writes now"
    if not os.access(kit.program, os.X_OK):
        return f"{kit.program} is not there"
    if kit.program.read_text(encoding="utf-8") != _program():
        return "it starts another Python than this one"
    return ""


def _lay_ready(kit: Kit) -> None:
    kit.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(kit.program, _program(), 0o700)
    fresh = kit.folder / f".extension.{os.getpid()}"
    with suppress(FileNotFoundError):
        shutil.rmtree(fresh)
    for name, data in _files("chromium"):
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    with suppress(FileNotFoundError):
        shutil.rmtree(kit.extension)
    fresh.replace(kit.extension)
    package = kit.package.with_suffix(".new")
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files("firefox"):
            archive.writestr(name, data)
    package.replace(kit.package)


def _files(family: Family) -> Iterator[tuple[str, bytes]]:
    """The extension for a family: in its manifest is nothing that only the other understands."""
    for path in sorted(_SOURCE.rglob("*")):
        if path.is_file():
            name, data = path.relative_to(_SOURCE).as_posix(), path.read_bytes()
            yield name, _own_manifest(data, family) if name == "manifest.json" else data


def _own_manifest(data: bytes, family: Family) -> bytes:
    manifest = json.loads(data)
    for key in _OTHERS[family]:
        *outer, last = key.split(".")
        holder = manifest[outer[0]] if outer else manifest
        del holder[last]
    return json.dumps(manifest, indent=2).encode()


def _program() -> str:
    """The host as a program: this Python, with nothing of the caller's environment in it."""
    command = shlex.join([sys.executable, "-I", "-m", "voiced_intents.browser_host"])
    return f'#!/bin/sh\n# Written by: voiced browser install\nexec {command} "$@"\n'


def _manifest(place: Place, kit: Kit) -> dict[str, Any]:
    caller = (
        {"allowed_extensions": [FIREFOX_ID]}
        if place.family == "firefox"
        else {"allowed_origins": [CHROMIUM_ORIGIN]}
    )
    return {
        "name": HOST_NAME,
        "description": "voiced, the voice assistant on this machine",
        "path": str(kit.program),
        "type": "stdio",
        **caller,
    }


def _write(path: Path, text: str, mode: int) -> None:
    """Write a file in whole, or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(fresh, flags, mode), "w", encoding="utf-8") as stream:
        stream.write(text)
    fresh.chmod(mode)
    fresh.replace(path)
