"""Tells that an engine gave way to another one, or is back: as an event, and aloud, once."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

import anyio

from voiced.announcements import Announcement, Hearing
from voiced.composition.spares import spoken
from voiced.events import EngineChanged, Event
from voiced.supervision import Change, Supervisor
from voiced.trust.labels import Integrity

__all__ = ["tell_changes"]

Say = Callable[[Announcement, Integrity, float], Awaitable[Hearing]]


async def tell_changes(
    supervisor: Supervisor, emit: Callable[[Event], None], at: Callable[[], int], say: Say
) -> None:
    """Tell of every change, those before included, until cancelled.

    Args:
        supervisor: Knows of the changes.
        emit: Takes the event, at once.
        at: The session's time in samples.
        say: Says it, as soon as nobody speaks.
    """
    send, receive = anyio.create_memory_object_stream[Change](math.inf)

    def tell(change: Change) -> None:
        emit(EngineChanged(at(), change.stage, change.engine, change.level, change.reason))
        send.send_nowait(change)

    supervisor.listen(tell)
    with send, receive:
        async for change in receive:
            announcement = Announcement(f"engine:{change.stage}", spoken(change))
            await say(announcement, Integrity.CONFIG, 0.0)
