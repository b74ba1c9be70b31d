"""Finds and loads plugins: entry points (group voiced.intents) and the user's own folder.

Built-in plugins run in this process, all others in processes of their own. Entry points of other
distributions are listed, and loaded only when the user enabled them, in the version that he
enabled. A plugin that cannot be loaded is skipped and named; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from voiced.config import Loaded, plugin_settings
from voiced.errors import PluginError
from voiced.plugin_host.source import Source
from voiced.registry.enabling import Enabled, disable, enable
from voiced.registry.finding import plugin_names, source_of_file
from voiced.registry.loading import (
    load_plugin_file,
    load_plugins,
    plugin_of,
    reload_plugins,
    signature,
)
from voiced.registry.values import LoadedPlugins, Plugin, PluginChoice, PluginOrigin

__all__ = [
    "Enabled",
    "LoadedPlugins",
    "Plugin",
    "PluginChoice",
    "PluginOrigin",
    "Source",
    "disable",
    "enable",
    "load_plugin_file",
    "load_plugins",
    "plugin_names",
    "plugin_of",
    "reload_plugins",
    "settings_of",
    "signature",
    "source_of_file",
]


def _raise(error: PluginError) -> None:
    raise error


def settings_of(
    loaded: Loaded,
    plugins: Iterable[Plugin],
    failed: Callable[[PluginError], None] = _raise,
) -> Mapping[type, object]:
    """Each ``Settings`` class of a plugin in this process to its instance.

    A plugin in a process of its own is given its section.

    Args:
        loaded: The configuration.
        plugins: Whose settings are wanted.
        failed: Told of a plugin that cannot be given its section; it raises if that is not said.

    Raises:
        ConfigError: A plugin's section has a mistake.
    """
    made: dict[type, object] = {}
    for plugin in plugins:
        if plugin.host is not None:
            try:
                plugin.host.configure(loaded.config.plugins.get(plugin.name, {}), loaded.file)
            except PluginError as error:
                failed(error)
        elif plugin.settings_model is not None:
            model = plugin.settings_model
            made[model] = plugin_settings(loaded.config, plugin.name, model, loaded.file)
    return made
