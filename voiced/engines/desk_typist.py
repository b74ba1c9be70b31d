"""Typing into the focused window, through wtype (Wayland) or xdotool (X11)."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from voiced.engines.desk_keys import SpareKeys
from voiced.engines.desk_programs import Programs
from voiced.errors import DeskError

__all__ = ["ProgramTypist"]

Command: TypeAlias = tuple[str, ...]

_MOST_ERASED = 5_000
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
    """The keyboard of the session.

    Args:
        programs: Those that are there, and the session's environment.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._keys = SpareKeys(programs)

    def window(self) -> str:
        """The focused window's number where the desktop tells it (X11), else nothing.

        Raises:
            DeskError: Nothing can be typed here.
        """
        if self._tool() is not _XDOTOOL:
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
        if letters > 0:
            self._press(self._tool().erase(min(letters, _MOST_ERASED)))

    def _press(self, command: Command, data: bytes = b"") -> None:
        if self._programs.feed(command, data).code:
            name = command[0]
            raise DeskError(
                f"{name}: the desktop does not take keys from programs",
                spoken="Your desktop does not let me type.",
                mend="GNOME on Wayland takes no keys from programs: use an Xorg session, or copy"
                f" and paste; elsewhere see what `{name}` says in a terminal",
            )

    def _tool(self) -> _Tool:
        """The program for this session.

        Raises:
            DeskError: It is not there.
        """
        if not (self._programs.is_wayland or self._programs.is_x11):
            raise DeskError(
                "there is no desktop session to type into",
                spoken="I can't type into your windows from here.",
                mend="start voiced in your desktop session",
            )
        tool = _WTYPE if self._programs.is_wayland else _XDOTOOL
        if not self._programs.has(tool.program):
            raise DeskError(
                f"{tool.program} is not installed",
                spoken=f"I can't type here, because {tool.program} is not installed.",
                mend=f"install {tool.program}",
            )
        return tool
