"""What the pages of turns, figures and the journal are tested with: filled files, a fake daemon."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from turn_events import a_turn, an_interrupted_turn

from voiced.config import config_file, journal_folder, load, trace_folder
from voiced.errors import NoDaemon
from voiced.events import Event, Timing, TurnEnded, TurnId
from voiced.journal import Journal
from voiced.memory.turn_store import KeptSound, KeptTurn, Limits, SoundFile, TurnStore
from voiced.registry import plugin_names
from voiced.timeline import Timeline, TimelineBuilder

NOW = datetime(2026, 3, 3, 19, 30).astimezone()
LIMITS = Limits(10_000, 10, 3650)
SCRIPT = "<script>alert('x')</script>"


def timeline(events: Iterable[Event], *, words: bool = True) -> Timeline:
    """The first timeline of these events."""
    builder = TimelineBuilder(words=words)
    return next(found for each in events if (found := builder.hear(each)) is not None)


def timed(ms: float, number: int = 7) -> Timeline:
    """A turn whose steps came after so many milliseconds."""
    timing = Timing(ms, ms, ms, ms, ms)
    return timeline(
        replace(each, timing_ms=timing) if isinstance(each, TurnEnded) else each
        for each in a_turn(TurnId(number))
    )


def write_config(text: str) -> None:
    path = config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def store() -> TurnStore:
    return TurnStore(trace_folder(_journal_settings()))


def journal(*, clock: Callable[[], float] | None = None) -> Journal:
    """The journal of the user; close it."""
    folder = journal_folder(_journal_settings())
    if clock is None:
        return Journal.open(folder, transcripts=True)
    return Journal.open(folder, transcripts=True, clock=clock)


def _journal_settings() -> Any:
    return load(None, os.environ, plugin_names).config.journal


def keep(*timelines: Timeline, at: datetime | None = None, sound: bool = False) -> list[KeptTurn]:
    """Keep turns, a minute apart; the last one ends at ``at``."""
    last = at or datetime.now().astimezone()
    file = SoundFile(KeptSound(0.0, 4.0), lambda path: path.write_bytes(b"x")) if sound else None
    return [
        store().add(last - timedelta(minutes=len(timelines) - 1 - number), each, LIMITS, file)
        for number, each in enumerate(timelines)
    ]


def two_turns() -> list[KeptTurn]:
    return keep(timeline(a_turn(TurnId(1))), timeline(an_interrupted_turn(TurnId(2))))


@dataclass
class FakeDaemon:
    """One that runs, or not; it keeps what it was asked."""

    runs: bool = True
    held: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    pid: int = field(default_factory=os.getpid)

    async def ask(self, **order: Any) -> dict[str, Any]:
        if not self.runs:
            raise NoDaemon("no voiced is running", reason="no_daemon")
        self.asked.append(order)
        if order["do"] == "undo":
            return {"undone": "I moved it back."}
        return {"reload": {"applied": ["journal.keep_days"], "waiting": [], "error": None}}

    async def forget(self) -> str:
        if self.runs:
            self.asked.append({"do": "forget"})
        return self.held if self.runs else ""

    async def status(self) -> dict[str, Any] | None:
        return {"mode": "listening", "pid": self.pid, "up_s": 60.0} if self.runs else None
