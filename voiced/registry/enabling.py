"""Enabling and disabling plugins: what the user decides stays until he decides anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from voiced.errors import PluginError
from voiced.plugin import Effect, Intent
from voiced.registry import record as plugin_record
from voiced.registry.finding import Found, in_folder, installed
from voiced.registry.fingerprint import fingerprint, source_of_point
from voiced.registry.record import Pin
from voiced.registry.values import PluginChoice

__all__ = ["Enabled", "disable", "enable"]


@dataclass(frozen=True, slots=True)
class Enabled:
    """What was enabled; ``pin`` is None for a plugin that is not pinned."""

    name: str
    pin: Pin | None
    intents: tuple[Intent, ...] = ()


def enable(name: str, choice: PluginChoice, grant: Collection[Effect] = ()) -> Enabled:
    """Let a plugin run from now on.

    That of another distribution is pinned: its version, a hash of its files, and the effect
    classes granted to it, which are all that it declares unless ``grant`` names fewer.

    Raises:
        PluginError: There is none of that name, it is disabled in the configuration, or it cannot
            be loaded.
    """
    if name in choice.disabled:
        reason = f"{name} is disabled by the key disabled of [intents]"
        raise PluginError(reason, plugin=name, mend="take it out of voiced.toml")
    found = _find(name, choice)
    if found.point is None or found.origin != "entry point":
        plugin_record.update(lambda before: before.enabled(name, None))
        return Enabled(name, None)
    from voiced.registry.hosting import open_plugin  # noqa: PLC0415 - it takes time

    now = fingerprint(found.point)
    plugin = open_plugin(source_of_point(found.point, now.sha256), choice)
    if plugin.host is not None:
        plugin.host.close()
    declared = {intent.effect for intent in plugin.intents} - {Effect.X}
    granted = declared & set(grant) if grant else declared
    effects = tuple(effect.value for effect in Effect if effect in granted)
    pin = Pin(
        distribution=now.distribution, version=now.version, sha256=now.sha256, effects=effects
    )
    plugin_record.update(lambda before: before.enabled(name, pin))
    return Enabled(name, pin, plugin.intents)


def disable(name: str, choice: PluginChoice) -> None:
    """Keep a plugin from running; what was granted to it is taken back.

    Raises:
        PluginError: There is none of that name.
    """
    _find(name, choice)
    plugin_record.update(lambda before: before.without(name))


def _find(name: str, choice: PluginChoice) -> Found:
    for found in [*installed(), *in_folder(choice)]:
        if found.name == name:
            return found
    reason = f"there is no plugin {name[:40]!r}"
    raise PluginError(reason, plugin=name, mend="see voiced intents list")
