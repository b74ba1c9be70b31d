"""The desktop's portals (org.freedesktop.portal.Desktop): each request may ask the user first."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from voiced.errors import DeskError

__all__ = ["NoPortal", "Portals", "Request"]

_NAME = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_PREFIX = "org.freedesktop.portal."
_REQUEST = _PREFIX + "Request"
_OPEN_S = 2.0
_ANSWER_S = 3.0
_ALLOWED = 0


class NoPortal(Exception):
    """There is no such portal, no bus, or it failed; the message says which."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a portal is asked for; ``options`` are with their D-Bus types, and come last."""

    interface: str
    member: str
    signature: str
    arguments: Sequence[Any] = ()
    options: Mapping[str, tuple[str, Any]] = field(default_factory=dict)


class Portals:
    """A connection to the portals. Sessions that are made over it end with it.

    Args:
        environ: Of the desktop session.

    Raises:
        NoPortal: There is no session bus.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        from jeepney.io.blocking import open_dbus_connection

        address = environ.get("DBUS_SESSION_BUS_ADDRESS", "")
        if not address:
            raise NoPortal("there is no session bus")
        try:
            self._connection = open_dbus_connection(address, auth_timeout=_OPEN_S)
        except Exception as error:  # its errors of address and handshake have no common parent
            raise NoPortal(f"the session bus: {type(error).__name__}") from error

    def close(self) -> None:
        """Disconnect."""
        with suppress(OSError):
            self._connection.close()

    def call(self, interface: str, member: str, signature: str, body: Sequence[Any]) -> Any:
        """Call a method that asks nobody; what it gives back.

        Raises:
            NoPortal: It does not answer, or with an error.
        """
        from jeepney import DBusAddress, new_method_call

        to = DBusAddress(_PATH, bus_name=_NAME, interface=_PREFIX + interface)
        return self._answer(new_method_call(to, member, signature, tuple(body)))

    def ask(self, request: Request, wait_s: float) -> Mapping[str, Any]:
        """Make a request, and wait until the user or the desktop has answered it.

        Raises:
            NoPortal: There is no such portal, or it failed.
            DeskError: The user did not allow it.
        """
        from jeepney import MatchRule, message_bus

        token = f"voiced{secrets.token_hex(8)}"
        sender = str(self._connection.unique_name)[1:].replace(".", "_")
        path = f"{_PATH}/request/{sender}/{token}"
        rule = MatchRule(type="signal", interface=_REQUEST, member="Response", path=path)
        self._answer(message_bus.AddMatch(rule))
        options = {**request.options, "handle_token": ("s", token)}
        with self._connection.filter(rule) as answers:
            body = (*request.arguments, options)
            self.call(request.interface, request.member, request.signature, body)
            try:
                answer = self._connection.recv_until_filtered(answers, timeout=wait_s)
            except TimeoutError as error:
                raise _refused(f"{request.interface}: nobody answered the question") from error
            except (OSError, EOFError) as error:
                raise NoPortal("the session bus has gone") from error
        code, results = answer.body
        if code != _ALLOWED:
            raise _refused(f"{request.interface}: the portal answered {code}")
        return {name: value[1] for name, value in results.items()}

    def watch(self, interface: str) -> None:
        """Have the signals of a portal sent to us.

        Raises:
            NoPortal: The bus does not answer.
        """
        from jeepney import MatchRule, message_bus

        for name in (interface, "Session"):
            rule = MatchRule(type="signal", sender=_NAME, interface=_PREFIX + name)
            self._answer(message_bus.AddMatch(rule))

    def fileno(self) -> int:
        """What becomes readable when there is a signal."""
        return int(self._connection.sock.fileno())

    def signal(self) -> tuple[str, Any] | None:
        """The name and the body of the next signal, if one has come. Does not wait.

        Raises:
            NoPortal: The bus is gone, or the portal ended our session.
        """
        from jeepney import HeaderFields, MessageType

        while True:
            try:
                message = self._connection.receive(timeout=0)
            except (TimeoutError, BlockingIOError):
                return None
            except (OSError, EOFError) as error:
                raise NoPortal("the session bus has gone") from error
            if message.header.message_type is not MessageType.signal:
                continue
            member = str(message.header.fields.get(HeaderFields.member, ""))
            if member == "Closed":
                raise NoPortal("the desktop has ended it")
            return member, message.body

    def _answer(self, message: Any) -> Any:
        from jeepney import MessageType
        from jeepney.wrappers import DBusErrorResponse

        try:
            answer = self._connection.send_and_get_reply(message, timeout=_ANSWER_S)
        except TimeoutError as error:
            raise NoPortal("the portal does not answer") from error
        except (OSError, EOFError) as error:
            raise NoPortal("the session bus has gone") from error
        if answer.header.message_type is MessageType.error:
            raise NoPortal(f"the portal answered {DBusErrorResponse(answer).name}")
        return answer.body


def _refused(reason: str) -> DeskError:
    return DeskError(
        reason,
        spoken="Your desktop did not allow it.",
        mend="say yes when the desktop asks, or see the permissions in its settings",
    )
