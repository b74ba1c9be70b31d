"""What was said is erased when it is too old: at the start, and then once a day."""

from __future__ import annotations

import logging
from collections.abc import Callable

from voiced.errors import JournalError
from voiced.events import Event, TurnEnded
from voiced.journal import Journal
from voiced.rates import RATE_HZ
from voiced.workers import Errand

__all__ = ["keeper", "purge"]

_log = logging.getLogger(__name__)

_DAY = 86400 * RATE_HZ


def purge(journal: Journal, keep_days: int) -> None:
    """Erase what is too old; a journal that cannot be written is no reason to stop. Blocks."""
    try:
        journal.purge(keep_days)
    except JournalError:
        _log.error("the journal could not erase what is older than %d days", keep_days)


def keeper(journal: Journal, keep_days: int) -> Callable[[Event], None]:
    """Takes every event of a session; once a day it purges, beside the loop, after a turn."""
    last = 0

    def keep(event: Event) -> None:
        nonlocal last
        if isinstance(event, TurnEnded) and event.at - last >= _DAY:
            last = event.at
            Errand(purge, journal, keep_days)

    return keep
