"""A service on a real D-Bus for tests: methods by "Interface.Member", in a process of its own.

Run as a program with a folder and what to be: "login1" or "screensaver". It writes each call into
the file "calls" of the folder.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from jeepney import MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection

Answer: TypeAlias = tuple[str, tuple[Any, ...]]
Methods: TypeAlias = Mapping[str, Callable[..., Answer]]

_INTERFACE, _MEMBER = 2, 3


def serve(bus: Literal["SESSION", "SYSTEM"], name: str, methods: Methods, ready: Path) -> None:
    """Answer calls until the bus goes."""
    connection = open_dbus_connection(bus)
    connection.send_and_get_reply(message_bus.RequestName(name))
    ready.touch()
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        fields = message.header.fields
        try:
            method = methods[f"{fields.get(_INTERFACE)}.{fields[_MEMBER]}"]
            signature, body = method(*message.body)
        except KeyError:  # no such method, or it knows no such thing
            error = "org.freedesktop.DBus.Error.UnknownMethod"
            connection.send(new_error(message, error, "s", ("no such thing",)))
        else:
            connection.send(new_method_return(message, signature or None, body))


def main(folder: Path, what: str) -> None:
    def called(words: str) -> Answer:
        with (folder / "calls").open("a") as file:
            file.write(f"{words}\n")
        return "", ()

    def set_brightness(subsystem: str, device: str, level: int) -> Answer:
        (folder / subsystem / device / "brightness").write_text(str(level))
        return called(f"SetBrightness {device} {level}")

    ready = folder / f"{what}-ready"
    if what == "login1":
        session = "org.freedesktop.login1.Session"
        methods: Methods = {
            f"{session}.Lock": lambda: called("login1 Lock"),
            f"{session}.SetBrightness": set_brightness,
        }
        serve("SYSTEM", "org.freedesktop.login1", methods, ready)
    else:
        saver = "org.freedesktop.ScreenSaver"
        methods = {
            f"{saver}.Lock": lambda: called("ScreenSaver Lock"),
            f"{saver}.GetActive": lambda: ("b", ((folder / "calls").exists(),)),
        }
        serve("SESSION", saver, methods, ready)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
