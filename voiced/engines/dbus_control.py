"""The running daemon on the session's D-Bus, for a desktop's keys and buttons.

What one may there is ACT at most: a program in a sandbox may be let onto the bus, and the bus shows
only its proxy. Who asks is looked at as on the socket, so that what voiced started may only look.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import anyio
from jeepney import (
    DBusAddress,
    Message,
    MessageFlag,
    MessageType,
    new_error,
    new_method_call,
    new_method_return,
)
from jeepney.low_level import HeaderFields

from voiced.control.orders import Orders
from voiced.control.peers import Grant, Peer, Scope
from voiced.errors import ControlError, ungrouped

__all__ = ["BUS_NAME", "INTERFACE", "PATH", "serve"]

BUS_NAME = "org.voiced.Voiced"
PATH = "/org/voiced/Voiced"
INTERFACE = "org.voiced.Control1"

_BUS = DBusAddress(
    "/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus"
)
_PEER = "org.freedesktop.DBus.Peer"
_INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
_DO_NOT_QUEUE = 4
_PRIMARY = (1, 4)
_MOST_AT_ONCE = 16
_CONNECT_S = 5.0
_AGAIN_S = 5.0
_log = logging.getLogger(__name__)

_ORDERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "PushToTalk": lambda action: {"do": "ptt", "action": action},
    "Stop": lambda: {"do": "stop"},
    "Mute": lambda: {"do": "mute"},
    "Unmute": lambda: {"do": "unmute"},
    "Reload": lambda: {"do": "reload"},
    "Status": lambda: {"do": "status"},
}

_INTROSPECTION = f"""<node><interface name="{INTERFACE}">
<method name="PushToTalk"><arg name="action" type="s" direction="in"/></method>
<method name="Stop"/><method name="Mute"/><method name="Unmute"/><method name="Reload"/>
<method name="Status"><arg name="json" type="s" direction="out"/></method>
</interface></node>"""


async def serve(orders: Orders, env: Mapping[str, str], grant: Grant) -> None:
    """Answer on the bus while there is one, until cancelled; nothing where there is none.

    Args:
        orders: Carries out what is asked.
        env: Names the bus.
        grant: Says what a client may; here that is ACT at most.
    """
    while address := _address(env):
        try:
            await _serve_once(orders, address, grant)
        except (OSError, EOFError, TimeoutError, ValueError, RuntimeError, StopIteration) as error:
            _log.info("control: no session bus: %s", type(error).__name__)
        await anyio.sleep(_AGAIN_S)


def _address(env: Mapping[str, str]) -> str:
    named = env.get("DBUS_SESSION_BUS_ADDRESS", "")
    runtime = env.get("XDG_RUNTIME_DIR", "")
    if named or not runtime:
        return named
    path = f"{runtime}/bus"
    return f"unix:path={path}" if os.path.exists(path) else ""  # noqa: PTH110 - a socket's name


async def _serve_once(orders: Orders, address: str, grant: Grant) -> None:
    from jeepney.io.asyncio import open_dbus_connection

    with anyio.fail_after(_CONNECT_S):
        connection = await open_dbus_connection(address)
    try:
        with ungrouped():
            async with anyio.create_task_group() as tasks:
                bus = _Bus(connection, orders, grant)
                tasks.start_soon(bus.take_name)
                while True:
                    message = await connection.receive()
                    if message.header.message_type is MessageType.method_call:
                        await bus.begin(message, tasks)
                    else:
                        bus.hear(message)
    finally:
        connection.writer.close()


class _Bus:
    def __init__(self, connection: Any, orders: Orders, grant: Grant) -> None:
        self._connection = connection
        self._orders = orders
        self._grant = grant
        self._serials = itertools.count(1000)
        self._answers: dict[int, tuple[anyio.Event, list[Message]]] = {}
        self._at_work = 0

    async def take_name(self) -> None:
        """Be found by our name, unless somebody else is."""
        body = await self._call("RequestName", "su", (BUS_NAME, _DO_NOT_QUEUE))
        if not body or body[0] not in _PRIMARY:
            _log.warning("control: the name %s is taken on the session bus", BUS_NAME)

    def hear(self, message: Message) -> None:
        """Take an answer of the bus."""
        serial = message.header.fields.get(HeaderFields.reply_serial, 0)
        if serial in self._answers:
            there, box = self._answers[serial]
            box.append(message)
            there.set()

    async def begin(self, message: Message, tasks: anyio.abc.TaskGroup) -> None:
        """Answer a call, beside the others; too many at once are refused."""
        if self._at_work >= _MOST_AT_ONCE:
            await self._refuse(message, "LimitsExceeded", "too many calls at once")
            return
        self._at_work += 1
        tasks.start_soon(self._answer, message)

    async def _answer(self, message: Message) -> None:
        try:
            await self._answer_call(message)
        except ControlError as error:
            name = "AccessDenied" if error.reason == "forbidden" else "Failed"
            await self._refuse(message, name, str(error))
        finally:
            self._at_work -= 1

    async def _answer_call(self, message: Message) -> None:
        fields = message.header.fields
        interface = fields.get(HeaderFields.interface, INTERFACE)
        member = fields.get(HeaderFields.member, "")
        if (interface, member) == (_PEER, "Ping"):
            await self._send(message, new_method_return(message))
        elif (interface, member) == (_INTROSPECTABLE, "Introspect"):
            await self._send(message, new_method_return(message, "s", (_INTROSPECTION,)))
        elif interface != INTERFACE or member not in _ORDERS:
            await self._refuse(message, "UnknownMethod", "there is no such method")
        else:
            await self._carry_out(message, member)

    async def _carry_out(self, message: Message, member: str) -> None:
        try:
            order = _ORDERS[member](*message.body)
        except TypeError:
            await self._refuse(message, "InvalidArgs", f"{member} has other arguments")
            return
        scope = await self._scope(message.header.fields.get(HeaderFields.sender, ""))
        answer = await self._orders.carry_out(order, scope)
        if member == "Status":
            reply = new_method_return(message, "s", (json.dumps(answer["status"]),))
        else:
            reply = new_method_return(message)
        await self._send(message, reply)

    async def _scope(self, sender: str) -> Scope:
        """What the one at the other end of the bus may."""
        pid = await self._call("GetConnectionUnixProcessID", "s", (sender,))
        uid = await self._call("GetConnectionUnixUser", "s", (sender,))
        if not pid or not uid:  # it went, or the bus does not say
            return Scope.STATUS
        found = self._grant(Peer(int(pid[0]), int(uid[0])))
        if found is None:
            raise ControlError("the assistant is another user's", reason="forbidden")
        return min(found, Scope.ACT)

    async def _call(self, member: str, signature: str, body: tuple[Any, ...]) -> tuple[Any, ...]:
        """Ask the bus itself; nothing where it refuses."""
        serial = next(self._serials)
        self._answers[serial] = anyio.Event(), []
        there, box = self._answers[serial]
        try:
            message = new_method_call(_BUS, member, signature, body)
            await self._connection.send(message, serial=serial)
            await there.wait()
        finally:
            del self._answers[serial]
        answer = box[0]
        is_error = answer.header.message_type is MessageType.error
        return () if is_error else tuple(answer.body)

    async def _refuse(self, message: Message, name: str, why: str) -> None:
        await self._send(
            message, new_error(message, f"org.freedesktop.DBus.Error.{name}", "s", (why,))
        )

    async def _send(self, call: Message, reply: Message) -> None:
        if not call.header.flags & MessageFlag.no_reply_expected:
            with suppress(ConnectionError):
                await self._connection.send(reply, serial=next(self._serials))
