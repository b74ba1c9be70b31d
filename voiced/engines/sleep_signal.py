"""Whether the computer is about to sleep, and when it woke, as logind says on the system bus."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping

import anyio

__all__ = ["watch_sleep"]

_log = logging.getLogger(__name__)

_SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"
_MANAGER = "/org/freedesktop/login1"
_INTERFACE = "org.freedesktop.login1.Manager"
_CONNECT_S = 3.0
_AGAIN_S = 60.0


async def watch_sleep(
    tell: Callable[[bool], None], env: Mapping[str, str] | None = None, again_s: float = _AGAIN_S
) -> None:
    """Tell True before the computer sleeps and False when it woke, until cancelled.

    Where there is no such bus, or none any more, it is looked for again after a while.
    """
    address = (os.environ if env is None else env).get("DBUS_SYSTEM_BUS_ADDRESS") or _SYSTEM_BUS
    while True:
        try:
            await _follow(address, tell)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            _log.debug("the system bus tells of no sleep: %s", type(error).__name__)
        await anyio.sleep(again_s)


async def _follow(address: str, tell: Callable[[bool], None]) -> None:
    from jeepney import MatchRule, message_bus
    from jeepney.io.asyncio import open_dbus_connection

    rule = MatchRule(type="signal", interface=_INTERFACE, member="PrepareForSleep", path=_MANAGER)
    with anyio.fail_after(_CONNECT_S):
        connection = await open_dbus_connection(address)
    try:
        await connection.send(message_bus.AddMatch(rule))
        while True:
            message = await connection.receive()
            if rule.matches(message):
                tell(bool(message.body[0]))
    finally:
        await connection.close()
