"""Keys by the portal RemoteDesktop, for desktops that take none from programs: GNOME, KDE.

The desktop asks the user once. Its leave is kept in a file of ours, and holds until he takes it
back in the settings of the desktop. The session lasts as long as we run: opening one each time
would ask anew where the portal is too old to give a leave that lasts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from voiced import private_files
from voiced.engines.desk_portal import NoPortal, Portals, Request

__all__ = ["RemoteKeyboard", "keysym"]

_REMOTE = "RemoteDesktop"
_KEYBOARD, _UNTIL_REVOKED = 1, 2
_ASKED_S = 25.0
_PRESSED, _RELEASED = 1, 0
_KEYS = {"\n": 0xFF0D, "\t": 0xFF09, "\b": 0xFF08}
_UNICODE = 0x01000000
_LATIN = 0xFF
_MOST_BYTES = 4096


def keysym(letter: str) -> int:
    """The number that X gives to the key of a letter; that of Backspace for its control sign."""
    code = ord(letter)
    return _KEYS.get(letter) or (code if code <= _LATIN else _UNICODE | code)


class RemoteKeyboard:
    """A keyboard beside the user's own. Its first use may ask him; later ones do not.

    Args:
        environ: Of the desktop session.
        leave: Where the leave of the desktop is kept; None: it is not.
        connect: Reaches the portals.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        leave: Path | None,
        connect: Callable[[Mapping[str, str]], Portals] = Portals,
    ) -> None:
        self._environ = environ
        self._leave = leave
        self._connect = connect
        self._portals: Portals | None = None
        self._session = ""

    def open(self) -> None:
        """Be ready to press keys.

        Raises:
            NoPortal: There is no such portal.
            DeskError: The user did not allow it.
        """
        if self._portals is not None:
            return
        portals = self._connect(self._environ)
        try:
            self._session = self._start(portals)
        except BaseException:
            portals.close()
            raise
        self._portals = portals

    def press(self, letters: Iterable[str]) -> None:
        """Press the key of each.

        Raises:
            NoPortal: The session has ended; the next use opens another.
            DeskError: The user did not allow it.
        """
        for pressed, letter in enumerate(letters):
            try:
                self._tap(keysym(letter))
            except NoPortal:
                self.close()
                if pressed:  # half of it is in the window: typing all of it anew is worse
                    raise
                self._tap(keysym(letter))

    def close(self) -> None:
        """End the session."""
        if self._portals is not None:
            self._portals.close()
        self._portals = None

    def _tap(self, key: int) -> None:
        self.open()
        assert self._portals is not None  # noqa: S101 - it was opened
        for state in (_PRESSED, _RELEASED):
            body: tuple[object, ...] = (self._session, {}, key, state)
            self._portals.call(_REMOTE, "NotifyKeyboardKeysym", "oa{sv}iu", body)

    def _start(self, portals: Portals) -> str:
        name: dict[str, tuple[str, Any]] = {
            "session_handle_token": ("s", f"voiced{secrets.token_hex(8)}")
        }
        made = portals.ask(Request(_REMOTE, "CreateSession", "a{sv}", (), name), _ASKED_S)
        session = str(made["session_handle"])
        options: dict[str, tuple[str, Any]] = {
            "types": ("u", _KEYBOARD),
            "persist_mode": ("u", _UNTIL_REVOKED),
        }
        if token := self._kept():
            options["restore_token"] = ("s", token)
        devices = Request(_REMOTE, "SelectDevices", "oa{sv}", (session,), options)
        portals.ask(devices, _ASKED_S)
        started = portals.ask(Request(_REMOTE, "Start", "osa{sv}", (session, "")), _ASKED_S)
        if not int(started.get("devices", 0)) & _KEYBOARD:
            raise NoPortal("the portal gave no keyboard")
        self._keep(str(started.get("restore_token", "")))
        return session

    def _kept(self) -> str:
        if self._leave is None:
            return ""
        try:
            with self._leave.open("rb") as file:
                return file.read(_MOST_BYTES).decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def _keep(self, token: str) -> None:
        """It serves once, and a new one comes with each session."""
        if self._leave is None:
            return
        with suppress(OSError):  # without it, the desktop asks again next time
            self._leave.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            private_files.make_empty(self._leave)
            if token:
                private_files.append(self._leave, f"{token}\n".encode())
