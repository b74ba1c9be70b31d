"""Readers of events that keep something in the journal."""

from __future__ import annotations

import logging
from collections.abc import Callable

from voiced.errors import JournalError
from voiced.events import Event, MemoryErased, TranscriptFinal, TurnEnded
from voiced.journal import Journal
from voiced.memory import misses, retention

__all__ = ["keepers"]

_log = logging.getLogger(__name__)


def keepers(journal: Journal, keep_days: int) -> list[Callable[[Event], None]]:
    """Counts what was not understood, and keeps what was said, if the user turned that on."""
    missed = misses.keeper(journal)
    old = retention.keeper(journal, keep_days)
    forgotten = 0

    def keep(event: Event) -> None:
        nonlocal forgotten
        try:
            if isinstance(event, TranscriptFinal):
                journal.say(event.turn, "user", event.text)
            elif isinstance(event, MemoryErased):
                forgotten = event.turn
            elif isinstance(event, TurnEnded) and event.turn != forgotten:
                journal.say(event.turn, "assistant", event.heard)
        except JournalError:  # a full disk must not end the conversation
            _log.error("the journal could not keep what was said")

    return [keep, missed, old]
