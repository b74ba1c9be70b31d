"""Typing into the focused window: xdotool (X11), wtype or the portal (Wayland)."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from voiced.engines.desk_keys import SpareKeys
from voiced.engines.desk_portal import NoPortal
from voiced.engines.desk_programs import Programs
from voiced.engines.desk_remote import RemoteKeyboard
from voiced.errors import DeskError

__all__ = ["ProgramTypist"]

Command: TypeAlias = tuple[str, ...]

_MOST_ERASED = 5_000
_NOT_LET = "Your desktop does not let me type."
_SETTLE_S = 0.1
"""Until a window has taken the letters typed, and knows the new keys."""


@dataclass(frozen=True, slots=True)
class _Tool:
    program: str
    type: Command
    erase: Callable[[int], Command]


_WAKE = ("wtype", "-s", "40")
"""Where no other keyboard is there, the window first has to learn of this one."""

_WTYPE = _Tool("wtype", (*_WAKE, "-"), lambda letters: (*_WAKE, *("-k", "BackSpace") * letters))
_XDOTOOL = _Tool(
    "xdotool",
    ("xdotool", "type", "--clearmodifiers", "--delay", "4", "--file", "-"),
    lambda letters: (
        *("xdotool", "key", "--clearmodifiers", "--delay", "4"),
        *("--repeat", str(letters), "BackSpace"),
    ),
)


class ProgramTypist:
    """The keyboard of the session: xdotool; on Wayland wtype, or else the portal.

    Args:
        programs: Those that are there, and the session's environment.
        remote: The keyboard of the portal.
    """

    def __init__(self, programs: Programs, remote: RemoteKeyboard) -> None:
        self._programs = programs
        self._keys = SpareKeys(programs)
        self._remote = remote
        self._wtype_works: bool | None = None

    def window(self) -> str:
        """The focused window's number where the desktop tells it (X11), else nothing.

        Raises:
            DeskError: Nothing can be typed here, or the user did not allow it.
        """
        tool = self._tool()
        if tool is None:
            self._by_portal("")
        if tool is not _XDOTOOL:
            return ""
        for question in ("getactivewindow", "getwindowfocus"):
            ran = self._programs.read(("xdotool", question))
            if ran.code == 0:
                return ran.output.decode("ascii", "replace").strip()
        return ""

    def type(self, text: str) -> None:
        """Type it; a line end is the Return key, other control characters are left out.

        Raises:
            DeskError: The desktop did not take it.
        """
        plain = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
        tool = self._tool()
        if not plain:
            return
        if tool is None:
            self._by_portal(plain)
            return
        if tool is not _XDOTOOL or plain.isascii():
            self._press(tool.type, plain.encode())
            return
        for part in self._keys.parts(plain):
            if self._keys.bind(part):
                time.sleep(_SETTLE_S)
            self._press(tool.type, part.encode())

    def erase(self, letters: int) -> None:
        """Press Backspace so many times.

        Raises:
            DeskError: The desktop did not take it.
        """
        if letters <= 0:
            return
        tool, most = self._tool(), min(letters, _MOST_ERASED)
        if tool is None:
            self._by_portal("\b" * most)
        else:
            self._press(tool.erase(most))

    def _press(self, command: Command, data: bytes = b"") -> None:
        if self._programs.feed(command, data).code:
            name = command[0]
            raise DeskError(
                f"{name}: the desktop does not take keys from programs",
                spoken=_NOT_LET,
                mend=f"see what `{name}` says in a terminal of your desktop session",
            )

    def _by_portal(self, letters: str) -> None:
        try:
            self._remote.open()
            self._remote.press(letters)
        except NoPortal as error:
            raise DeskError(
                f"neither wtype nor the portal types here: {error}",
                spoken=_NOT_LET,
                mend="GNOME and KDE: install xdg-desktop-portal with the backend of your desktop;"
                " Sway, labwc, Wayfire and others: install wtype",
            ) from error

    def _tool(self) -> _Tool | None:
        """The program for this session; None where it is the portal.

        Raises:
            DeskError: There is no session, or the program is not there.
        """
        if self._programs.is_wayland:
            return _WTYPE if self._can_wtype() else None
        if not self._programs.is_x11:
            raise DeskError(
                "there is no desktop session to type into",
                spoken="I can't type into your windows from here.",
                mend="start voiced in your desktop session",
            )
        if not self._programs.has(_XDOTOOL.program):
            raise DeskError(
                "xdotool is not installed",
                spoken="I can't type here, because xdotool is not installed.",
                mend="install xdotool",
            )
        return _XDOTOOL

    def _can_wtype(self) -> bool:
        """Whether wtype is there, and the compositor takes keys from it. Typing nothing tells."""
        if self._wtype_works is None:
            has = self._programs.has(_WTYPE.program)
            self._wtype_works = has and self._programs.feed(("wtype", ""), b"").code == 0
        return self._wtype_works
