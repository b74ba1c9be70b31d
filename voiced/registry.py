"""Finds and loads plugins: entry points (group voiced.intents) and the user's own folder.

A plugin that cannot be loaded is skipped and named, with the line of the mistake; the others go
on. Entry points of other distributions are listed, and loaded only when the user enabled them.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from platformdirs import user_config_path

from voiced.errors import PluginError
from voiced.plugin import Intent, Undoer

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = [
    "LoadedPlugins",
    "Plugin",
    "PluginChoice",
    "PluginOrigin",
    "load_plugin_file",
    "load_plugins",
    "plugin_names",
]

PluginOrigin: TypeAlias = Literal["built-in", "entry point", "folder"]
"""Where a plugin comes from."""

_GROUP = "voiced.intents"
_OWN_DISTRIBUTION = "voiced"
_MODULE_PREFIX = "_voiced_plugin_"


class PluginChoice(Protocol):
    """The section [intents] as far as plugins are chosen by it."""

    @property
    def disabled(self) -> tuple[str, ...]: ...

    @property
    def enabled(self) -> tuple[str, ...]: ...

    @property
    def folder(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Plugin:
    """A loaded plugin. ``name`` is its section in voiced.toml."""

    name: str
    module: ModuleType
    intents: tuple[Intent, ...]
    undoers: tuple[Undoer, ...]
    settings_model: type[BaseModel] | None
    origin: PluginOrigin


@dataclass(frozen=True, slots=True)
class LoadedPlugins:
    """What was loaded, what could not be, and the names of those not enabled or disabled."""

    plugins: tuple[Plugin, ...]
    failures: tuple[PluginError, ...]
    not_loaded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A plugin that is there; ``load`` imports it, from ``file`` where that is known."""

    name: str
    origin: PluginOrigin
    load: Callable[[], ModuleType]
    file: str = ""


def plugin_names(choice: PluginChoice) -> frozenset[str]:
    """Names of all plugins that are there, loaded or not; imports none of them."""
    try:
        own = list(_in_folder(choice))
    except PluginError:
        own = []
    return frozenset(found.name for found in [*_installed(), *own])


def load_plugins(choice: PluginChoice) -> LoadedPlugins:
    """Load every plugin that is built in, enabled, or in the user's folder, but the disabled.

    Built-in ones come first. A plugin whose name, or the name of one of whose intents, is taken
    is a failure.
    """
    plugins: list[Plugin] = []
    failures: list[PluginError] = []
    found = list(_installed())
    try:
        found += _in_folder(choice)
    except PluginError as error:
        failures.append(error)
    skipped = [item.name for item in found if not _is_wanted(item, choice)]
    for item in found:
        if _is_wanted(item, choice):
            try:
                plugin = _load(item)
                _refuse_duplicates(plugin, plugins)
            except PluginError as error:
                failures.append(error)
            else:
                plugins.append(plugin)
    return LoadedPlugins(tuple(plugins), tuple(failures), tuple(skipped))


def load_plugin_file(path: Path) -> Plugin:
    """Load one plugin file, wherever it lies.

    Raises:
        PluginError: It cannot be read or loaded; the message names the line.
    """
    if not path.is_file():
        raise PluginError(f"there is no plugin file {path}", plugin=path.stem)
    return _load(_from_file(path))


def _is_wanted(found: _Found, choice: PluginChoice) -> bool:
    if found.name in choice.disabled:
        return False
    return found.origin != "entry point" or found.name in choice.enabled


def _installed() -> Iterator[_Found]:
    def rank(point: EntryPoint) -> tuple[bool, str]:
        return not _is_own(point), point.name

    for point in sorted(entry_points(group=_GROUP), key=rank):
        yield _Found(point.name, "built-in" if _is_own(point) else "entry point", point.load)


def _is_own(point: EntryPoint) -> bool:
    return point.dist is not None and point.dist.name == _OWN_DISTRIBUTION


