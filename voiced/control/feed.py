"""Events on their way to those who watch: encoded once, and nobody is waited for.

Between them, what of a reply was heard so far, and the microphone's level: these may be lost.

Who takes them too slowly is let go, so that the conversation never waits for a terminal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from voiced.audio import AudioFrame, Samples, level_dbfs
from voiced.control.wire import BadFrame, encode
from voiced.events import Event
from voiced.trace import to_row

__all__ = ["Feed"]

_MOST_WAITING = 256
_EVERY_FRAMES = 5
"""A level is told so seldom."""
_SILENCE_DBFS = -120.0

Heard: TypeAlias = "tuple[int, str]"
"""A turn, and its reply as far as it was heard."""


def _nobody() -> Heard | None:
    return None


class Feed:
    """Gives every event, and now and then the microphone's level, to whoever watches.

    Attributes:
        heard: Gives what of a reply was heard so far, while one is spoken.
    """

    def __init__(self) -> None:
        self.heard: Callable[[], Heard | None] = _nobody
        self._last_heard: Heard | None = None
        self._watchers: list[MemoryObjectSendStream[bytes]] = []
        self._of_rooms: list[MemoryObjectSendStream[bytes]] = []
        self._frames = 0
        self._loudest = -math.inf

    def hear(self, event: Event) -> None:
        """Take an event."""
        if self._watchers:
            self._send(_frame(to_row(event)), may_be_lost=False)

    def hear_room(self, room: str, event: Event) -> None:
        """Take an event of another room: for those who asked for these, with its name."""
        if any(watcher in self._watchers for watcher in self._of_rooms):
            frame = _frame({**to_row(event), "room": room})
            self._send(frame, may_be_lost=False, to=self._of_rooms)

    def tap(self, near: AudioFrame, _far: Samples) -> None:
        """Take a frame of the microphone."""
        if not self._watchers:
            return
        self._loudest = max(self._loudest, level_dbfs(near.samples))
        self._frames += 1
        if self._frames >= _EVERY_FRAMES:
            level = max(_SILENCE_DBFS, round(self._loudest, 1))
            self._send(encode({"level_dbfs": level}), may_be_lost=True)
            self._frames, self._loudest = 0, -math.inf
            self._tell_heard()

    def _tell_heard(self) -> None:
        now = self.heard()
        if now is not None and now != self._last_heard:
            turn, text = now
            self._send(encode({"heard": {"turn": turn, "text": text}}), may_be_lost=True)
        self._last_heard = now

    @property
    def watchers(self) -> int:
        """How many watch."""
        return len(self._watchers)

    @contextmanager
    def watched(self, *, rooms: bool = False) -> Generator[MemoryObjectReceiveStream[bytes]]:
        """Frames from now on, those of other ``rooms`` too; they end for one who is too slow."""
        send, receive = anyio.create_memory_object_stream[bytes](_MOST_WAITING)
        self._watchers.append(send)
        self._of_rooms += [send] if rooms else []
        with send, receive:
            try:
                yield receive
            finally:
                self._of_rooms = [each for each in self._of_rooms if each is not send]
                with suppress(ValueError):  # it was let go
                    self._watchers.remove(send)

    def _send(
        self,
        frame: bytes,
        *,
        may_be_lost: bool,
        to: Sequence[MemoryObjectSendStream[bytes]] | None = None,
    ) -> None:
        for watcher in [each for each in self._watchers if to is None or each in to]:
            try:
                watcher.send_nowait(frame)
            except anyio.WouldBlock:
                if not may_be_lost:
                    self._watchers.remove(watcher)
                    watcher.close()
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                with suppress(ValueError):
                    self._watchers.remove(watcher)


def _frame(row: dict[str, Any]) -> bytes:
    """An event; one with more text than fits is told without its fields."""
    try:
        return encode({"event": row})
    except BadFrame:
        kept = {name: row[name] for name in ("at_s", "type", "room") if name in row}
        return encode({"event": {**kept, "is_cut": True}})
