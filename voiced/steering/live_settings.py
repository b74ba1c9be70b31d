"""Which settings can be put in force while the assistant runs, and how that is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voiced.composition.brain import Brain
from voiced.composition.companions import Beside
from voiced.composition.engines import keys_of, responder
from voiced.composition.opening import adopt_turns
from voiced.config import (
    Config,
    Loaded,
    ResponderSettings,
    TurnSettings,
    config_file,
    load,
    plugin_settings,
)
from voiced.controls import Controls
from voiced.dispatch import Waits
from voiced.registry import plugin_names, settings_of
from voiced.steering.plugin_watch import PluginWatch
from voiced.steering.reloading import Part
from voiced.workers import in_worker

if TYPE_CHECKING:
    from voiced.loop.session import Session
    from voiced.memory.recorder import FlightRecorder

__all__ = ["Around", "LiveSettings", "Satellites"]

_SETTLED = ("url", "pictures")
"""Where the model is, and what may be sent there, was told to the user at the start."""


def _nowhere(_: object) -> None:
    """There are none."""


_LASTING = ("end_detector", "learn_pauses")
"""What is loaded at the start."""


@dataclass(frozen=True, slots=True)
class Satellites:
    """Microphones in other rooms.

    ``names`` are those that are here; None where none can come. ``controls`` gives the handles of
    the one of a name, or of all where that is empty. ``listen`` moves their door, ``use_turns``
    says how turns are taken there.
    """

    names: Callable[[], tuple[str, ...] | None] = lambda: None
    controls: Callable[[str], Sequence[Controls]] = lambda _: ()
    listen: Callable[[str], None] = _nowhere
    use_turns: Callable[[TurnSettings], None] = _nowhere


@dataclass(frozen=True, slots=True)
class Around:
    """What there is beside the session that can be looked at, or changed."""

    brain: Brain
    watch: PluginWatch
    recorder: FlightRecorder
    companions: Sequence[Beside] = ()
    satellites: Satellites = field(default_factory=Satellites)


class LiveSettings:
    """Settings of a run.

    Args:
        loaded: Those that it began with.
        around: What they are for.

    Attributes:
        session: The one that runs, once it does.
    """

    def __init__(self, loaded: Loaded, around: Around) -> None:
        self._started = loaded
        self._around = around
        self.session: Session | None = None

    async def read(self) -> Loaded:
        """The configuration as it is now.

        Raises:
            ConfigError: It has a mistake.
        """
        path = self._started.path
        own = None if path == config_file() else path
        return await in_worker(load, own, os.environ, plugin_names)

    async def check(self, fresh: Loaded) -> None:
        """Look at the keys, and at the sections of plugins.

        Raises:
            ConfigError: One has a mistake.
        """
        keys_of(fresh.config)
        for plugin in self._around.watch.plugins.plugins:
            if plugin.settings_model is not None:
                plugin_settings(fresh.config, plugin.name, plugin.settings_model, fresh.file)

    def parts(self) -> tuple[Part, ...]:
        """What can be put in force while it runs."""
        plugins = {plugin.name for plugin in self._around.brain.plugins.plugins}
        sections = tuple(f"{name}." for name in plugins - Config.model_fields.keys())
        return (
            Part(("control.scope",), _nothing),
            Part(("policy.",), self._use_policy),
            Part(("journal.transcripts", "journal.keep_days"), self._use_journal),
            Part(("intents.disabled", "intents.enabled"), self._around.watch.use),
            Part(sections, self._use_plugins),
            Part(self._model_keys(), self._use_model),
            Part(("satellites.listen",), self._use_satellites),
            Part(_turn_keys(), self._use_turns),
        )

    def _model_keys(self) -> tuple[str, ...]:
        if self._around.brain.model is None:
            return ()
        names = ResponderSettings.model_fields.keys() - set(_SETTLED)
        return tuple(f"responder.{name}" for name in sorted(names))

    async def _use_model(self, loaded: Loaded) -> None:
        settled = {name: getattr(self._started.config.responder, name) for name in _SETTLED}
        settings = loaded.config.responder.model_copy(update=settled)
        fresh = responder(loaded.config.model_copy(update={"responder": settings}))
        if self._around.brain.model is not None and fresh is not None:
            await self._around.brain.model.replace(fresh)

    async def _use_policy(self, loaded: Loaded) -> None:
        policy = loaded.config.policy
        self._around.brain.dispatcher.allow(Waits(policy.confirm_s, policy.outbox_s))

    async def _use_journal(self, loaded: Loaded) -> None:
        journal, settings = self._around.brain.journal, loaded.config.journal
        journal.keep_transcripts(wanted=settings.transcripts)
        self._around.recorder.keep_words(wanted=settings.transcripts)
        await in_worker(journal.purge, settings.keep_days)

    async def _use_satellites(self, loaded: Loaded) -> None:
        self._around.satellites.listen(loaded.config.satellites.listen)

    async def _use_turns(self, loaded: Loaded) -> None:
        settings = loaded.config.turns
        if self.session is not None:
            adopt_turns(self.session, settings)
        self._around.satellites.use_turns(settings)

    async def _use_plugins(self, loaded: Loaded) -> None:
        fresh = await in_worker(settings_of, loaded, self._around.watch.plugins.plugins)
        self._around.brain.settings.update(fresh)
        await self._around.brain.dispatcher.refresh()


def _turn_keys() -> tuple[str, ...]:
    names = TurnSettings.model_fields.keys() - set(_LASTING)
    return tuple(f"turns.{name}" for name in sorted(names))


async def _nothing(_: Loaded) -> None:
    """It is looked up when it is needed."""
