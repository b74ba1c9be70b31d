"""Loading voiced.toml and the environment. Every mistake is one ConfigError: file, key, reason.

Values of the file must have their key's type; text of the environment is written as in the file,
without the quotes, and converted when the type of its key is known.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel

from voiced.config.annotations import is_table, table_of
from voiced.config.checking import FromEnvironment, check_tree
from voiced.config.folders import config_file
from voiced.config.names import shown, unknown_section
from voiced.config.sections import Config, IntentSettings, Section
from voiced.config.together import check_together
from voiced.errors import ConfigError

__all__ = ["Loaded", "PluginNames", "Source", "load", "plugin_settings"]

Source: TypeAlias = Literal["default", "file", "environment"]
"""Where a value comes from."""

PluginNames: TypeAlias = Callable[[IntentSettings], Collection[str]]
"""Which plugins may have a section, given the section [intents]."""

M = TypeVar("M", bound=BaseModel)
Tree: TypeAlias = dict[str, dict[str, Any]]

_PREFIX = "VOICED_"
_LARGEST_FILE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, where each value came from ("turns.barge_in_ms"), and the file.

    ``path`` is None where there is no file. Keys of plugins are in ``sources`` only if set.
    """

    config: Config
    sources: Mapping[str, Source]
    path: Path | None

    @property
    def file(self) -> str:
        """The file as errors name it."""
        return str(self.path or config_file())


def load(path: Path | None, env: Mapping[str, str], known_plugins: PluginNames) -> Loaded:
    """Read the configuration file and the environment.

    Args:
        path: The file, which must exist; None takes the user's own, if there is one.
        env: The environment; it goes before the file.
        known_plugins: Says which sections belong to plugins; those are validated later, by
            ``plugin_settings``.

    Raises:
        ConfigError: A file that cannot be read, a syntax error, an unknown section or key, a
            value of the wrong type or out of range, a folder that is gone.
    """
    found = path or _own_file()
    tree = _read(found) if found else {}
    file = str(found or config_file())
    _check_tables(tree, file)
    _overlay(tree, env)
    core = {name for name in Config.model_fields if name != "plugins"}
    intents = check_tree(IntentSettings, tree.get("intents", {}), ("intents",), file)
    plugins = set(known_plugins(intents)) - core
    for name, table in tree.items():
        if name not in core | plugins:
            raise unknown_section(name, table, sorted(plugins), file)
    sections = {name: _section(name, tree, file) for name in sorted(core)}
    _check_folders(sections, tree, file)
    check_together(sections, tree, file)
    own = {name: tree[name] for name in sorted(plugins & tree.keys())}
    config = Config.model_validate({**sections, "plugins": own})
    return Loaded(config, _sources(tree), found)


def plugin_settings(config: Config, name: str, model: type[M], file: str) -> M:
    """The section of plugin ``name`` as an instance of its ``Settings`` model.

    Raises:
        ConfigError: As ``load``; ``file`` is ``Loaded.file``.
    """
    return check_tree(model, config.plugins.get(name, {}), (name,), file)


def _own_file() -> Path | None:
    """The user's own file; None if nothing has that name."""
    path = config_file()
    if not os.path.lexists(path):
        return None
    if path.exists() and not path.is_file():  # reading a pipe could wait for ever
        raise ConfigError(file=str(path), key="", reason="is not a file")
    return path


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST_FILE_BYTES + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        raise ConfigError(file=str(path), key="", reason=reason) from error
    if len(text) > _LARGEST_FILE_BYTES:
        raise ConfigError(file=str(path), key="", reason="larger than 1 MiB: not a configuration")
    try:
        return tomllib.loads(text.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise _syntax_error(path, error) from error


def _syntax_error(path: Path, error: Exception) -> ConfigError:
    place = re.search(r" \(at (.*)\)$", str(error))
    key = place[1] if place else ""
    reason = str(error).removesuffix(place[0]) if place else str(error)
    if isinstance(error, UnicodeDecodeError):
        reason = f"byte {error.start} is not UTF-8"
    if isinstance(error, RecursionError):
        reason = "nested too deep"
    return ConfigError(file=str(path), key=key, reason=f"not TOML: {reason}")


def _check_tables(tree: Mapping[str, Any], file: str) -> None:
    for name, table in tree.items():
        if not isinstance(table, dict):
            raise unknown_section(name, table, (), file)


def _overlay(tree: Tree, env: Mapping[str, str]) -> None:
    for variable in sorted(env):
        name, *path = variable.removeprefix(_PREFIX).lower().split("__")
        if not variable.startswith(_PREFIX) or not path:
            continue
        table: dict[str, Any] = tree.setdefault(name, {})
        for key in path[:-1]:
            if not isinstance(table.get(key), dict):
                table[key] = {}
            table = table[key]
        table[path[-1]] = FromEnvironment(env[variable], variable)


def _section(name: str, tree: Tree, file: str) -> BaseModel:
    model = table_of(Config.model_fields[name].annotation)
    return check_tree(model or Section, tree.get(name, {}), (name,), file)


def _check_folders(sections: Mapping[str, BaseModel], tree: Tree, file: str) -> None:
    for name, must_exist in (("intents", True), ("journal", False)):
        folder: Path | None = getattr(sections[name], "folder", None)
        if folder is None:
            continue
        needed = folder if must_exist else folder.parent
        if not _is_folder(folder) and (must_exist or not _is_folder(needed)):
            value = tree[name]["folder"]
            where = "environment" if isinstance(value, FromEnvironment) else file
            key = value.variable if isinstance(value, FromEnvironment) else f"{name}.folder"
            reason = f"there is no folder {shown(str(needed))}"
            raise ConfigError(file=where, key=key, reason=reason, mend="make it, or take it out")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_absolute() and path.is_dir()
    except (OSError, ValueError):
        return False


def _sources(tree: Tree) -> dict[str, Source]:
    sources: dict[str, Source] = dict.fromkeys(_leaves(Config().model_dump(), ""), "default")
    for key, value in _leaves(tree, "").items():
        sources[key] = "environment" if isinstance(value, FromEnvironment) else "file"
    return sources


def _leaves(tree: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if is_table(value):
            leaves |= _leaves(value, f"{prefix}{key}.")
        else:
            leaves[prefix + key] = value
    return leaves
