"""What changes the journal, in the ways of the command line: undo, and forget, which blocks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from voiced.composition.brain import memory, open_brain
from voiced.config import Loaded, journal_folder
from voiced.errors import NoDaemon
from voiced.journal import Journal
from voiced.memory.kept import Memory
from voiced.plugin import Forgotten
from voiced.registry import load_plugins
from voiced.web.daemon import Daemon
from voiced.web.scopes import Forgetting
from voiced.workers import in_worker

__all__ = ["forget", "preview", "undone"]


async def undone(daemon: Daemon, loaded: Callable[[], Loaded], change: str) -> str:
    """Have the daemon take a change back; where none runs, take it back as `voiced undo` does.

    Raises:
        VoicedError: It cannot be taken back.
    """
    try:
        answer = await daemon.ask(do="undo", id=change)
    except NoDaemon:
        return await _undone_here(await in_worker(loaded), change)
    return str(answer["undone"])


async def _undone_here(loaded: Loaded, change: str) -> str:
    async with open_brain(loaded, hears=False) as brain:
        found = await in_worker(brain.journal.change, change)
        return await brain.dispatcher.assistant().undo_change(found)


def preview(loaded: Loaded, wanted: Forgetting) -> Forgotten:
    """What ``forget`` would erase now.

    Raises:
        VoicedError: It cannot be looked at.
    """
    return _with_memory(
        loaded, lambda kept: kept.preview(wanted.words, since=wanted.since, until=wanted.until)
    )


def forget(loaded: Loaded, wanted: Forgetting) -> Forgotten:
    """Erase it, as `voiced forget` does.

    Raises:
        VoicedError: It failed; what was erased until then is gone.
    """
    return _with_memory(
        loaded, lambda kept: kept.forget(wanted.words, since=wanted.since, until=wanted.until)
    )


def _with_memory(loaded: Loaded, work: Callable[[Memory], Forgotten]) -> Forgotten:
    settings = loaded.config.journal
    with (
        closing(
            Journal.open(journal_folder(settings), transcripts=settings.transcripts)
        ) as journal,
        closing(load_plugins(loaded.config.intents)) as plugins,
    ):
        return work(memory(loaded, journal, plugins.plugins))
