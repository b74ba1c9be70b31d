"""The D-Bus library behind ``bus.Bus``: the only importer of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from jeepney import (
    DBusAddress,
    MatchRule,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
    new_method_return,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse

from .bus import Address, BusError, Kind, NoBus, plain

__all__ = ["Monitor", "RealBus"]

_OPEN_S = 2.0
_ANSWER_S = 3.0
_PROPERTY_S = 1.0
_TOO_LATE = "org.freedesktop.DBus.Error.NoReply"


def _connected(kind: Kind) -> DBusConnection:
    try:
        return open_dbus_connection(kind)
    except (OSError, KeyError, ValueError, RuntimeError, EOFError) as error:
        raise NoBus(f"{type(error).__name__}: {error}") from error
    except Exception as error:  # its own errors of the handshake have no common parent
        if type(error).__module__.startswith("jeepney"):
            raise NoBus(f"{type(error).__name__}: {error}") from error
        raise


class RealBus:
    """A connection."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, kind: Kind) -> RealBus:
        """Connect.

        Raises:
            NoBus: There is none.
        """
        return cls(_connected(kind))

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def call(
        self,
        to: Address,
        member: str,
        signature: str = "",
        body: Sequence[Any] = (),
        timeout_s: float = _ANSWER_S,
    ) -> tuple[Any, ...]:
        """Call a method."""
        message = new_method_call(_there(to), member, signature or None, tuple(body))
        return tuple(plain(each) for each in self._answer(message, timeout_s))

    def get(self, to: Address, name: str) -> Any:
        """A property."""
        return plain(self._answer(Properties(_there(to)).get(name), _PROPERTY_S)[0])

    def hear_call(
        self, member: str, begin: Callable[[str], None], timeout_s: float
    ) -> tuple[Any, ...]:
        """Have somebody call us, and what he says then."""
        rule = MatchRule(type="method_call", member=member)
        with self._connection.filter(rule) as calls:
            begin(self._connection.unique_name)
            try:
                call = self._connection.recv_until_filtered(calls, timeout=timeout_s)
            except TimeoutError as error:
                raise BusError(_TOO_LATE) from error
            except (OSError, EOFError) as error:
                raise BusError("org.freedesktop.DBus.Error.Disconnected") from error
            self._connection.send(new_method_return(call))
        return tuple(plain(each) for each in call.body)

    def names(self) -> Sequence[str]:
        """The names on the bus."""
        found = self._answer(message_bus.ListNames(), _ANSWER_S)[0]
        return [name for name in found if not name.startswith(":")]

    def _answer(self, message: Any, timeout_s: float) -> tuple[Any, ...]:
        try:
            answer = self._connection.send_and_get_reply(message, timeout=timeout_s)
        except TimeoutError as error:
            raise BusError(_TOO_LATE) from error
        except (OSError, EOFError) as error:
            raise BusError("org.freedesktop.DBus.Error.Disconnected") from error
        if answer.header.message_type is MessageType.error:
            raise BusError(str(DBusErrorResponse(answer).name))
        return tuple(answer.body)


def _there(to: Address) -> DBusAddress:
    return DBusAddress(to.path, bus_name=to.name, interface=to.interface)


class Monitor:
    """Hears the calls of one method, whoever makes them to whomever.

    Between two ``next`` what comes waits in the socket.
    """

    def __init__(self, interface: str, member: str) -> None:
        self._connection = _connected("SESSION")
        rule = MatchRule(type="method_call", interface=interface, member=member)
        to = Address("org.freedesktop.DBus", "/org/freedesktop/DBus", "")
        monitoring = Address(to.name, to.path, "org.freedesktop.DBus.Monitoring")
        RealBus(self._connection).call(monitoring, "BecomeMonitor", "asu", ([rule.serialise()], 0))
        self._member = member

    def next(self, timeout_s: float) -> tuple[Any, ...] | None:
        """What was said in the next call; None where there was none.

        Raises:
            NoBus: The bus has gone.
        """
        until_s = time.monotonic() + timeout_s
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                message = self._connection.receive(timeout=left_s)
            except TimeoutError:
                return None
            except (OSError, EOFError) as error:
                raise NoBus(type(error).__name__) from error
            if message.header.fields.get(3) == self._member:  # 3 is the member
                return tuple(plain(each) for each in message.body)
        return None

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()
