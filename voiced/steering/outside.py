"""Everything beside the session for being asked from outside: socket, D-Bus, signals, reload.

None of it is needed to listen: what cannot be had is told, and the assistant goes on without it.
"""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from voiced import __version__
from voiced.announcements import Announcement
from voiced.audio import AudioFrame, Samples
from voiced.composition.brain import Brain
from voiced.composition.companions import Beside
from voiced.config import Loaded, journal_folder
from voiced.control.feed import Feed
from voiced.control.mute_file import MuteFile
from voiced.control.orders import Orders
from voiced.control.peers import Peer, Scope, scope_of
from voiced.control.place import folder_of, inherited, listening, only_one
from voiced.control.server import ControlServer
from voiced.control.status import DeviceStatus, EngineStatus, Known, ProgramStatus, StatusBoard
from voiced.controls import Controls
from voiced.errors import ControlError, VoicedError
from voiced.events import Event
from voiced.loop.announcing import Crier
from voiced.loop.session import Session
from voiced.service import last_good
from voiced.service.heartbeat import is_awaited
from voiced.steering.keyboard import SessionKeyboard
from voiced.steering.live_settings import Around, LiveSettings
from voiced.steering.reloading import Reloader
from voiced.thinking.habits import Tap
from voiced.trust.labels import Integrity
from voiced.workers import in_worker

__all__ = ["Steering", "be_the_only_one", "both"]

_HEALTH_S = 3.0
_FRESH_S = 2.0
_MOST_HEARD = 8000
_TOLD_AGAIN_S = 60.0
_MOST_SPEAKING = 4
_REQUEST = "A program asks for something that needs you. Look at it with: voiced mcp requests."


class Steering:
    """Lets a running session be asked from outside.

    Args:
        loaded: The configuration.
        around: What else there is.
        folder: Where the socket lies.
        tell: Takes sentences for the user at the terminal.
    """

    def __init__(
        self, loaded: Loaded, around: Around, folder: Path, tell: Callable[[str], None]
    ) -> None:
        self._around = around
        self._folder = folder
        self._tell = tell
        self.feed = Feed()
        self.board = StatusBoard(_known(loaded, around.brain))
        self._mute_file = MuteFile(journal_folder(loaded.config.journal), tell)
        live = self._live = LiveSettings(loaded, around)
        self._reloader = Reloader(loaded, live.read, live.check, live.parts())
        self._request_told_s = -_TOLD_AGAIN_S
        self._requests = anyio.Event()
        self._speaking = 0
        self._reloading = anyio.Lock()
        self._looking = anyio.Lock()
        self._looked_s = -math.inf
        self._programs: tuple[ProgramStatus, ...] = ()
        self._controls: Controls | None = None
        self._keyboard: SessionKeyboard | None = None
        self._trusted = 0

    @property
    def readers(self) -> tuple[Callable[[Event], None], ...]:
        """Who takes every event."""
        return (self.feed.hear, self.board.hear, self._mute_file.hear)

    def begin(self, session: Session) -> None:
        """Before the microphone opens: stay muted, if that is how it was left."""
        controls = self._controls = session.controls
        self._live.session = session
        self._keyboard = SessionKeyboard(session, self._around.brain.dispatcher)
        self.feed.heard = lambda: _heard(session)
        if self._mute_file.is_muted():
            controls.mute()
            control = self._reloader.loaded.config.control
            way = "voiced unmute lets me hear again"
            if not control.socket or control.scope != "admin":
                way = f"without a key for it, only removing {self._mute_file.path} ends that"
            self._tell(f"I am muted, as I was when I last ran; {way}.")

    def trust(self, pid: int) -> None:
        """This process, which we started, asks for the user; 0: none does."""
        self._trusted = pid

    def toggle(self) -> None:
        """Press the push-to-talk key, or release it."""
        if self._controls is not None:
            self._controls.toggle()

    def stop(self) -> None:
        """What a spoken "stop" does, here and in every room."""
        if self._controls is not None:
            for each in (self._controls, *self._around.satellites.controls("")):
                each.stop()

    async def run(self, crier: Crier) -> None:
        """Answer until cancelled; ``begin`` comes before."""
        if self._controls is None:
            return
        orders = Orders(
            self._controls,
            self._status,
            self._reload,
            self._requests_wait,
            keyboard=self._keyboard,
            undo=self._take_back,
            rooms=self._around.satellites.controls,
            speak=partial(self._speak, crier),
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._say_requests, crier)
            settings = self._reloader.loaded.config.control
            if settings.dbus:
                tasks.start_soon(self._serve_bus, orders)
            if settings.socket:
                await self._serve_socket(orders)

    async def reload(self) -> None:
        """Reload, as a signal asks; what came of it is told."""
        row = await self._reload()
        told = {"in force": row["applied"], "at the next start": row["waiting"]}
        if row["error"] is not None:
            self._tell(f"{row['error']}; the configuration before stays in force")
        for when, keys in told.items():
            if keys:
                self._tell(f"{when}: {', '.join(keys)}")

    async def _serve_socket(self, orders: Orders) -> None:
        with ExitStack() as stack:
            try:
                found = inherited(os.environ)
                listener: socket.socket = stack.enter_context(found or listening(self._folder))
            except (OSError, ControlError) as error:
                self._tell(f"I cannot be asked from outside: {self._folder}: {error}")
                return
            await ControlServer(orders, self.feed, self._grant).run(listener)

    async def _serve_bus(self, orders: Orders) -> None:
        from voiced.engines.dbus_control import serve  # noqa: PLC0415 - only where it is wanted

        await serve(orders, os.environ, self._grant)

    def _grant(self, peer: Peer) -> Scope | None:
        most = Scope[self._reloader.loaded.config.control.scope.upper()]
        if self._trusted and peer == Peer(self._trusted, os.geteuid()):
            return most
        return scope_of(peer, most)

    async def _status(self) -> Mapping[str, Any]:
        is_old = anyio.current_time() - self._looked_s > _FRESH_S
        if is_old and not self._looking.locked():  # who asks again and again gets no more threads
            async with self._looking:
                self._programs = await self._look_at_programs()
                self._looked_s = anyio.current_time()
        return self.board.status(self._programs, self._around.satellites.names()).as_row()

    async def _look_at_programs(self) -> tuple[ProgramStatus, ...]:
        found: list[ProgramStatus] = []
        with anyio.move_on_after(_HEALTH_S):
            for beside in self._around.companions:
                found.append(await in_worker(_health, beside))  # noqa: PERF401 - kept if time ends
        return tuple(found)

    async def _take_back(self, change: str) -> str:
        brain = self._around.brain
        found = await in_worker(brain.journal.change, change)
        return await brain.dispatcher.assistant().undo_change(found)

    async def _reload(self) -> Mapping[str, Any]:
        async with self._reloading:
            done = await self._reloader.reload()
        self.board.notes = done.notes
        if done.error is None:
            if is_awaited():  # else it is not run as a service, and starts with no copy
                await in_worker(last_good.keep, self._reloader.loaded.path)
            self.board.known = _known(self._reloader.loaded, self._around.brain)
        return done.as_row()

    # What other programs want to be said

    async def _speak(self, crier: Crier, text: str) -> str:
        """Say it when nobody speaks. Whoever wrote it: it is no word of the user."""
        if self._speaking >= _MOST_SPEAKING:
            message = f"{_MOST_SPEAKING} texts of other programs wait to be spoken already"
            raise ControlError(message, reason="busy", mend="try again when they are spoken")
        self._speaking += 1
        try:
            return await crier.say(Announcement("speak", text), Integrity.EXTERNAL, 0.0)
        finally:
            self._speaking -= 1

    def _requests_wait(self) -> None:
        self._requests.set()

    async def _say_requests(self, crier: Crier) -> None:
        """Say that something waits, at most once a minute, in our words alone."""
        while True:
            await self._requests.wait()
            self._tell(_REQUEST)
            await crier.say(Announcement("mcp.request", _REQUEST), Integrity.CONFIG, 0.0)
            await anyio.sleep(_TOLD_AGAIN_S)
            self._requests = anyio.Event()


