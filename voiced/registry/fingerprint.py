"""What a distribution is at this moment: its version and one hash over all its files."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path

from voiced.errors import PluginError
from voiced.plugin_host.source import Source

__all__ = ["Fingerprint", "file_of_module", "fingerprint", "sha256_of", "source_of_point"]

_OF_THE_INSTALLER = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_BYTECODE = "__pycache__"
_MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A distribution in one version. ``sha256`` changes with any of its files."""

    distribution: str
    version: str
    sha256: str


def sha256_of(files: Iterable[tuple[str, bytes]]) -> str:
    """One hash over named pieces of data, in their order."""
    whole = hashlib.sha256()
    for name, data in files:
        whole.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())
        whole.update(hashlib.sha256(data).digest())
    return whole.hexdigest()


def fingerprint(point: EntryPoint) -> Fingerprint:
    """The fingerprint of the distribution that an entry point belongs to.

    The files are those that its installer recorded, and those of the package that the entry point
    names, so that a package which is worked on in place is covered too. Bytecode is left out: a
    plugin's process does not use what lies beside the code.

    Raises:
        PluginError: Its files cannot be read, or are not known.
    """
    if point.dist is None:
        raise PluginError(f"plugin {point.name}: nobody knows its distribution", plugin=point.name)
    try:
        paths = {*_recorded(point.dist), *_of_module(point.module)}
        if not paths or len(paths) > _MAX_FILES:
            reason = f"plugin {point.name}: its files are not known"
            raise PluginError(reason, plugin=point.name)
        pieces = ((str(path), path.read_bytes()) for path in sorted(paths))
        return Fingerprint(point.dist.name, point.dist.version, sha256_of(pieces))
    except OSError as error:
        reason = f"plugin {point.name}: a file of it cannot be read: {error.strerror}"
        raise PluginError(reason, plugin=point.name) from error


def _recorded(distribution: Distribution) -> Iterator[Path]:
    for file in distribution.files or ():
        is_own = file.name not in _OF_THE_INSTALLER and _BYTECODE not in file.parts
        path = Path(str(distribution.locate_file(file))).resolve()
        if is_own and path.is_file():
            yield path


def _of_module(module: str) -> Iterator[Path]:
    top = module.partition(".")[0]
    spec = importlib.util.find_spec(top)  # of a top module it imports nothing
    if spec is None:
        return
    if spec.submodule_search_locations:
        for folder in spec.submodule_search_locations:
            for path in Path(folder).rglob("*"):
                if path.is_file() and _BYTECODE not in path.parts:
                    yield path.resolve()
    elif spec.origin and Path(spec.origin).is_file():
        yield Path(spec.origin).resolve()


def file_of_module(module: str, paths: Sequence[str] = ()) -> Path | None:
    """Where a module lies that can be imported, from ``paths`` if given; it is not imported."""
    top, *rest = module.split(".")
    spec = PathFinder.find_spec(top, paths) if paths else importlib.util.find_spec(top)
    if spec is None or not spec.origin:
        return None
    origin = Path(spec.origin)
    if not rest:
        return origin
    inner = origin.parent.joinpath(*rest)
    return inner / "__init__.py" if inner.is_dir() else inner.with_suffix(".py")


def source_of_point(point: EntryPoint, version: str) -> Source:
    """The code that an entry point names.

    Raises:
        PluginError: It names something in a module.
    """
    if point.attr:
        reason = f"plugin {point.name}: its entry point must name a module, not {point.value}"
        raise PluginError(reason, plugin=point.name)
    return Source(point.name, module=point.module, version=version)
