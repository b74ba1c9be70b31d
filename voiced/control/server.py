"""The control socket: clients are counted, paced, and given up on; none of them can hold us up.

Refused without a word: other users. Refused with a word: one client too many, a frame that is
none. A client that sends nothing, or takes nothing, for a while is let go.
"""

from __future__ import annotations

import errno
import logging
import socket
from contextlib import suppress
from dataclasses import dataclass

import anyio

from voiced.control.feed import Feed
from voiced.control.orders import Orders, allowed, answer_of, error_row
from voiced.control.peers import Grant, Scope, peer_of, scope_of
from voiced.control.wire import BadFrame, Frames, decode, encode
from voiced.errors import ControlError, ungrouped

__all__ = ["MOST_CLIENTS", "MOST_WATCHERS", "ControlServer", "Patience"]

MOST_CLIENTS = 16
MOST_WATCHERS = 8
"""There is always room for one that mutes."""

_READ_BYTES = 16 * 1024
_UNPACED = 20
_PACE_S = 0.02
_BREATH_S = 0.05
_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client is waited for: until its order is there, until it takes its answer."""

    order_s: float = 10.0
    taking_s: float = 2.0


class ControlServer:
    """Answers clients.

    Args:
        orders: Carries out what they ask.
        feed: What those who watch are given.
        grant: Says what a client may.
        patience: How long one is waited for.
    """

    def __init__(
        self,
        orders: Orders,
        feed: Feed,
        grant: Grant = scope_of,
        patience: Patience | None = None,
    ) -> None:
        self._orders = orders
        self._feed = feed
        self._grant = grant
        self._patience = patience or Patience()
        self._clients = 0

    async def run(self, listener: socket.socket) -> None:
        """Take clients from a listening socket until cancelled."""
        async with anyio.create_task_group() as tasks:
            while True:
                await anyio.wait_readable(listener)
                connection = _accepted(listener)
                if connection is None:
                    await anyio.sleep(_BREATH_S)
                    continue
                scope = self._welcomed(connection)
                if scope is None:
                    connection.close()
                    await anyio.sleep(_PACE_S)  # a crowd at the door holds nobody up
                    continue
                self._clients += 1
                tasks.start_soon(self._serve, connection, scope)

    def _welcomed(self, connection: socket.socket) -> Scope | None:
        scope = self._grant(peer_of(connection))
        if scope is None:
            _log.warning("control: somebody who is not the user was turned away")
            return None
        if self._clients < MOST_CLIENTS:
            return scope
        busy = ControlError(f"{MOST_CLIENTS} programs are connected already", reason="busy")
        with suppress(OSError):
            connection.send(encode(error_row(busy)))
        return None

    async def _serve(self, connection: socket.socket, scope: Scope) -> None:
        client = _Client(connection, self._patience)
        try:
            await self._converse(client, scope)
        except (OSError, TimeoutError):  # it went, or takes nothing
            pass
        except BadFrame as bad:
            wrong = ControlError(f"a frame is {bad}", reason="bad_frame")
            with suppress(OSError, TimeoutError):
                await client.send(encode(error_row(wrong)))
        finally:
            self._clients -= 1
            connection.close()

    async def _converse(self, client: _Client, scope: Scope) -> None:
        count = 0
        while (frame := await client.frame()) is not None:
            count += 1
            if count > _UNPACED:
                await anyio.sleep(_PACE_S)
            order = decode(frame)
            try:
                if order.get("do") == "watch":
                    await self._watch(client, scope, rooms=order.get("rooms") is True)
                    return
                answer = answer_of(await self._orders.carry_out(order, scope))
            except ControlError as error:
                answer = error_row(error)
            await client.send(_fitting(answer))

    async def _watch(self, client: _Client, scope: Scope, *, rooms: bool) -> None:
        allowed("watch", scope)
        if self._feed.watchers >= MOST_WATCHERS:
            raise ControlError(f"{MOST_WATCHERS} programs watch already", reason="busy")
        with self._feed.watched(rooms=rooms) as frames:
            await client.send(_fitting(answer_of({"status": await self._orders.status()})))
            with ungrouped():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(_cancel_when_gone, client, tasks.cancel_scope)
                    async for frame in frames:
                        await client.send(frame)
                    tasks.cancel_scope.cancel()


def _accepted(listener: socket.socket) -> socket.socket | None:
    """The next client; None where it went already, or there is no room for it now."""
    try:
        connection, _ = listener.accept()
    except (BlockingIOError, ConnectionAbortedError, InterruptedError):
        return None
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _log.warning("control: a client could not be taken: %s", error.strerror)
        return None
    connection.settimeout(0)
    return connection


def _fitting(answer: dict[str, object]) -> bytes:
    try:
        return encode(answer)
    except BadFrame:
        return encode(error_row(ControlError("the answer is longer than 64 KiB")))


async def _cancel_when_gone(client: _Client, scope: anyio.CancelScope) -> None:
    """Who watches has nothing more to say: what he sends is not looked at."""
    with suppress(OSError):
        while True:
            if not await client.read():
                break
            await anyio.sleep(_PACE_S)
    scope.cancel()


class _Client:
    """A connection, with its patience."""

    def __init__(self, connection: socket.socket, patience: Patience) -> None:
        self._connection = connection
        self._patience = patience
        self._frames = Frames()
        self._waiting: list[bytes] = []

    async def frame(self) -> bytes | None:
        """The next frame; None where the client went, or sent no whole one in time.

        Raises:
            BadFrame: It is too long.
        """
        with anyio.move_on_after(self._patience.order_s):
            while not self._waiting:
                data = await self.read()
                if not data:
                    return None
                self._waiting.extend(self._frames.feed(data))
            return self._waiting.pop(0)
        return None

    async def read(self) -> bytes:
        """What came; nothing where the client went."""
        while True:
            await anyio.wait_readable(self._connection)
            with suppress(BlockingIOError):
                return self._connection.recv(_READ_BYTES)

    async def send(self, frame: bytes) -> None:
        """Send all of it.

        Raises:
            TimeoutError: The client does not take it.
            OSError: It went.
        """
        with anyio.fail_after(self._patience.taking_s):
            rest = memoryview(frame)
            while rest:
                try:
                    rest = rest[self._connection.send(rest, socket.MSG_NOSIGNAL) :]
                except BlockingIOError:
                    await anyio.wait_writable(self._connection)
