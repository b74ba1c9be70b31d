"""The back end of the GlobalShortcuts portal, as the real front end of xdg-desktop-portal asks it.

Run as a program with a folder: it says yes unless the folder has a file "refuse", writes what is
asked for into "asked", and presses a key when somebody calls ``voicedtest.Keys.Press``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    message_bus,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.impl.portal.desktop.voicedtest"
INTERFACE = "org.freedesktop.impl.portal.GlobalShortcuts"
PATH = "/org/freedesktop/portal/desktop"


class Backend:
    def __init__(self, folder: Path, connection: DBusConnection) -> None:
        self.folder = folder
        self.connection = connection
        self.session = ""

    def answer(self, member: str, body: tuple[Any, ...]) -> tuple[str | None, tuple[Any, ...]]:
        code = int((self.folder / "refuse").exists())
        match member:
            case "CreateSession":
                self.session = body[1]
                return "ua{sv}", (0, {})
            case "BindShortcuts":
                asked = {name: options["preferred_trigger"][1] for name, options in body[2]}
                (self.folder / "asked").write_text(json.dumps(asked))
                bound = [(name, {}) for name, _ in body[2]]
                return "ua{sv}", (code, {"shortcuts": ("a(sa{sv})", bound)})
            case "Press":
                self.signal(body[0], "osta{sv}", (self.session, body[1], 0, {}))
                return None, ()
            case "Get":
                return "v", (("u", 1),)
            case "GetAll":
                return "a{sv}", ({"version": ("u", 1)},)
            case _:
                return None, ()

    def signal(self, member: str, signature: str, body: tuple[Any, ...]) -> None:
        self.connection.send(
            new_signal(DBusAddress(PATH, interface=INTERFACE), member, signature, body)
        )


def main(folder: Path) -> None:
    connection = open_dbus_connection("SESSION")
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    backend = Backend(folder, connection)
    (folder / "ready").touch()
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            member = message.header.fields[HeaderFields.member]
            signature, body = backend.answer(member, message.body)
            connection.send(new_method_return(message, signature, body))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
