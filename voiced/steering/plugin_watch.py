"""Takes up plugins that come, go, or are edited, and what is taught, while voiced runs.

It looks; nothing tells it. A broken edit leaves the version before in force, and is told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import anyio

from voiced.config import Loaded
from voiced.dispatch import Dispatcher
from voiced.errors import PluginError, VoicedError
from voiced.registry import LoadedPlugins, Plugin, reload_plugins, settings_of, signature
from voiced.workers import in_worker

__all__ = ["PluginWatch"]

_log = logging.getLogger(__name__)

_EVERY_S = 1.0


class PluginWatch:
    """Looks at the plugins every second, and gives the dispatcher what is new.

    Args:
        loaded: The configuration.
        plugins: What is loaded now.
        dispatcher: Uses it.
        tell: Takes sentences for the user.
    """

    def __init__(
        self,
        loaded: Loaded,
        plugins: LoadedPlugins,
        dispatcher: Dispatcher,
        tell: Callable[[str], None],
    ) -> None:
        self._loaded = loaded
        self._dispatcher = dispatcher
        self._tell = tell
        self._settled = {plugin.name for plugin in plugins.plugins if plugin.host is None}
        self._told = {str(failure) for failure in plugins.failures} | {*plugins.warnings}
        self.plugins = self._used = plugins

    async def run(self, every_s: float = _EVERY_S) -> None:
        """Look until cancelled; the processes of plugins end then."""
        try:
            known = await self._signature()
            pending = known
            while True:
                await anyio.sleep(every_s)
                now = await self._signature()
                if now != known and now == pending:  # whoever writes has stopped
                    known = now
                    await self.look()
                pending = now
        finally:
            with anyio.CancelScope(shield=True):
                await in_worker(self.plugins.close)

    async def _signature(self) -> tuple[object, ...]:
        return await in_worker(signature, self._loaded.config.intents)

    async def use(self, loaded: Loaded) -> None:
        """Have another configuration say which plugins are used."""
        self._loaded = loaded
        await self.look()

    async def look(self) -> None:
        """Load what has changed, and use it."""
        fresh = await in_worker(self._reloaded)
        used = self._used
        gone = {intent.name for intent in used.intents} | {each.operation for each in used.undoers}
        try:
            await self._dispatcher.adopt(fresh.intents, fresh.undoers, gone)
            self._used = fresh
        except VoicedError as error:  # the sentences before stay in force
            _log.error("changed plugins are not used: %s", error.code)
            self._tell(f"changed plugins are not used: {error}")
        self.plugins = fresh
        said = [*map(str, fresh.failures), *fresh.warnings]
        for sentence in said:
            if sentence not in self._told:
                self._tell(sentence)
        self._told = set(said)

    def _reloaded(self) -> LoadedPlugins:
        return reload_plugins(self._loaded.config.intents, self.plugins, self._configure)

    def _configure(self, plugin: Plugin) -> None:
        """Give a plugin that has a process of its own its settings.

        A built-in one has its own if it was there at the start; else it has to wait.
        """
        if plugin.host is not None:
            settings_of(self._loaded, [plugin])
        elif plugin.name not in self._settled:
            raise PluginError(f"plugin {plugin.name}: is taken up at the next start")
