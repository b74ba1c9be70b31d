"""A desktop's panel on a real bus, for tests: it watches for icons, reads them, and clicks. Blocks.

It is watcher and host at once, as most panels are.
"""

from __future__ import annotations

from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    MessageType,
    message_bus,
    new_method_call,
    new_method_return,
)
from jeepney.io.blocking import open_dbus_connection

from voiced.engines.tray.item import ITEM, ITEM_PATH, MENU, MENU_PATH, WATCHER

_PROPERTIES = "org.freedesktop.DBus.Properties"
_PATIENCE_S = 10.0


class Refusal(Exception):
    """The icon refused a call."""


class Stranger:
    """Somebody on the bus who knows where the icon is."""

    def __init__(self, address: str) -> None:
        self._connection = open_dbus_connection(address)
        self.item = ""

    def close(self) -> None:
        self._connection.close()

    def call(self, path: str, interface: str, member: str, *signed: Any) -> Any:
        """Call the icon; the first value of its answer. ``signed``: a signature and values."""
        signature, *body = signed or ("",)
        to = DBusAddress(path, self.item, interface)
        message = new_method_call(to, member, signature or None, tuple(body))
        answer = self._connection.send_and_get_reply(message, timeout=_PATIENCE_S)
        if answer.header.message_type is MessageType.error:
            raise Refusal(answer.header.fields[HeaderFields.error_name].rpartition(".")[2])
        return answer.body[-1] if answer.body else None

    def click(self, number: int) -> None:
        """Choose an entry of the menu."""
        self.call(MENU_PATH, MENU, "Event", "isvu", number, "clicked", ("s", ""), 0)


class Panel(Stranger):
    """A panel; leave it, and the watcher is gone."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        for interface in (ITEM, MENU):
            rule = MatchRule(type="signal", interface=interface)
            self._connection.send_and_get_reply(message_bus.AddMatch(rule))
        self._connection.send_and_get_reply(message_bus.RequestName(WATCHER))

    def __enter__(self) -> Panel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def meet(self) -> str:
        """Wait until an icon comes."""
        while True:
            message = self._connection.receive(timeout=_PATIENCE_S)
            if message.header.fields.get(HeaderFields.member) == "RegisterStatusNotifierItem":
                self.item = message.body[0]
                self._connection.send(new_method_return(message))
                return self.item

    def hears(self, signal: str) -> tuple[Any, ...]:
        """Wait until the icon tells this; what comes with it."""
        while True:
            message = self._connection.receive(timeout=_PATIENCE_S)
            if message.header.fields.get(HeaderFields.member) == signal:
                return tuple(message.body)

    def look(self) -> dict[str, Any]:
        """The icon as it is."""
        found = self.call(ITEM_PATH, _PROPERTIES, "GetAll", "s", ITEM)
        return {name: value for name, (_, value) in found.items()}

    def menu(self) -> list[tuple[int, dict[str, Any]]]:
        """The entries, and what they say of themselves."""
        root = self.call(MENU_PATH, MENU, "GetLayout", "iias", 0, -1, [])
        rows = [child for _, child in root[2]]
        return [
            (number, {name: value for name, (_, value) in row.items()}) for number, row, _ in rows
        ]