def _in_folder(choice: PluginChoice) -> Iterable[_Found]:
    folder = choice.folder or user_config_path("voiced") / "intents"
    if not folder.is_dir():
        return ()
    _refuse_foreign(folder)
    paths = sorted(path for path in folder.glob("*.py") if _is_plugin_name(path.name))
    return [_from_file(path) for path in paths]


def _is_plugin_name(name: str) -> bool:
    return not name.startswith(("_", ".", "test_")) and name != "conftest.py"


def _from_file(path: Path) -> _Found:
    return _Found(path.stem, "folder", lambda: _import_file(path), str(path))


def _refuse_foreign(path: Path) -> None:
    """Code that others may change is not run as the user."""
    status = path.stat()
    if status.st_uid not in (os.getuid(), 0) or status.st_mode & stat.S_IWOTH:
        raise PluginError(
            f"{path}: others may change it, so it is not loaded",
            plugin=path.stem,
            mend=f"chown {os.getuid()} {path} && chmod o-w {path}",
        )


def _import_file(path: Path) -> ModuleType:
    _refuse_foreign(path)
    if not path.stem.isidentifier():
        raise PluginError(f"{path}: the name of a plugin file must be a Python name")
    name = _MODULE_PREFIX + path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _load(found: _Found) -> Plugin:
    try:
        module = found.load()
        return _plugin_of(found, module)
    except (Exception, SystemExit) as error:
        raise _load_error(found, error) from error


def _plugin_of(found: _Found, module: ModuleType) -> Plugin:
    members = list({id(member): member for member in vars(module).values()}.values())
    intents = tuple(member for member in members if isinstance(member, Intent))
    undoers = tuple(member for member in members if isinstance(member, Undoer))
    if not intents:
        raise PluginError(f"{_file_of(module)} has no intents", mend="make one with @intent")
    settings = getattr(module, "Settings", None)
    has_model = isinstance(settings, type) and hasattr(settings, "model_validate")
    return Plugin(
        found.name, module, intents, undoers, settings if has_model else None, found.origin
    )


def _file_of(module: ModuleType) -> str:
    return module.__file__ or module.__name__


def _refuse_duplicates(plugin: Plugin, taken: Iterable[Plugin]) -> None:
    seen: dict[str, str] = {}
    for other in taken:
        if other.name == plugin.name:
            reason = f"there is a plugin of that name already ({other.origin})"
            raise PluginError(f"{_file_of(plugin.module)}: {reason}", plugin=plugin.name)
        seen |= dict.fromkeys(_owned(other), other.name)
    for name in _owned(plugin):
        if name in seen:
            reason = f"{name} is defined by {seen[name]} already"
            raise PluginError(f"{_file_of(plugin.module)}: {reason}", plugin=plugin.name)
        seen[name] = plugin.name


def _owned(plugin: Plugin) -> Iterator[str]:
    yield from (f"the intent {intent.name}" for intent in plugin.intents)
    yield from (f"the undoing of {undoer.operation}" for undoer in plugin.undoers)


def _load_error(found: _Found, error: BaseException) -> PluginError:
    place = _place_of(error, found.file)
    mend = ""
    if isinstance(error, PluginError):
        reason, mend = error.message, error.mend
    elif isinstance(error, SyntaxError):
        reason = error.msg
    else:
        reason = f"{type(error).__name__}: {error}"
    one_line = " ".join(reason.split())
    message = f"{place}: {one_line}" if place and not one_line.startswith(place) else one_line
    return PluginError(f"plugin {found.name}: {message}", plugin=found.name, mend=mend)


def _place_of(error: BaseException, plugin_file: str) -> str:
    """File and line of the mistake: where the syntax is wrong, or the plugin's last frame.

    Where the plugin's file is not known, the last module that was being imported stands for it.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        is_import = code.co_name == "<module>" and not code.co_filename.startswith("<")
        if code.co_filename == plugin_file or (is_import and not plugin_file):
            place = f"{code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
