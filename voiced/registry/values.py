"""What a plugin is, and what came of loading plugins. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from voiced.errors import PluginError
from voiced.plugin import Announcer, Intent, Undoer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from voiced.plugin_host.host import Host

__all__ = ["LoadedPlugins", "Plugin", "PluginChoice", "PluginOrigin"]

PluginOrigin: TypeAlias = Literal["built-in", "entry point", "folder"]
"""Where a plugin comes from."""


class PluginChoice(Protocol):
    """The section [intents] as far as plugins are chosen by it."""

    @property
    def disabled(self) -> tuple[str, ...]: ...

    @property
    def enabled(self) -> tuple[str, ...]: ...

    @property
    def folder(self) -> Path | None: ...

    @property
    def plugin_memory_mb(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Plugin:
    """A loaded plugin. ``name`` is its section in voiced.toml.

    It runs in this process (``local`` is its module, ``settings_model`` its ``Settings``) or in
    one of its own (``host``). ``file`` is where its code lies, if that is known.
    """

    name: str
    intents: tuple[Intent, ...]
    undoers: tuple[Undoer, ...]
    origin: PluginOrigin
    file: str = ""
    local: ModuleType | None = None
    settings_model: type[BaseModel] | None = None
    host: Host | None = None
    announcers: tuple[Announcer, ...] = ()

    @property
    def module(self) -> ModuleType:
        """The module of a plugin that runs in this process.

        Raises:
            PluginError: It runs in one of its own.
        """
        if self.local is None:
            raise PluginError(f"plugin {self.name} runs in a process of its own", plugin=self.name)
        return self.local


@dataclass(frozen=True, slots=True)
class LoadedPlugins:
    """What was loaded, what could not be, what is not wanted, and what of it is to be known.

    ``not_loaded`` are the names of those not enabled or disabled, with the reason of each in
    ``reasons``; ``warnings`` are sentences on single intents that were left out.
    """

    plugins: tuple[Plugin, ...]
    failures: tuple[PluginError, ...]
    not_loaded: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    warnings: tuple[str, ...] = ()

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Every intent of the plugins."""
        return tuple(intent for plugin in self.plugins for intent in plugin.intents)

    @property
    def undoers(self) -> tuple[Undoer, ...]:
        """Every undoer of the plugins."""
        return tuple(undoer for plugin in self.plugins for undoer in plugin.undoers)

    @property
    def announcers(self) -> tuple[Announcer, ...]:
        """All of the plugins that knows things to say unasked."""
        return tuple(each for plugin in self.plugins for each in plugin.announcers)

    def close(self) -> None:
        """End the processes that plugins run in. Blocking."""
        for plugin in self.plugins:
            if plugin.host is not None:
                plugin.host.close()
