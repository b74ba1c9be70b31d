"""A desktop that shows notifications, on a real bus: it writes them down, and presses buttons.

Run as a program with a folder: each call is a line of "calls" there. ``voicedtest.Server.Press``
presses a button of a notice.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    message_bus,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"


def main(folder: Path) -> None:
    connection = open_dbus_connection("SESSION")
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    (folder / "ready").touch()
    shown = 0
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        member, body = message.header.fields[HeaderFields.member], message.body
        answer: tuple[str | None, tuple[int, ...]] = (None, ())
        match member:
            case "Notify":
                shown = body[1] or shown + 1
                answer = "u", (shown,)
                line = [shown, body[3], body[4], body[5]]
            case "Press":
                to = DBusAddress(PATH, interface=NAME)
                connection.send(new_signal(to, "ActionInvoked", "us", body))
                line = ["pressed", *body]
            case _:
                line = [member, *body]
        connection.send(new_method_return(message, *answer))
        with (folder / "calls").open("a") as file:
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
