"""A place of ours on the session's bus: calls from others, answers to them, and calls of our own.

Whatever is wrong with the bus ends ``BusLine.serve``; who uses it connects again.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import anyio
from jeepney import (
    DBusAddress,
    MatchRule,
    Message,
    MessageFlag,
    MessageType,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.low_level import HeaderFields

from voiced.control.peers import Peer
from voiced.errors import ungrouped

__all__ = [
    "Answer",
    "BusLine",
    "CallRefused",
    "changed_owner",
    "connected",
    "session_address",
]

Answer: TypeAlias = tuple[str, tuple[Any, ...]]
"""The signature and the body of an answer."""

_NAME = "org.freedesktop.DBus"
_BUS = DBusAddress("/org/freedesktop/DBus", bus_name=_NAME, interface=_NAME)
_PEER = f"{_NAME}.Peer"
_DO_NOT_QUEUE = 4
_PRIMARY = (1, 4)
_MOST_AT_ONCE = 16
_CONNECT_S = 5.0
_ANSWER_S = 5.0
_FIRST_SERIAL = 1000
"""Those before are the connection's own."""


class CallRefused(Exception):
    """A call from the bus is answered with an error; ``name`` is its last word."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


def session_address(env: Mapping[str, str]) -> str:
    """Where the bus of the session is; empty where there is none."""
    named = env.get("DBUS_SESSION_BUS_ADDRESS", "")
    runtime = env.get("XDG_RUNTIME_DIR", "")
    if named or not runtime:
        return named
    path = f"{runtime}/bus"
    return f"unix:path={path}" if os.path.exists(path) else ""  # noqa: PTH110 - a socket's name


@asynccontextmanager
async def connected(address: str) -> AsyncGenerator[BusLine]:
    """A line to the bus at this address. Raises whatever the connection raises."""
    from jeepney.io.asyncio import open_dbus_connection

    with anyio.fail_after(_CONNECT_S):
        connection = await open_dbus_connection(address)
    try:
        yield BusLine(connection)
    finally:
        connection.writer.close()


class BusLine:
    """One connection to the bus.

    Args:
        connection: Of jeepney, on the loop.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._serials = itertools.count(_FIRST_SERIAL)
        self._answers: dict[int, tuple[anyio.Event, list[Message]]] = {}
        self._at_work = 0

    @property
    def name(self) -> str:
        """What the bus calls us."""
        return str(self._connection.unique_name)

    async def serve(
        self,
        answer: Callable[[Message], Awaitable[Answer]],
        hear: Callable[[Message], None] = lambda _: None,
    ) -> None:
        """Take what comes, until the bus is gone.

        Args:
            answer: Answers a call, beside the others; may raise CallRefused.
            hear: Takes a signal.
        """
        with ungrouped():
            async with anyio.create_task_group() as tasks:
                while True:
                    message = await self._connection.receive()
                    kind = message.header.message_type
                    if kind is MessageType.signal:
                        hear(message)
                    elif kind is not MessageType.method_call:
                        self._take_answer(message)
                    elif self._at_work >= _MOST_AT_ONCE:
                        await self._refuse(message, "LimitsExceeded", "too many calls at once")
                    else:
                        self._at_work += 1
                        tasks.start_soon(self._answer, message, answer)

    def _take_answer(self, message: Message) -> None:
        serial = message.header.fields.get(HeaderFields.reply_serial, 0)
        if serial in self._answers:
            there, box = self._answers[serial]
            box.append(message)
            there.set()

    async def _answer(
        self, message: Message, answer: Callable[[Message], Awaitable[Answer]]
    ) -> None:
        fields = message.header.fields
        try:
            if fields.get(HeaderFields.interface) == _PEER:
                signature, body = "", ()
            else:
                signature, body = await answer(message)
            await self._send(message, new_method_return(message, signature or None, body))
        except CallRefused as error:
            await self._refuse(message, error.name, str(error))
        finally:
            self._at_work -= 1

    async def _refuse(self, message: Message, name: str, why: str) -> None:
        await self._send(message, new_error(message, f"{_NAME}.Error.{name}", "s", (why,)))

    async def _send(self, call: Message, reply: Message) -> None:
        if not call.header.flags & MessageFlag.no_reply_expected:
            with suppress(ConnectionError):
                await self._connection.send(reply, serial=next(self._serials))

    async def call(
        self, to: DBusAddress, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | None:
        """Call somebody; None where he refuses, or does not answer."""
        serial = next(self._serials)
        there, box = self._answers[serial] = anyio.Event(), list[Message]()
        message = new_method_call(to, member, signature or None, body)
        try:
            await self._connection.send(message, serial=serial)
            with anyio.move_on_after(_ANSWER_S):
                await there.wait()
        finally:
            del self._answers[serial]
        if not box or box[0].header.message_type is MessageType.error:
            return None
        return tuple(box[0].body)

    async def emit(
        self, at: DBusAddress, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> None:
        """Send a signal of an object of ours."""
        message = new_signal(at, member, signature or None, body)
        await self._connection.send(message, serial=next(self._serials))

    async def take_name(self, name: str) -> bool:
        """Be found by this name; False where somebody else is."""
        body = await self.call(_BUS, "RequestName", "su", (name, _DO_NOT_QUEUE))
        return body is not None and body[0] in _PRIMARY

    async def follow(self, name: str) -> None:
        """Hear of it when this name gets another owner: ``changed_owner`` reads that signal."""
        rule = MatchRule(type="signal", sender=_NAME, interface=_NAME, member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        await self.call(_BUS, "AddMatch", "s", (rule.serialise(),))

    async def owner_of(self, name: str) -> str:
        """Who has this name now; empty: nobody."""
        body = await self.call(_BUS, "GetNameOwner", "s", (name,))
        return str(body[0]) if body else ""

    async def names(self) -> tuple[str, ...]:
        """All names on the bus."""
        body = await self.call(_BUS, "ListNames")
        return tuple(body[0]) if body else ()

    async def peer_of(self, sender: str) -> Peer | None:
        """The process at the other end; None where it went, or the bus does not say."""
        pid = await self.call(_BUS, "GetConnectionUnixProcessID", "s", (sender,))
        uid = await self.call(_BUS, "GetConnectionUnixUser", "s", (sender,))
        return Peer(int(pid[0]), int(uid[0])) if pid and uid else None


def changed_owner(message: Message) -> tuple[str, str]:
    """The name, and who has it from now on; empty where the signal tells of none."""
    fields = message.header.fields
    is_told = fields.get(HeaderFields.member) == "NameOwnerChanged"
    if not is_told or fields.get(HeaderFields.sender) != _NAME:
        return "", ""
    return str(message.body[0]), str(message.body[2])
