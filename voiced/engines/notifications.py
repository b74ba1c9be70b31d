"""Desktop notifications: that it is muted, and what it asks, with buttons that answer.

One at a time. What is shown is the question as it is spoken; whoever must not read it turns
notifications off.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import anyio

from voiced.errors import EngineError
from voiced.events import ConfirmationAsked, Event, ModeChanged, TurnStarted
from voiced.workers import in_worker

__all__ = ["DesktopNotices", "Pressed"]

Pressed: TypeAlias = Literal["yes", "no", "unmute"]
"""What a button means."""

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_OPEN_S = 2.0
_ANSWER_S = 3.0
_RETRY_S = 15.0
_FOREVER = 0


@dataclass(frozen=True, slots=True)
class _Notice:
    """What is shown, and its buttons: what each means, and what is on it."""

    key: str
    summary: str
    body: str
    buttons: tuple[tuple[Pressed, str], ...]


_MUTED = _Notice(
    "muted", "voiced is muted", "The microphone is closed.", (("unmute", "Listen again"),)
)


class DesktopNotices:
    """Reads the events of a session and shows what matters.

    Args:
        press: Told of the button that was pressed, of the notice that is shown now.
        tell: Takes a sentence when there is nobody to show it; once.
        environ: Of the desktop session; None is this process's.
    """

    def __init__(
        self,
        press: Callable[[Pressed], None],
        tell: Callable[[str], None],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._press = press
        self._tell = tell
        self._environ = os.environ if environ is None else environ
        self._is_muted = False
        self._question: _Notice | None = None
        self._news = anyio.Event()
        self._shown: _Notice | None = None
        self._id = 0
        self._serial = 0
        self._shows = False
        self._server = ""
        self._answered = anyio.Event()
        self._has_told = False

    def read(self, event: Event) -> None:
        """Take an event."""
        match event:
            case ModeChanged(_, mode):
                self._is_muted = mode == "muted"
            case ConfirmationAsked(_, _, name, question):
                buttons: tuple[tuple[Pressed, str], ...] = (("yes", "Yes"), ("no", "No"))
                self._question = _Notice(name, "voiced asks", question, buttons)
            case TurnStarted():  # whatever it is, it answers, or asks anew
                self._question = None
            case _:
                return
        self._news.set()

    async def run(self) -> None:
        """Show it, until cancelled; a desktop that comes later is found."""
        while True:
            try:
                connection = await in_worker(self._connect)
                try:
                    async with anyio.create_task_group() as tasks:
                        tasks.start_soon(self._receive, connection)
                        await self._show(connection)
                finally:
                    connection.close()
            except* (EngineError, OSError, EOFError) as group:
                self._lose(group.exceptions[0])
            await anyio.sleep(_RETRY_S)

    def _lose(self, error: BaseException) -> None:
        self._shown, self._id = None, 0
        if not self._has_told:
            self._has_told = True
            self._tell(f"I can show no notifications: {error}")

    def _connect(self) -> Any:
        from jeepney import MatchRule, message_bus
        from jeepney.io.blocking import open_dbus_connection

        address = self._environ.get("DBUS_SESSION_BUS_ADDRESS", "")
        if not address:
            raise EngineError("there is no session bus", stage="notifications", retryable=True)
        try:
            connection = open_dbus_connection(address, auth_timeout=_OPEN_S)
        except Exception as error:  # its errors of address and handshake have no common parent
            reason = f"the session bus: {type(error).__name__}"
            raise EngineError(reason, stage="notifications", retryable=True) from error
        rule = MatchRule(type="signal", interface=_NAME, path=_PATH)
        connection.send_and_get_reply(message_bus.AddMatch(rule), timeout=_ANSWER_S)
        return connection

    async def _show(self, connection: Any) -> None:
        while True:
            self._news = anyio.Event()
            wanted = self._question or (_MUTED if self._is_muted else None)
            if wanted != self._shown:
                self._shown = wanted
                await self._send(connection, wanted)
            else:
                await self._news.wait()

    async def _send(self, connection: Any, notice: _Notice | None) -> None:
        from jeepney import DBusAddress, new_method_call

        to = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
        if notice is None:
            message = new_method_call(to, "CloseNotification", "u", (self._id,))
            self._id = 0
        else:
            buttons = [part for button in notice.buttons for part in button]
            hints = {"transient": ("b", True), "category": ("s", "device")}
            body = ("voiced", self._id, "audio-input-microphone", notice.summary, notice.body)
            message = new_method_call(
                to, "Notify", "susssasa{sv}i", (*body, buttons, hints, _FOREVER)
            )
        self._answered = anyio.Event()
        self._shows = notice is not None
        self._serial = next(connection.outgoing_serial)
        connection.send(message, serial=self._serial)
        with anyio.move_on_after(_ANSWER_S):
            await self._answered.wait()

    async def _receive(self, connection: Any) -> None:
        while True:
            try:
                self._take(connection.receive(timeout=0))
            except (TimeoutError, BlockingIOError):
                await anyio.wait_readable(connection.sock)

    def _take(self, message: Any) -> None:
        from jeepney import HeaderFields, MessageType

        kind, fields = message.header.message_type, message.header.fields
        if fields.get(HeaderFields.reply_serial) == self._serial:
            if kind is MessageType.method_return and message.body:
                self._id = int(message.body[0])
                self._server = fields.get(HeaderFields.sender, "")
            self._answered.set()
            if kind is MessageType.error and self._shows:
                raise EngineError(_reason(fields), stage="notifications", retryable=True)
        elif fields.get(HeaderFields.member) != "ActionInvoked":
            return
        elif fields.get(HeaderFields.sender) == self._server:  # nobody else presses its buttons
            self._invoked(*message.body[:2])

    def _invoked(self, name: int, button: str) -> None:
        shown = self._shown
        if shown is None or name != self._id:
            return
        for pressed, _ in shown.buttons:
            if pressed == button:
                self._shown, self._id = None, 0  # a server closes what was answered
                self._question = None if self._question == shown else self._question
                self._press(pressed)
                return


def _reason(fields: Mapping[Any, Any]) -> str:
    from jeepney import HeaderFields

    name = str(fields.get(HeaderFields.error_name, "")).rpartition(".")[2]
    return f"this desktop shows none ({name})"
