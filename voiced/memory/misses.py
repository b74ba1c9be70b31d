"""Requests that no template fits: into the journal as they happen, and out of it as a list."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voiced.errors import JournalError
from voiced.events import Event, RequestMissed
from voiced.journal import Journal, Missed
from voiced.spoken import normalise

__all__ = ["Miss", "counted", "keeper"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Miss:
    """A sentence that was missed, as it was said last; ``intent``: what the model took it for."""

    text: str
    count: int
    intent: str
    last: datetime

    def as_row(self) -> dict[str, Any]:
        """The miss as JSON types."""
        last = self.last.isoformat()
        return {"text": self.text, "count": self.count, "intent": self.intent, "last": last}


def keeper(journal: Journal) -> Callable[[Event], None]:
    """Takes every event and writes down the misses; a journal that cannot is no reason to stop."""

    def keep(event: Event) -> None:
        if not isinstance(event, RequestMissed):
            return
        try:
            journal.miss(event.turn, event.text, event.intent)
        except JournalError:
            _log.error("the journal could not count what was not understood")

    return keep


def counted(missed: Iterable[Missed]) -> tuple[Miss, ...]:
    """The same words as one, the most frequent first, then the newest; without words: none."""
    found: dict[tuple[str, ...], Miss] = {}
    for each in missed:
        words = normalise(each.text)
        if words:
            before = found.get(words)
            count = before.count + 1 if before else 1
            intent = each.intent or (before.intent if before else "")
            found[words] = Miss(each.text, count, intent, each.at)
    return tuple(sorted(found.values(), key=lambda miss: (-miss.count, -miss.last.timestamp())))
