"""Plugins: their settings, the folders in them, and whether their sentences can be built now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from voiced.composition.companions import Beside, companions_of
from voiced.config import Loaded, plugin_settings
from voiced.doctor.checks import Check, Examination
from voiced.errors import ConfigError, PluginError, VoicedError
from voiced.grammar import Grammar
from voiced.plugin import Checkup
from voiced.registry import Plugin, settings_of
from voiced.slots import SlotContext

__all__ = ["check_plugins", "slot_context", "with_sentences"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class _Context:
    """What slot types ask while sentences are built: the time and the plugins' settings."""

    now: datetime
    by_kind: Mapping[type[Any], Any]

    def settings(self, kind: type[S]) -> S:
        """Those that are known; of another plugin, whose section may be wrong, the defaults."""
        return cast("S", self.by_kind[kind]) if kind in self.by_kind else kind()


def slot_context(loaded: Loaded, plugins: Iterable[Plugin]) -> SlotContext:
    """A context that knows the settings of these plugins.

    Raises:
        ConfigError: A section of a plugin has a mistake.
        PluginError: A plugin cannot be given its section.
    """
    return _Context(datetime.now().astimezone(), settings_of(loaded, plugins))


def with_sentences(plugins: Iterable[Plugin], loaded: Loaded) -> Iterator[Plugin]:
    """Those of the plugins whose settings are right and whose sentences can be built now."""
    for plugin in plugins:
        try:
            Grammar.compile(plugin.intents, slot_context(loaded, [plugin]))
        except (ConfigError, PluginError):
            continue
        yield plugin


def check_plugins(what: Examination) -> Iterator[Check]:
    """A check for each plugin, loaded or not."""
    for plugin in what.plugins.plugins:
        yield _check(what.loaded, plugin)
        yield from _own_checks(what.loaded, plugin)
    for beside in companions_of(what.loaded, what.plugins.plugins):
        yield _companion(beside)
    for failure in what.plugins.failures:
        mend = failure.mend or "mend the line named, or disable it in [intents]"
        yield Check(f"plugin {failure.plugin}", ok=False, found=failure.message, mend=mend)


def _own_checks(loaded: Loaded, plugin: Plugin) -> Iterator[Check]:
    """What a built-in plugin looks at by itself."""
    if plugin.origin != "built-in":
        return
    looks: Sequence[Checkup] = getattr(plugin.local, "CHECKS", ())
    try:
        for look in looks:
            for name, health in look(slot_context(loaded, [plugin])):
                yield Check(name, ok=health.is_ok, found=health.found, mend=health.mend)
    except VoicedError as error:
        yield Check(f"plugin {plugin.name}", ok=False, found=error.message, mend=error.mend)


def _companion(beside: Beside) -> Check:
    name = beside.companion.name
    try:
        health = beside.companion.health(beside.context)
    except VoicedError as error:
        return Check(name, ok=False, found=error.message, mend=error.mend)
    return Check(name, ok=health.is_ok, found=health.found, mend=health.mend)


def _check(loaded: Loaded, plugin: Plugin) -> Check:
    name = f"plugin {plugin.name}"
    try:
        gone = [str(path) for path in _paths(loaded, plugin) if not path.exists()]
        if gone:
            mend = f"make it, or take it out of [{plugin.name}]"
            return Check(name, ok=False, found=f"gone: {', '.join(gone)}", mend=mend)
        Grammar.compile(plugin.intents, slot_context(loaded, [plugin]))
    except (ConfigError, PluginError) as error:
        return Check(name, ok=False, found=error.message, mend=error.mend)
    return Check(name, ok=True, found=f"{len(plugin.intents)} intents ({plugin.origin})")


def _paths(loaded: Loaded, plugin: Plugin) -> Iterator[Path]:
    if plugin.host is not None:
        section = loaded.config.plugins.get(plugin.name, {})
        yield from plugin.host.configure(section, loaded.file).paths
    if plugin.settings_model is None:
        return
    settings: BaseModel = plugin_settings(
        loaded.config, plugin.name, plugin.settings_model, loaded.file
    )
    for name in type(settings).model_fields:
        value: Any = getattr(settings, name)
        members = cast("Sequence[Any]", value) if isinstance(value, tuple) else (value,)
        yield from (member for member in members if isinstance(member, Path))
