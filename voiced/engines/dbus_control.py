"""The running daemon on the session's D-Bus, for a desktop's keys and buttons.

What one may there is ACT at most: a program in a sandbox may be let onto the bus, and the bus shows
only its proxy. Who asks is looked at as on the socket, so that what voiced started may only look.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import anyio
from jeepney import Message
from jeepney.low_level import HeaderFields

from voiced.control.orders import Orders
from voiced.control.peers import Grant, Scope
from voiced.engines.session_bus import Answer, BusLine, CallRefused, connected, session_address
from voiced.errors import ControlError

__all__ = ["BUS_NAME", "INTERFACE", "PATH", "serve"]

BUS_NAME = "org.voiced.Voiced"
PATH = "/org/voiced/Voiced"
INTERFACE = "org.voiced.Control1"

_INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
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
    while address := session_address(env):
        try:
            async with connected(address) as line, anyio.create_task_group() as tasks:
                tasks.start_soon(_take_name, line)
                await line.serve(_Bus(line, orders, grant).answer)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a bus, we go on
            _log.info("control: no session bus: %s", type(error).__name__)
        await anyio.sleep(_AGAIN_S)


async def _take_name(line: BusLine) -> None:
    """Be found by our name, unless somebody else is."""
    if not await line.take_name(BUS_NAME):
        _log.warning("control: the name %s is taken on the session bus", BUS_NAME)


class _Bus:
    def __init__(self, line: BusLine, orders: Orders, grant: Grant) -> None:
        self._line = line
        self._orders = orders
        self._grant = grant

    async def answer(self, message: Message) -> Answer:
        """Answer a call."""
        fields = message.header.fields
        interface = fields.get(HeaderFields.interface, INTERFACE)
        member = fields.get(HeaderFields.member, "")
        if (interface, member) == (_INTROSPECTABLE, "Introspect"):
            return "s", (_INTROSPECTION,)
        if interface != INTERFACE or member not in _ORDERS:
            raise CallRefused("UnknownMethod", "there is no such method")
        try:
            return await self._carry_out(message, member)
        except ControlError as error:
            name = "AccessDenied" if error.reason == "forbidden" else "Failed"
            raise CallRefused(name, str(error)) from error

    async def _carry_out(self, message: Message, member: str) -> Answer:
        try:
            order = _ORDERS[member](*message.body)
        except TypeError:
            raise CallRefused("InvalidArgs", f"{member} has other arguments") from None
        scope = await self._scope(message.header.fields.get(HeaderFields.sender, ""))
        answer = await self._orders.carry_out(order, scope)
        return ("s", (json.dumps(answer["status"]),)) if member == "Status" else ("", ())

    async def _scope(self, sender: str) -> Scope:
        """What the one at the other end of the bus may."""
        peer = await self._line.peer_of(sender)
        if peer is None:
            return Scope.STATUS
        found = self._grant(peer)
        if found is None:
            raise ControlError("the assistant is another user's", reason="forbidden")
        return min(found, Scope.ACT)
