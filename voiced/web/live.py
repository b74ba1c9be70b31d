"""From the daemon to the open pages: each event once, in order, with a number.

One watcher takes what the daemon tells at once, so that it never waits for a browser. Pages follow
a ring of the last events, each from where it is; who comes back says the number that he saw last.
Levels are only the latest: nobody misses an older one.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import anyio

from voiced.errors import ControlError, NoDaemon
from voiced.web.daemon import Daemon
from voiced.web.scene import Patch, Scene

__all__ = ["Live"]

_KEPT = 5_000
_RETRY_S = 0.5
_LOOKED_AT_S = 1.0
_STILL_S = 15.0
_QUIET_DBFS = -60
_STEP_DB = 2

_ASKED = frozenset({"confirmation_asked", "turn_started", "turn_ended", "memory_erased"})
"""After these another question may wait, or none."""

_CHANGED = frozenset(
    {"mode_changed", "device_lost", "device_found", "device_noted", "engine_changed"}
)
"""After these `voiced status` says something else."""


class Live:
    """What the pages follow.

    Args:
        daemon: Is watched.

    Attributes:
        scene: What stands there now.
        readers: Take every event, as a row.
    """

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self.scene = Scene()
        self.readers: list[Callable[[Mapping[str, Any]], None]] = []
        self._name = secrets.token_hex(4)
        self._ring: deque[tuple[int, bytes]] = deque(maxlen=_KEPT)
        self._last = 0
        self._level: int | None = None
        self._news = anyio.Event()
        self._is_over = False
        self._stale: set[str] = set()
        self._look = anyio.Event()
        self._streams: set[str] = set()
        self._holder = ""

    # The daemon's side

    async def run(self) -> None:
        """Watch the daemon, and wait for the next one where it goes, until cancelled."""
        forgotten = self._daemon.forgotten
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep_looking)
            while True:
                before, forgotten = forgotten, self._daemon.forgotten
                if forgotten != before:
                    self._take_event({"at_s": 0.0, "type": "memory_erased", "turn": 0})
                try:
                    await self._watch()
                except NoDaemon:
                    self._tell(self.scene.lose("gone", ""))
                except ControlError as error:
                    self._tell(self.scene.lose("refused", error.message))
                await anyio.sleep(_RETRY_S)

    async def _watch(self) -> None:
        async with aclosing(self._daemon.watch()) as frames:
            async for frame in frames:
                self.take(frame)

    def take(self, frame: Mapping[str, Any]) -> None:
        """Take a frame of the daemon."""
        if "event" in frame:
            self._take_event(frame["event"])
        elif "level_dbfs" in frame:
            self._take_level(max(_QUIET_DBFS, round(frame["level_dbfs"])))
        elif "heard" in frame:
            heard = frame["heard"]
            self._tell(self.scene.hear_reply(heard["turn"], heard["text"]))
        elif "status" in frame:
            self._tell(self.scene.begin(frame["status"]))
            self._look_again("asked")

    def _take_event(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        for read in self.readers:
            read(event)
        self._tell({"type": kind, **self.scene.hear(event)})
        if kind == "memory_erased":
            self.forget(event["turn"])
        if kind in _ASKED or kind in _CHANGED:
            self._look_again("asked" if kind in _ASKED else "status")

    def forget(self, turn: int = 0) -> None:
        """What was told so far may be what is to be forgotten: all pages begin anew.

        Args:
            turn: The one under way, of which nothing more than that is shown; 0: none is.
        """
        self.scene.forget(turn)
        self._ring.clear()
        self._last += 1
        self._ring.append((self._last, self._message("scene", self.scene.as_row())))
        self._wake()

    def _take_level(self, level: int) -> None:
        """A quiet room moves by a decibel all the time: to draw that costs more than it tells."""
        before = self._level
        if before is None or abs(level - before) >= _STEP_DB:
            self._level = level
            self._wake()

    def _tell(self, patch: Patch) -> None:
        if patch:
            self._last += 1
            self._ring.append((self._last, self._message("patch", patch)))
            self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, anyio.Event()
        news.set()

    def end(self) -> None:
        """Let all pages go: the program ends."""
        self._is_over = True
        self._wake()

    # What the events do not tell

    def _look_again(self, what: str) -> None:
        self._stale.add(what)
        self._look.set()

    async def _keep_looking(self) -> None:
        while True:
            await self._look.wait()
            self._look = anyio.Event()
            stale, self._stale = self._stale, set()
            try:
                if "status" in stale:
                    self._tell(self.scene.refresh((await self._daemon.ask(do="status"))["status"]))
                self._tell(self.scene.ask((await self._daemon.ask(do="asked"))["asked"]))
            except ControlError:  # it went, or does not let us ask
                continue
            if self.scene.question is not None:  # it is void after a while
                with anyio.move_on_after(_LOOKED_AT_S):
                    await self._look.wait()
                self._look_again("asked")

    # The pages' side

    async def follow(self, seen: str) -> AsyncGenerator[bytes]:
        """What a page is to be told, as server-sent events.

        Args:
            seen: The id of the last event that it saw; empty: none.
        """
        stream = secrets.token_hex(8)
        self._streams.add(stream)
        try:
            yield self._plain("hello", {"stream": stream})
            at = self._place_of(seen)
            if at is None:
                at = self._last
                yield self._message("scene", self.scene.as_row())
            level: int | None = None
            while not self._is_over:
                news = self._news
                told = self._since(at)
                if self._level != level and self._level is not None:
                    level = self._level
                    told += self._plain("level", level)
                at = self._last
                if told:
                    yield told
                if news is self._news:
                    with anyio.move_on_after(_STILL_S) as waiting:
                        await news.wait()
                    if waiting.cancelled_caught:
                        yield b":\n\n"  # shows who is gone
        finally:
            self._streams.discard(stream)
            with anyio.CancelScope(shield=True):
                await self.release(stream)

    def _place_of(self, seen: str) -> int | None:
        """The number that was seen last; None where what came since is not kept any more."""
        name, _, number = seen.partition(".")
        if name != self._name or not (number.isascii() and number.isdigit()):
            return None
        first = self._ring[0][0] if self._ring else self._last + 1
        return int(number) if first - 1 <= int(number) <= self._last else None

    def _since(self, at: int) -> bytes:
        """Everything after this number; all of it anew where that is not kept any more."""
        count = self._last - at
        if count > len(self._ring):
            return self._message("scene", self.scene.as_row())
        return b"".join(self._ring[index][1] for index in range(-count, 0))

    def _message(self, kind: str, document: Any) -> bytes:
        return b"id: %s.%d\n" % (self._name.encode(), self._last) + self._plain(kind, document)

    @staticmethod
    def _plain(kind: str, document: Any) -> bytes:
        return b"event: %s\ndata: %s\n\n" % (kind.encode(), json.dumps(document).encode())

    # The push-to-talk key of a page

    async def press(self, stream: str) -> None:
        """Hold the key for the page that follows by this stream; it is let go with it.

        Raises:
            ControlError: The daemon refused, or there is no such page.
        """
        if stream not in self._streams:
            raise ControlError("this page does not follow what happens", reason="no_stream")
        self._holder = stream
        await self._daemon.ask(do="ptt", action="down")

    async def release(self, stream: str) -> None:
        """Let the key go, if this page holds it."""
        if self._holder != stream:
            return
        self._holder = ""
        try:
            await self._daemon.ask(do="ptt", action="up")
        except NoDaemon:
            return  # with its key
