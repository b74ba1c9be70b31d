"""Names are given once: of plugins, of intents, of what can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voiced.errors import PluginError
from voiced.registry.values import Plugin

__all__ = ["refuse_duplicates"]


def refuse_duplicates(plugin: Plugin, taken: Iterable[Plugin]) -> None:
    """Refuse a plugin that gives a name that is taken, or one name twice.

    Raises:
        PluginError: It does.
    """
    seen: dict[str, str] = {}
    for other in taken:
        if other.name == plugin.name:
            reason = f"there is a plugin of that name already ({other.origin})"
            raise PluginError(_said(plugin, reason), plugin=plugin.name)
        seen |= dict.fromkeys(_owned(other), other.name)
    for name in _owned(plugin):
        if name in seen:
            reason = f"{name} is defined by {seen[name]} already"
            raise PluginError(_said(plugin, reason), plugin=plugin.name)
        seen[name] = plugin.name


def _said(plugin: Plugin, reason: str) -> str:
    place = f"{plugin.file}: " if plugin.file else ""
    return f"plugin {plugin.name}: {place}{reason}"


def _owned(plugin: Plugin) -> Iterator[str]:
    yield from (f"the intent {intent.name}" for intent in plugin.intents)
    yield from (f"the announcer {each.name}" for each in plugin.announcers)
    yield from (f"the undoing of {undoer.operation}" for undoer in plugin.undoers)
