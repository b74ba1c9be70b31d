"""The back end of a desktop's portals, as the real front end of xdg-desktop-portal asks it.

Run as a program with a folder: it says yes unless the folder has a file "refuse", writes the keys
that are pressed into "keys", and gives a copy of "screen.png" as the picture of the screen.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from bus_service import Answer, Methods, serve

NAME = "org.freedesktop.impl.portal.desktop.voicedtest"
_IMPL = "org.freedesktop.impl.portal."
_KEYBOARD = 1
_PROPERTIES: dict[str, dict[str, tuple[str, Any]]] = {
    "RemoteDesktop": {"version": ("u", 2), "AvailableDeviceTypes": ("u", _KEYBOARD)},
    "Screenshot": {"version": ("u", 2)},
    "Access": {"version": ("u", 1)},
}


class Backend:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def code(self) -> int:
        """Whether the user says yes (0) or no (1)."""
        return int((self.folder / "refuse").exists())

    def answered(self, **found: tuple[str, Any]) -> Answer:
        return "ua{sv}", (self.code, found)

    def press(self, session: str, options: Any, key: int, state: int) -> Answer:
        with (self.folder / "keys").open("a") as file:
            file.write(f"{key} {state}\n")
        return "", ()

    def screenshot(self, *_: Any) -> Answer:
        given = self.folder / "given.png"
        shutil.copyfile(self.folder / "screen.png", given)
        return self.answered(uri=("s", given.as_uri()))

    @property
    def methods(self) -> Methods:
        def properties(interface: str) -> dict[str, tuple[str, Any]]:
            return _PROPERTIES[interface.removeprefix(_IMPL)]

        remote, allowed = f"{_IMPL}RemoteDesktop", lambda *_: ("ua{sv}", (0, {}))
        return {
            "org.freedesktop.DBus.Properties.GetAll": lambda name: ("a{sv}", (properties(name),)),
            "org.freedesktop.DBus.Properties.Get": lambda name, key: (
                "v",
                (properties(name)[key],),
            ),
            f"{remote}.CreateSession": allowed,
            f"{remote}.SelectDevices": allowed,
            f"{remote}.Start": lambda *_: self.answered(devices=("u", _KEYBOARD)),
            f"{remote}.NotifyKeyboardKeysym": self.press,
            f"{_IMPL}Access.AccessDialog": lambda *_: self.answered(),
            f"{_IMPL}Screenshot.Screenshot": self.screenshot,
            f"{_IMPL}Session.Close": lambda: ("", ()),
            f"{_IMPL}Request.Close": lambda: ("", ()),
        }


if __name__ == "__main__":
    place = Path(sys.argv[1])
    serve("SESSION", NAME, Backend(place).methods, place / "ready")
