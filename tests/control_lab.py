"""A control server on a socket of its own, beside a session that only keeps what it was asked."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from voiced.control.feed import Feed
from voiced.control.orders import Orders
from voiced.control.peers import Grant, Peer, Scope
from voiced.control.place import SOCKET, listening
from voiced.control.server import ControlServer, Patience
from voiced.control.status import Known, StatusBoard
from voiced.control.wire import Frames, decode, encode
from voiced.controls import Asked, Mode
from voiced.errors import JournalError


@dataclass
class FakeControls:
    """Keeps what was asked, as the protocol Controls promises it."""

    mode: Mode = "listening"
    asked: list[str] = field(default_factory=list)

    def press(self) -> None:
        self.asked.append("press")

    def release(self) -> None:
        self.asked.append("release")

    def toggle(self) -> None:
        self.asked.append("toggle")

    def stop(self) -> None:
        self.asked.append("stop")

    def mute(self) -> None:
        self.asked.append("mute")
        self.mode = "muted"

    def unmute(self) -> None:
        self.asked.append("unmute")
        self.mode = "listening"

    def forget(self) -> None:
        self.asked.append("forget")


@dataclass
class FakeKeyboard:
    """Keeps what was typed and pressed, as the protocol Keyboard promises it."""

    asked: Asked | None = None
    typed: list[str] = field(default_factory=list)
    is_quiet: bool = True

    def say(self, text: str) -> bool:
        self.typed.append(text)
        return self.is_quiet

    def answer(self, question: str, answer: str) -> bool:
        self.typed.append(f"{question}: {answer}")
        return self.is_quiet


@dataclass
class Client:
    """A client on the loop."""

    line: socket.socket
    frames: Frames = field(default_factory=Frames)
    waiting: list[bytes] = field(default_factory=list)

    async def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self.line.send(rest) :]
            except BlockingIOError:
                await anyio.wait_writable(self.line)

    async def receive(self) -> dict[str, Any] | None:
        """The next frame; None when the server has let us go."""
        while not self.waiting:
            await anyio.wait_readable(self.line)
            try:
                data = self.line.recv(4096)
            except ConnectionError:
                return None
            if not data:
                return None
            self.waiting.extend(self.frames.feed(data))
        return decode(self.waiting.pop(0))

    async def ask(self, **order: Any) -> dict[str, Any]:
        await self.send(encode(order))
        answer = await self.receive()
        assert answer is not None
        return answer


@dataclass
class Lab:
    folder: Path
    controls: FakeControls
    board: StatusBoard
    feed: Feed
    told: list[str] = field(default_factory=list)
    keyboard: FakeKeyboard = field(default_factory=FakeKeyboard)
    clients: list[Client] = field(default_factory=list)

    async def client(self) -> Client:
        return await connected(self.folder, self.clients)


async def connected(folder: Path, clients: list[Client] | None = None) -> Client:
    """A client of the daemon there; it is among ``clients`` from the beginning."""
    client = Client(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    client.line.settimeout(0)
    if clients is not None:
        clients.append(client)
    while True:
        try:
            client.line.connect(f"{folder}/{SOCKET}")
        except BlockingIOError:  # its door is crowded
            await anyio.sleep(0.001)
        else:
            return client


@asynccontextmanager
async def laboratory(
    folder: Path,
    scope: Scope | None = Scope.ADMIN,
    patience: Patience | None = None,
    grant: Grant | None = None,
) -> AsyncGenerator[Lab]:
    """For as long as a test should take, at most."""
    with anyio.fail_after(10):
        async with serving(folder, scope, patience, grant) as lab:
            yield lab


@asynccontextmanager
async def serving(
    folder: Path,
    scope: Scope | None = Scope.ADMIN,
    patience: Patience | None = None,
    grant: Grant | None = None,
) -> AsyncGenerator[Lab]:
    controls = FakeControls()
    board = StatusBoard(Known("1.2.3", 77))
    lab = Lab(folder / "voiced", controls, board, Feed())

    async def status() -> Mapping[str, Any]:
        return board.status().as_row()

    async def reload() -> Mapping[str, Any]:
        return {"applied": ["policy"], "waiting": [], "error": None}

    async def undo(change: str) -> str:
        if not change.isdigit() or change == "18":
            raise JournalError(f"there is no change {change!r}", mend="look")
        lab.told.append(f"undo {change}")
        return "I moved it back."

    told = lambda: lab.told.append("request")  # noqa: E731
    orders = Orders(controls, status, reload, told, keyboard=lab.keyboard, undo=undo)

    def same(_: Peer) -> Scope | None:
        return scope

    with listening(lab.folder) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ControlServer(orders, lab.feed, grant or same, patience).run, listener)
            try:
                yield lab
            finally:
                for client in lab.clients:
                    client.line.close()
                tasks.cancel_scope.cancel()


async def until(done: Callable[[], bool]) -> None:
    """Wait for it, as long as the laboratory is open."""
    while True:
        if done():
            return
        await anyio.sleep(0.001)
