"""What an intent may learn of the journal, and what came of forgetting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from voiced.slots import SlotContext

__all__ = ["Forgetter", "Forgotten", "Keeps", "Remembered"]

Keeps: TypeAlias = tuple[str, Callable[[SlotContext], Path]]
"""What a plugin keeps, as `voiced doctor privacy` names it, and where. It blocks.

A built-in plugin names its own in ``KEEPS``.
"""

Forgetter: TypeAlias = Callable[[SlotContext, str, datetime | None, datetime | None], int]
"""Erases what a plugin still keeps of requests that are over; how many. It blocks.

It gets the words that must all be in it, or none, and the span of time; nothing of these means
everything. A built-in plugin names its own in ``FORGETTERS``, and in ``FORGETTABLE`` those
that only tell how many that would be.
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A record of the journal: what was said, or a change.

    ``at`` has the user's zone. ``by`` is who said it, or "change"; ``text`` is what was said, or
    what was done, in the past tense. ``intent`` made the change; ``is_undone``: it was taken back.
    """

    at: datetime
    by: Literal["user", "assistant", "change"]
    text: str
    intent: str = ""
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was erased: things said, changes, kept turns, taught sentences, lengths of pauses.

    ``ended`` are timers and reminders that are over, and what else plugins kept of such requests.
    ``kept`` changes are under way or were interrupted. ``silent`` turns with sound but no words
    could not be searched, and neither could ``set_aside`` damaged files. So many erased texts were
    looked for in the bytes of the files (``proved``), and none was there.
    """

    said: int = 0
    changes: int = 0
    turns: int = 0
    taught: int = 0
    ended: int = 0
    pauses: bool = False
    kept: int = 0
    silent: int = 0
    set_aside: int = 0
    proved: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was erased."""
        counts = (self.said, self.changes, self.turns, self.taught, self.ended, self.pauses)
        return not any(counts)
