"""Which plugins are there: entry points, and the files of the user's folder. Imports none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from platformdirs import user_config_path

from voiced.errors import PluginError
from voiced.plugin_host.source import Source
from voiced.registry.fingerprint import sha256_of
from voiced.registry.values import PluginChoice, PluginOrigin

__all__ = [
    "Found",
    "folder_of",
    "from_file",
    "in_folder",
    "installed",
    "plugin_names",
    "refuse_foreign",
    "source_of_file",
]

_GROUP = "voiced.intents"
_OWN_DISTRIBUTION = "voiced"
_LARGEST_FILE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that is there: an entry point, or a file."""

    name: str
    origin: PluginOrigin
    point: EntryPoint | None = None
    file: Path | None = None


def plugin_names(choice: PluginChoice) -> frozenset[str]:
    """Names of all plugins that are there, loaded or not; imports none of them."""
    try:
        own = list(in_folder(choice))
    except PluginError:
        own = []
    return frozenset(found.name for found in [*installed(), *own])


def installed() -> Iterator[Found]:
    """The entry points, the built-in ones first."""
    points = entry_points(group=_GROUP)
    dists = {id(point.dist): point.dist for point in points}  # a name is a whole file to parse
    own = {key for key, dist in dists.items() if dist and dist.name == _OWN_DISTRIBUTION}

    def rank(point: EntryPoint) -> tuple[bool, str]:
        return id(point.dist) not in own, point.name

    for point in sorted(points, key=rank):
        yield Found(point.name, "built-in" if id(point.dist) in own else "entry point", point)


def folder_of(choice: PluginChoice) -> Path:
    """The folder of the user's own plugins; it need not exist."""
    return choice.folder or user_config_path("voiced") / "intents"


def in_folder(choice: PluginChoice) -> Sequence[Found]:
    """The plugin files of the user's folder.

    Raises:
        PluginError: Others may change the folder.
    """
    folder = folder_of(choice)
    if not folder.is_dir():
        return ()
    refuse_foreign(folder)
    paths = sorted(path for path in folder.glob("*.py") if _is_plugin_name(path.name))
    return [from_file(path) for path in paths]


def from_file(path: Path) -> Found:
    """A plugin file, wherever it lies."""
    return Found(path.stem, "folder", file=path)


def _is_plugin_name(name: str) -> bool:
    return not name.startswith(("_", ".", "test_")) and name != "conftest.py"


def refuse_foreign(path: Path) -> None:
    """Code that others may change is not run as the user.

    Raises:
        PluginError: They may.
    """
    status = path.stat()
    if status.st_uid not in (os.getuid(), 0) or status.st_mode & stat.S_IWOTH:
        raise PluginError(
            f"{path}: others may change it, so it is not loaded",
            plugin=path.stem,
            mend=f"chown {os.getuid()} {path} && chmod o-w {path}",
        )


def source_of_file(path: Path) -> Source:
    """A plugin file as it is now.

    Raises:
        PluginError: It cannot be read, is no text, is too large, or others may change it.
    """
    try:
        refuse_foreign(path)
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise PluginError(f"{path}: cannot be read: {error.strerror}", plugin=path.stem) from error
    if len(data) > _LARGEST_FILE_BYTES:
        reason = f"{path}: larger than {_LARGEST_FILE_BYTES >> 10} KiB: make it a package"
        raise PluginError(reason, plugin=path.stem)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PluginError(f"{path}: is not UTF-8", plugin=path.stem) from error
    return Source(path.stem, file=str(path), text=text, version=sha256_of([("", data)]))
