"""The back end of a desktop's portals, as the real front end of xdg-desktop-portal asks it.

Run as a program with a folder: it says yes unless the folder has a file "refuse", writes the keys
that are pressed into "keys", and gives a copy of "screen.png" as the picture of the screen.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jeepney import MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.impl.portal.desktop.voicedtest"
_IMPL = "org.freedesktop.impl.portal."
_KEYBOARD = 1
_VERSIONS = {"RemoteDesktop": 2, "Screenshot": 2, "Access": 1}
_INTERFACE, _MEMBER = 2, 3


class Backend:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = open_dbus_connection("SESSION")
        self.connection.send_and_get_reply(message_bus.RequestName(NAME))
        properties = "org.freedesktop.DBus.Properties"
        self.methods: dict[str, Callable[..., tuple[str, tuple[Any, ...]]]] = {
            f"{properties}.GetAll": self.get_all,
            f"{properties}.Get": self.get,
            "RemoteDesktop.CreateSession": lambda *_: self.results({}, 0),
            "RemoteDesktop.SelectDevices": lambda *_: self.results({}, 0),
            "RemoteDesktop.Start": lambda *_: self.results(
                {"devices": ("u", _KEYBOARD)}, self.code
            ),
            "RemoteDesktop.NotifyKeyboardKeysym": self.press,
            "Access.AccessDialog": lambda *_: self.results({}, self.code),
            "Screenshot.Screenshot": self.screenshot,
            "Session.Close": self.nothing,
            "Request.Close": self.nothing,
        }
        (folder / "ready").touch()

    def serve(self) -> None:
        while True:
            message = self.connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            try:
                signature, body = self.answer(message)
            except KeyError:
                name = "org.freedesktop.DBus.Error.UnknownMethod"
                self.connection.send(new_error(message, name, "s", ("no such thing",)))
                continue
            self.connection.send(new_method_return(message, signature, body))

    def answer(self, message: Any) -> tuple[str, tuple[Any, ...]]:
        fields = message.header.fields
        interface = str(fields.get(_INTERFACE, "")).removeprefix(_IMPL)
        return self.methods[f"{interface}.{fields[_MEMBER]}"](*message.body)

    def nothing(self, *_: Any) -> tuple[str, tuple[Any, ...]]:
        return "", ()

    def results(self, found: dict[str, tuple[str, Any]], code: int) -> Any:
        return "ua{sv}", (code, found)

    def get_all(self, interface: str) -> Any:
        return "a{sv}", (self.properties(interface.removeprefix(_IMPL)),)

    def get(self, interface: str, name: str) -> Any:
        return "v", (self.properties(interface.removeprefix(_IMPL))[name],)

    def press(self, session: str, options: Any, key: int, state: int) -> Any:
        with (self.folder / "keys").open("a") as file:
            file.write(f"{key} {state}\n")
        return "", ()

    def screenshot(self, *_: Any) -> Any:
        given = self.folder / "given.png"
        shutil.copyfile(self.folder / "screen.png", given)
        return self.results({"uri": ("s", given.as_uri())}, self.code)

    @property
    def code(self) -> int:
        """Whether the user says yes (0) or no (1)."""
        return int((self.folder / "refuse").exists())

    def properties(self, interface: str) -> dict[str, tuple[str, Any]]:
        found: dict[str, tuple[str, Any]] = {"version": ("u", _VERSIONS[interface])}
        if interface == "RemoteDesktop":
            found["AvailableDeviceTypes"] = ("u", _KEYBOARD)
        return found


if __name__ == "__main__":
    Backend(Path(sys.argv[1])).serve()
