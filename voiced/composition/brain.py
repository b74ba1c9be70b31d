"""All of the assistant that needs no sound: plugins, journal, grammar, model.

Nothing imports it but the daemon and the command line.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, MutableMapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import anyio

from voiced import workers
from voiced.composition.companions import companions_of, forgetters_of, tidy
from voiced.composition.engines import desk, prepared, responder, tool_servers
from voiced.config import (
    Config,
    Loaded,
    journal_folder,
    taught_file,
    trace_folder,
)
from voiced.conversation import Conversation
from voiced.desk import NO_DESK, NO_LOCK, ScreenLock
from voiced.dispatch import Dispatcher, Environment, Waits
from voiced.errors import JournalError, PluginError
from voiced.journal import Journal
from voiced.mcp import LoadedServers, running
from voiced.memory import retention
from voiced.memory.kept import Memory
from voiced.memory.pause_file import PAUSE_FILE
from voiced.memory.taught import TaughtFile
from voiced.memory.turn_store import TurnStore
from voiced.memory.wakes import WakeFile
from voiced.planning.quarantine import PictureConsent, Quarantine
from voiced.plugin import Announcer
from voiced.registry import LoadedPlugins, Plugin, load_plugins, settings_of
from voiced.stages import Responder
from voiced.supervision import SupervisedResponder, Supervisor
from voiced.thinking.replaceable import ReplaceableResponder
from voiced.thinking.thinker import Thinker
from voiced.uptime import uptime_s

__all__ = ["Brain", "memory", "open_brain"]


@dataclass(frozen=True, slots=True)
class Brain:
    """All of the assistant that needs no sound.

    What the user must be told at the start, in whole sentences: ``notices``, and what was
    ``interrupted``, in which are words of the user, so that it belongs in no log. ``announcers``
    gives those that are asked what to say unasked, as they are now: none, unless somebody really
    listens. ``settings`` of plugins in this process may be changed: they count at the next call;
    ``model`` may be replaced. ``supervisor`` knows which engines failed.
    """

    thinker: Thinker
    journal: Journal
    plugins: LoadedPlugins
    notices: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    announcers: Callable[[], Sequence[Announcer]] = tuple
    settings: MutableMapping[type, object] = field(default_factory=dict[type, object])
    model: ReplaceableResponder | None = None
    supervisor: Supervisor = field(default_factory=Supervisor)

    @property
    def dispatcher(self) -> Dispatcher:
        """What turns requests into calls."""
        return self.thinker.dispatcher


@asynccontextmanager
async def open_brain(
    loaded: Loaded,
    *,
    plugins: LoadedPlugins | None = None,
    hears: bool = True,
    is_serving: bool = False,
    screen_lock: ScreenLock = NO_LOCK,
) -> AsyncGenerator[Brain]:
    """Open the journal, load the plugins, compile the grammar, connect the model.

    ``hears`` is False where requests are typed: then it takes less time. ``is_serving``: other
    programs are asking, for whom there is neither a model nor another program's tools.
    ``screen_lock`` tells, where a microphone listens, whether anybody may be speaking.

    Raises:
        ConfigError: A plugin's section has a mistake.
        JournalError: The journal cannot be opened.
    """
    config = loaded.config
    plugins = plugins or load_plugins(config.intents)
    async with AsyncExitStack() as stack:
        stack.callback(plugins.close)
        unsettled: list[PluginError] = []
        settings = dict(settings_of(loaded, plugins.plugins, unsettled.append))
        servers = LoadedServers() if is_serving else await workers.in_worker(tool_servers, config)
        journal = await workers.in_worker(_open_journal, config)
        stack.callback(journal.close)
        supervisor = Supervisor()
        replaceable = None if is_serving else _replaceable(config)
        model = _watched(replaceable, config, supervisor)
        environment = Environment(
            journal,
            lambda: datetime.now().astimezone(),
            anyio.current_time,
            workers.in_worker,
            settings,
            hears=hears,
            quarantine=Quarantine(model, pictures=_pictures(config)),
            desk=NO_DESK if is_serving else desk(config),
            screen_lock=screen_lock,
            taught=TaughtFile(taught_file(config.intents)).for_grammar(),
            memory=memory(loaded, journal, plugins.plugins),
            uptime_s=uptime_s,
        )
        intents = [*plugins.intents, *servers.intents]
        undoers = [*plugins.undoers, *servers.undoers]
        waits = Waits(config.policy.confirm_s, config.policy.outbox_s)
        dispatcher = Dispatcher(intents, undoers, environment, Conversation(), waits)
        await dispatcher.refresh()
        interrupted = await workers.in_worker(_interrupted, journal)
        await workers.in_worker(tidy, companions_of(loaded, plugins.plugins))
        broken = (*plugins.failures, *unsettled)
        notices = (*_notices(journal, broken, plugins.warnings), *servers.notices)
        begun = running([each.server for each in servers.servers])
        async with begun, prepared(*([model] if model else [])):
            thinker = Thinker(dispatcher, model, today=_today, rests=_rests(model))
            parts = (thinker, journal, plugins, notices, interrupted)
            yield Brain(*parts, settings=settings, model=replaceable, supervisor=supervisor)


def _open_journal(config: Config) -> Journal:
    settings = config.journal
    journal = Journal.open(journal_folder(settings), transcripts=settings.transcripts)
    retention.purge(journal, settings.keep_days)
    return journal


def memory(loaded: Loaded, journal: Journal, plugins: Iterable[Plugin]) -> Memory:
    """All that is kept of what the user said and did."""
    config, known = loaded.config, tuple(plugins)
    return Memory(
        journal,
        TurnStore(trace_folder(config.journal)),
        TaughtFile(taught_file(config.intents)),
        journal_folder(config.journal) / PAUSE_FILE,
        tuple(forgetters_of(loaded, known)),
        tuple(forgetters_of(loaded, known, "FORGETTABLE")),
        WakeFile(trace_folder(config.journal)),
    )


def _notices(
    journal: Journal, broken: Sequence[PluginError], warnings: Sequence[str]
) -> tuple[str, ...]:
    """What is broken: the journal, plugins."""
    notices = [journal.notice] if journal.notice else []
    return (*notices, *(str(failure) for failure in broken), *warnings)


def _interrupted(journal: Journal) -> tuple[str, ...]:
    """The changes that were interrupted when we last ran.

    An interrupted change counts as done from now on: undoing looks at the state first, so one that
    was never made is only refused, and one that was made can be taken back.
    """
    told: list[str] = []
    for change in journal.interrupted():
        with suppress(JournalError):  # the disk takes nothing: it is told again at the next start
            journal.done(change.id)
        told.append(
            f"I was interrupted when I had {change.summary}, or was about to. "
            "Say: undo that, to be sure that it is as before."
        )
    return tuple(told)


def _today() -> str:
    return f"(Today is {datetime.now().astimezone():%A, %d %B %Y}.)"


def _replaceable(config: Config) -> ReplaceableResponder | None:
    model = responder(config)
    return None if model is None else ReplaceableResponder(model)


def _watched(
    model: Responder | None, config: Config, supervisor: Supervisor
) -> SupervisedResponder | None:
    if model is None:
        return None
    return SupervisedResponder(model, supervisor, config.responder.model or "language model")


def _rests(model: SupervisedResponder | None) -> Callable[[], bool]:
    return lambda: model is not None and model.rests


def _pictures(config: Config) -> PictureConsent:
    """Where pictures would go, and whether they may."""
    from voiced.engines.openai_answers import is_local

    url = config.responder.url
    host = "" if not url or is_local(url) else urlsplit(url).hostname or ""
    return PictureConsent(host, config.responder.pictures)
