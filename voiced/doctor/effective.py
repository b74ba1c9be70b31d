"""The effective configuration: every key, its value, and where that came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from voiced.config import Loaded, Source, describe, plugin_settings
from voiced.config.reference import as_toml
from voiced.errors import ConfigError, PluginError
from voiced.registry import LoadedPlugins, Plugin

__all__ = ["EffectiveValue", "as_document", "effective"]


@dataclass(frozen=True, slots=True)
class EffectiveValue:
    """A key's value as it is written in voiced.toml; "not set" where TOML has no word for it."""

    section: str
    key: str
    value: str
    source: Source


def effective(loaded: Loaded, plugins: LoadedPlugins) -> tuple[EffectiveValue, ...]:
    """Every key of the core and of the loaded plugins; secrets are never among them."""
    models = {plugin.name: plugin.settings_model for plugin in plugins.plugins}
    known = {name: model for name, model in models.items() if model is not None}
    sections: dict[str, BaseModel | None] = {
        name: _plugin_section(loaded, name, model) for name, model in known.items()
    }
    hosted = [
        EffectiveValue(plugin.name, key, value, _source(loaded, f"{plugin.name}.{key}"))
        for plugin in plugins.plugins
        if plugin.host is not None
        for key, value in _hosted_values(loaded, plugin)
    ]
    return tuple(
        EffectiveValue(
            row.section,
            row.key,
            as_toml(_value(sections.get(row.section) or _core(loaded, row.section), row.key)),
            _source(loaded, f"{row.section}.{row.key}"),
        )
        for row in describe({name: model for name, model in known.items() if sections[name]})
    ) + tuple(hosted)


def _hosted_values(loaded: Loaded, plugin: Plugin) -> Sequence[tuple[str, str]]:
    """The keys and values of a plugin in a process of its own; none where they are wrong."""
    if plugin.host is None:
        return ()
    try:
        section = loaded.config.plugins.get(plugin.name, {})
        return plugin.host.configure(section, loaded.file).values
    except (ConfigError, PluginError):
        return ()


def _source(loaded: Loaded, key: str) -> Source:
    """Where a value came from; that of a table, where any of it did."""
    for name, source in loaded.sources.items():
        if source != "default" and f"{name}.".startswith(f"{key}."):
            return source
    return "default"


def _core(loaded: Loaded, section: str) -> BaseModel:
    found: BaseModel = getattr(loaded.config, section)
    return found


def _plugin_section(loaded: Loaded, name: str, model: type[BaseModel]) -> BaseModel | None:
    try:
        return plugin_settings(loaded.config, name, model, loaded.file)
    except ConfigError:
        return None


def _value(section: Any, key: str) -> Any:
    value: Any = section
    for part in key.split("."):
        value = getattr(value, part)
    return value.model_dump() if isinstance(value, BaseModel) else value


def as_document(values: tuple[EffectiveValue, ...]) -> Mapping[str, Mapping[str, str]]:
    """The values for ``--json``, by "section.key"."""
    return {
        f"{value.section}.{value.key}": {"value": value.value, "source": value.source}
        for value in values
    }
