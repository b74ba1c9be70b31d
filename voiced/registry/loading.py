"""Loads plugins: the built-in ones here, all others in processes of their own.

A plugin that cannot be loaded is skipped and named, with the line of the mistake; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from voiced.errors import PluginError, VoicedError
from voiced.plugin import Effect, Intent
from voiced.plugin_host.source import Members, Source, import_plugin, load_error, members
from voiced.registry import record as plugin_record
from voiced.registry.duplicates import refuse_duplicates
from voiced.registry.finding import (
    Found,
    folder_of,
    in_folder,
    installed,
    source_of_file,
)
from voiced.registry.fingerprint import source_of_point
from voiced.registry.pins import check_pin, verify
from voiced.registry.record import Record
from voiced.registry.values import LoadedPlugins, Plugin, PluginChoice, PluginOrigin

if TYPE_CHECKING:
    from voiced.plugin_host.host import Host

__all__ = [
    "load_plugin_file",
    "load_plugins",
    "plugin_of",
    "reload_plugins",
    "signature",
]

_EVERY_EFFECT = frozenset(effect.value for effect in Effect)
_NO_PLUGINS = LoadedPlugins((), ())
_TAUGHT = "taught.yaml"


@dataclass(slots=True)
class _Loading:
    """What is loaded so far."""

    choice: PluginChoice
    record: Record
    before: Mapping[str, Plugin]
    configure: Callable[[Plugin], None]
    plugins: list[Plugin] = field(default_factory=list[Plugin])
    failures: list[PluginError] = field(default_factory=list[PluginError])
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Begun:
    """A plugin whose loading has begun, or failed; ``kept`` is one that is loaded already."""

    found: Found
    host: Host | None = None
    kept: Plugin | None = None
    effects: frozenset[str] = _EVERY_EFFECT
    error: PluginError | None = None


def load_plugins(choice: PluginChoice) -> LoadedPlugins:
    """Load every plugin that is built in, enabled, or in the user's folder, but the disabled.

    Built-in ones come first. A plugin whose name, or the name of one of whose intents, is taken
    is a failure.
    """
    return reload_plugins(choice, _NO_PLUGINS, lambda _: None)


def reload_plugins(
    choice: PluginChoice, before: LoadedPlugins, configure: Callable[[Plugin], None]
) -> LoadedPlugins:
    """Load what is there now; what has not changed since ``before`` is taken from it.

    A file that cannot be loaded any more leaves the version before in force.

    Args:
        choice: Which plugins are wanted.
        before: What was loaded before; what is not used any more of it is ended.
        configure: Gives a plugin that was loaded now its settings; may raise VoicedError.
    """
    failures: list[PluginError] = []
    found = list(installed())
    try:
        record = plugin_record.read()
    except PluginError as error:
        failures.append(error)
        record, found = Record(), [item for item in found if item.origin == "built-in"]
    else:
        try:
            found += in_folder(choice)
        except PluginError as error:
            failures.append(error)
    known = {plugin.name: plugin for plugin in before.plugins}
    state = _Loading(choice, record, known, configure, failures=failures)
    for begun in [each for item in found if (each := _begin(item, state)) is not None]:
        _complete(begun, state)
    _retire(before.plugins, state.plugins)
    return LoadedPlugins(
        tuple(state.plugins),
        tuple(state.failures),
        tuple(state.reasons),
        state.reasons,
        tuple(state.warnings),
    )


def _retire(before: Iterable[Plugin], now: Iterable[Plugin]) -> None:
    used = {id(plugin.host) for plugin in now}
    for plugin in before:
        if plugin.host is not None and id(plugin.host) not in used:
            plugin.host.retire()


def _begin(found: Found, state: _Loading) -> _Begun | None:
    """Begin to load a plugin, unless it is not wanted: processes start side by side."""
    reason = _why_not(found, state)
    if reason:
        state.reasons[found.name] = reason
        return None
    known = state.before.get(found.name)
    if known is not None and known.origin != found.origin:
        known = None
    try:
        if found.origin == "built-in":
            return _Begun(found, kept=known)
        source, effects = _source(found, state.record)
        if known is not None and _is_version(known, source):
            return _Begun(found, kept=known)
        host = _started(found, source, state.choice)
    except PluginError as error:
        return _Begun(found, error=error)
    return _Begun(found, host=host, effects=effects)


def _is_version(plugin: Plugin, source: Source) -> bool:
    host = plugin.host
    return host is not None and not host.is_off and host.source.version == source.version


def _why_not(found: Found, state: _Loading) -> str:
    name, record = found.name, state.record
    mend = f"voiced intents enable {name}"
    if name in state.choice.disabled:
        return "disabled in [intents]"
    if name in record.disabled:
        return f"disabled; to enable it: {mend}"
    if name in record.stopped:
        return f"switched off, for it failed again and again; to enable it: {mend}"
    if found.origin == "entry point" and name not in record.pins:
        return f"not enabled yet: {mend}"
    return ""


def _source(found: Found, record: Record) -> tuple[Source, frozenset[str]]:
    if found.file is not None:
        return source_of_file(found.file), _EVERY_EFFECT
    pin = record.pins[found.name]
    point = _point(found)
    check_pin(point, pin)
    version = " ".join((pin.sha256, *pin.effects))
    return source_of_point(point, version), frozenset(pin.effects)


def _point(found: Found) -> EntryPoint:
    if found.point is None:
        raise PluginError(f"plugin {found.name} is no entry point", plugin=found.name)
    return found.point


def _started(found: Found, source: Source, choice: PluginChoice) -> Host:
    from voiced.registry.hosting import start  # noqa: PLC0415 - if there is such a plugin at all

    failed = partial(plugin_record.note_failure, found.name)
    return start(source, choice, failed, partial(verify, found.point) if found.point else None)


def _complete(begun: _Begun, state: _Loading) -> None:
    found = begun.found
    try:
        if begun.error is not None:
            raise begun.error
        plugin = begun.kept or _loaded(begun, state)
        refuse_duplicates(plugin, state.plugins)
        if plugin is not begun.kept:
            state.configure(plugin)
    except VoicedError as error:
        if begun.host is not None:
            begun.host.close()
        _fail(found, _as_plugin_error(found, error), state)
    else:
        state.plugins.append(plugin)


def _as_plugin_error(found: Found, error: VoicedError) -> PluginError:
    if isinstance(error, PluginError):
        return PluginError(error.message, plugin=found.name, mend=error.mend)
    return PluginError(f"plugin {found.name}: {error.message}", plugin=found.name, mend=error.mend)


def _fail(found: Found, error: PluginError, state: _Loading) -> None:
    """Name the failure; the version of a file that was loaded before stays in force."""
    known = state.before.get(found.name)
    stays = found.origin == "folder" and known is not None and known.origin == "folder"
    if known is not None and stays:
        message = f"{error.message}; the version before stays in force"
        error = PluginError(message, plugin=found.name, mend=error.mend)
        state.plugins.append(known)
    state.failures.append(error)


def _loaded(begun: _Begun, state: _Loading) -> Plugin:
    found = begun.found
    if begun.host is not None:
        from voiced.registry.hosting import hosted_plugin  # noqa: PLC0415 - as above

        plugin = hosted_plugin(begun.host, found.origin)
        return _granted(plugin, begun.effects, state)
    return _load_here(found.name, "built-in", Source(found.name, module=_point(found).module))


def _granted(plugin: Plugin, effects: frozenset[str], state: _Loading) -> Plugin:
    """The plugin without the intents that nobody may use; each is named."""
    kept: list[Intent] = []
    for intent in plugin.intents:
        if intent.effect is Effect.X:
            state.warnings.append(
                f"{intent.name} of plugin {plugin.name} declares no effect class, so it is left out"
            )
        elif intent.effect.value not in effects:
            state.warnings.append(
                f"{intent.name} of plugin {plugin.name} is left out: {intent.effect.name} was not "
                f"granted (voiced intents enable {plugin.name})"
            )
        else:
            kept.append(_within(intent, effects))
    if not kept:
        message = f"plugin {plugin.name}: none of its intents may be used: {state.warnings[-1]}"
        raise PluginError(message, plugin=plugin.name, mend="declare effect=Effect...")
    return replace(plugin, intents=tuple(kept))


def _within(intent: Intent, effects: frozenset[str]) -> Intent:
    """The intent; a call whose effect class was not granted counts as admin."""
    if intent.effect_of is None:
        return intent

    def effect_of(values: Mapping[str, Any]) -> Effect:
        effect = intent.effect_with(values)
        return effect if effect.value in effects else Effect.X

    return replace(intent, effect_of=effect_of)


def _load_here(name: str, origin: PluginOrigin, source: Source) -> Plugin:
    try:
        module = import_plugin(source)
        found = members(module)
    except (Exception, SystemExit) as error:
        raise load_error(name, error, source.file) from error
    file = module.__file__ or module.__name__
    return _of_module(name, found, origin, file, module)


def _of_module(
    name: str, found: Members, origin: PluginOrigin, file: str, module: ModuleType
) -> Plugin:
    return Plugin(
        name,
        found.intents,
        found.undoers,
        origin,
        file,
        module,
        found.settings,
        announcers=found.announcers,
    )


def load_plugin_file(path: Path) -> Plugin:
    """Load one plugin file into this process, wherever it lies: for its author's own tests.

    Raises:
        PluginError: It cannot be read or loaded; the message names the line.
    """
    if not path.is_file():
        raise PluginError(f"there is no plugin file {path}", plugin=path.stem)
    return _load_here(path.stem, "folder", source_of_file(path))


def plugin_of(module: ModuleType) -> Plugin:
    """The plugin of a module that is imported already: for the tests of a package.

    Raises:
        PluginError: It has no intents.
    """
    found, file = members(module), module.__file__ or ""
    name = module.__name__.rpartition(".")[2].removeprefix("voiced_")
    return _of_module(name, found, "folder", file, module)


def signature(choice: PluginChoice) -> tuple[object, ...]:
    """What changes when plugins come, go, are edited, enabled, disabled, or taught a sentence."""
    folder = folder_of(choice)
    others = (folder / _TAUGHT, plugin_record.record_file())
    return (*_stats(folder.glob("*.py")), *_stats(others))


def _stats(paths: Iterable[Path]) -> Iterator[tuple[object, ...]]:
    for path in sorted(paths):
        try:
            found = path.stat()
        except OSError:
            continue
        yield str(path), found.st_ino, found.st_size, found.st_mtime_ns
