"""Commands that plugins bring: entry points of the group voiced.commands, each a Typer app.

One of another distribution is known only while a plugin of the same distribution is enabled, and
its files are still those that were enabled: its code runs as part of the command line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from voiced.errors import PluginError

if TYPE_CHECKING:
    from voiced.registry.record import Pin

__all__ = ["command_names", "load_command"]

_GROUP = "voiced.commands"
_OWN_DISTRIBUTION = "voiced"


def command_names() -> tuple[str, ...]:
    """The names of the commands that may be used; runs none of their code."""
    return tuple(sorted({point.name for point in _allowed()}))


def load_command(name: str) -> object | None:
    """What the entry point of this name holds; None where there is none that may be used.

    Raises:
        PluginError: It cannot be loaded, or has changed since its plugin was enabled.
    """
    point = next((each for each in _allowed() if each.name == name), None)
    if point is None:
        return None
    if not _is_own(point):
        _check(point)
        sys.pycache_prefix = str(user_cache_path("voiced") / "bytecode")  # as for plugins
    try:
        loaded: object = point.load()
    except (Exception, SystemExit) as error:
        reason = f"the command {name} cannot be loaded: {type(error).__name__}: {error}"
        raise PluginError(reason, plugin=name) from error
    return loaded


def _allowed() -> Iterator[EntryPoint]:
    """Our own first, so that nobody takes their names."""
    points = list(entry_points(group=_GROUP))
    yield from (point for point in points if _is_own(point))
    others = [point for point in points if not _is_own(point)]
    if others:
        from voiced.registry import record as plugin_record

        try:
            pins = plugin_record.read().pins.values()
        except PluginError:
            return
        enabled = {pin.distribution for pin in pins}
        for point in others:
            if point.dist is not None and point.dist.name in enabled:
                yield point


def _is_own(point: EntryPoint) -> bool:
    return point.dist is not None and point.dist.name == _OWN_DISTRIBUTION


def _check(point: EntryPoint) -> None:
    """Refuse code that is not as it was when the plugin beside it was enabled.

    Raises:
        PluginError: It has changed, or lies where the plugin's fingerprint does not reach.
    """
    from voiced.registry.pins import check_pin

    for plugin, pin in _enabled_beside(point):
        if plugin.module.partition(".")[0] == point.module.partition(".")[0]:
            check_pin(plugin, pin)
            return
    reason = f"the command {point.name} lies outside of the plugin that was enabled"
    raise PluginError(reason, plugin=point.name, mend="put it into the plugin's own package")


def _enabled_beside(point: EntryPoint) -> Iterator[tuple[EntryPoint, Pin]]:
    """The enabled plugins of a command's own distribution."""
    from voiced.registry import record as plugin_record
    from voiced.registry.finding import installed

    pins = plugin_record.read().pins
    for found in installed():
        plugin = found.point
        if plugin is None or plugin.dist is None or point.dist is None or plugin.name not in pins:
            continue
        if plugin.dist.name == point.dist.name:
            yield plugin, pins[plugin.name]