def be_the_only_one(held: ExitStack, tell: Callable[[str], None]) -> None:
    """Take the lock, for as long as ``held``.

    Raises:
        AlreadyRunning: Another daemon has it.
    """
    folder = folder_of(os.environ)
    try:
        held.enter_context(only_one(folder))
    except OSError as error:
        tell(f"a second voiced would not be noticed: {folder}: {error.strerror}")


def both(first: Tap, second: Tap) -> Tap:
    """Both take all sound, one after the other."""

    def tap(near: AudioFrame, far: Samples) -> None:
        first(near, far)
        second(near, far)

    return tap


def _heard(session: Session) -> tuple[int, str] | None:
    """The turn that speaks, and its reply as far as it was heard."""
    turn = session.speaker
    heard = turn.heard[:_MOST_HEARD] if turn is not None else ""
    return None if turn is None or not heard else (turn.id, heard)


def _known(loaded: Loaded, brain: Brain) -> Known:
    config = loaded.config
    model = config.responder.model or "the server's own"
    engines = [
        EngineStatus("transcriber", config.transcriber.engine),
        EngineStatus("detector", config.audio.detector),
        EngineStatus("responder", model if config.responder.url else "none"),
    ]
    devices = [
        DeviceStatus("microphone", config.audio.microphone),
        DeviceStatus("speaker", config.audio.speaker),
    ]
    return Known(
        __version__,
        os.getpid(),
        tuple(devices),
        tuple(engines),
        config.synthesizer.voice,
        len(brain.plugins.plugins),
        loaded.file,
    )


def _health(beside: Beside) -> ProgramStatus:
    companion = beside.companion
    try:
        health = companion.health(beside.context)
    except VoicedError as error:  # says what is wrong, and where
        return ProgramStatus(companion.name, is_ok=False, found=error.message)
    except Exception as error:  # noqa: BLE001 - what it looks at may be broken in any way
        return ProgramStatus(companion.name, is_ok=False, found=type(error).__name__)
    return ProgramStatus(companion.name, health.is_ok, health.found)
