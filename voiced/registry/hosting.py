"""Plugins in processes of their own. Imported only where there is one: it takes time."""

from __future__ import annotations

from collections.abc import Callable

from voiced.errors import PluginError
from voiced.plugin_host.host import Host
from voiced.plugin_host.remote import hosted_announcers, hosted_intents, hosted_undoers
from voiced.plugin_host.request import Limits
from voiced.plugin_host.source import Source
from voiced.registry.fingerprint import file_of_module
from voiced.registry.values import Plugin, PluginChoice, PluginOrigin

__all__ = ["hosted_plugin", "open_plugin", "start"]


def start(
    source: Source,
    choice: PluginChoice,
    failed: Callable[[str], bool],
    verify: Callable[[], None] | None,
) -> Host:
    """Begin to load a plugin; processes start side by side.

    Args:
        source: Its code.
        choice: Says how much memory it may take.
        failed: As ``Host`` has it.
        verify: As ``Host`` has it; None where nothing is to be looked at.

    Raises:
        PluginError: Its code may not be run.
    """
    host = Host(source, _limits(choice), failed, verify or (lambda: None))
    host.start()
    return host


def _limits(choice: PluginChoice) -> Limits:
    return Limits(address_space_bytes=choice.plugin_memory_mb << 20)


def hosted_plugin(host: Host, origin: PluginOrigin) -> Plugin:
    """The plugin of a host, when it is loaded.

    Raises:
        PluginError: It cannot be loaded, or defines what it must not.
    """
    source = host.source
    file = source.file or str(file_of_module(source.module, source.paths) or "")
    found = host.definitions()
    try:
        intents = hosted_intents(host, found)
    except PluginError as error:
        message = f"plugin {host.name}: {file}: {error.message}"
        raise PluginError(message, plugin=host.name, mend=error.mend) from error
    undoers = hosted_undoers(host, found.operations)
    announcers = hosted_announcers(host, found)
    return Plugin(host.name, intents, undoers, origin, file, host=host, announcers=announcers)


def open_plugin(source: Source, choice: PluginChoice) -> Plugin:
    """Load a plugin into a process of its own, to look at it; its failures are not counted.

    Raises:
        PluginError: It cannot be loaded.
    """
    host = Host(source, _limits(choice))
    try:
        return hosted_plugin(host, "folder" if source.file else "entry point")
    except PluginError:
        host.close()
        raise
