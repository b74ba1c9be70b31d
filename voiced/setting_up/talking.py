"""One turn with the real assistant: the one that runs already, or one that is started for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import anyio

from voiced import daemon
from voiced.composition.opening import RunOptions
from voiced.config import Loaded
from voiced.control import client
from voiced.errors import AlreadyRunning
from voiced.events import Event, ModeChanged, TranscriptFinal, TurnEnded
from voiced.setting_up.outside import Heard

__all__ = ["Ear", "one_turn", "turn_of_frames"]

_LISTENS = "It listens: speak now."


class Ear:
    """Follows the events of a daemon until one turn is over."""

    def __init__(self, tell: Callable[[str], None], on_end: Callable[[], None]) -> None:
        self._tell = tell
        self._on_end = on_end
        self._said = ""
        self._has_told = False
        self.heard: Heard | None = None

    def hear(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, ModeChanged) and not self._has_told:
            self._has_told = True
            self._tell(_LISTENS)
        elif isinstance(event, TranscriptFinal):
            self._said = event.text
        elif isinstance(event, TurnEnded) and self.heard is None:
            self.heard = Heard(self._said, event.heard, event.outcome)
            self._on_end()


def one_turn(loaded: Loaded, seconds: float, tell: Callable[[str], None]) -> Heard | None:
    """Wait for a turn; None: nobody said anything.

    Raises:
        VoicedError: The assistant cannot be started.
    """
    try:
        return anyio.run(_start, loaded, seconds, tell)
    except AlreadyRunning:
        tell(f"A voiced runs already, so that one answers. {_LISTENS}")
        return turn_of_frames(client.watch(), seconds)


async def _start(loaded: Loaded, seconds: float, tell: Callable[[str], None]) -> Heard | None:
    scope = anyio.CancelScope()
    ear = Ear(tell, scope.cancel)

    def hear(event: Event) -> None:
        ear.hear(event)
        if isinstance(event, ModeChanged):
            scope.deadline = anyio.current_time() + seconds

    with scope:
        await daemon.run(loaded, RunOptions(), [hear])
    return ear.heard


def turn_of_frames(
    frames: Iterable[dict[str, Any]], seconds: float, clock: Callable[[], float] = time.monotonic
) -> Heard | None:
    """The first turn in what a running daemon tells."""
    end_s, said = clock() + seconds, ""
    for frame in frames:
        event: dict[str, Any] = frame.get("event") or {}
        if event.get("type") == "transcript_final":
            said = str(event.get("text", ""))
        elif event.get("type") == "turn_ended":
            return Heard(said, str(event.get("heard", "")), str(event.get("outcome", "")))
        if clock() > end_s:
            return None
    return None
