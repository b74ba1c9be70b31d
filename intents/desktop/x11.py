"""The X library behind ``windows.Windows``: the only importer of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from Xlib import X
from Xlib import error as xerror
from Xlib.display import Display
from Xlib.protocol import event

from voiced.plugin import one_line

from .refusals import failed
from .windows import Window

__all__ = ["NoDisplay", "X11Windows"]

_LOCAL = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_PAGER = 2
_ICONIC = 3
_LONGEST = 200
_REMOVE, _ADD = 0, 1
_SKIPPED = frozenset(("_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK"))


class NoDisplay(Exception):
    """The display cannot be reached."""


class X11Windows:
    """The windows of an X display."""

    def __init__(self, name: str) -> None:
        if not name:
            raise NoDisplay("DISPLAY is not set")
        local = _LOCAL.fullmatch(name)
        if local is not None and not Path(f"/tmp/.X11-unix/X{local[1]}").exists():  # noqa: S108
            raise NoDisplay(f"no X server has the display {name}")
        try:
            self._display = Display(name)
        except (xerror.DisplayError, xerror.ConnectionClosedError, OSError, ValueError) as error:
            raise NoDisplay(f"{type(error).__name__}") from error
        self._display.set_error_handler(lambda *_: None)  # windows vanish; that is no news
        self._root = self._display.screen().root

    def disconnect(self) -> None:
        """Leave the display."""
        self._display.close()

    def _atom(self, name: str) -> int:
        return int(self._display.intern_atom(name))

    def _property(self, window: Any, name: str) -> Any:
        try:
            found = window.get_full_property(self._atom(name), X.AnyPropertyType)
        except (xerror.XError, UnicodeError):  # it has gone
            return None
        return None if found is None else found.value

    def _window(self, number: int) -> Any:
        return self._display.create_resource_object("window", number)

    def list(self) -> Sequence[Window]:
        """The windows, in the order in which they lie upon each other."""
        numbers = self._property(self._root, "_NET_CLIENT_LIST_STACKING")
        if numbers is None:
            numbers = self._property(self._root, "_NET_CLIENT_LIST")
        if numbers is None:
            spoken = "The window manager doesn't tell which windows there are."
            raise failed("no _NET_CLIENT_LIST", spoken, "use a window manager that speaks EWMH")
        found = [self._described(number) for number in numbers]
        return [window for window in found if window is not None]

    def _described(self, number: int) -> Window | None:
        window = self._window(number)
        types = self._property(window, "_NET_WM_WINDOW_TYPE")
        names = {self._display.get_atom_name(each) for each in types} if types is not None else ()
        if _SKIPPED.intersection(names):
            return None
        try:
            classes = window.get_wm_class()
        except (xerror.XError, UnicodeError):
            return None
        title = self._text(window, "_NET_WM_NAME") or self._text(window, "WM_NAME")
        states = self._property(window, "_NET_WM_STATE")
        hidden = self._atom("_NET_WM_STATE_HIDDEN")
        return Window(
            number,
            one_line(title)[:_LONGEST],
            one_line(classes[1] if classes else "")[:_LONGEST],
            states is not None and hidden in states,
        )

    def _text(self, window: Any, name: str) -> str:
        value = self._property(window, name)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else ""

    def active(self) -> int | None:
        """The one that is used."""
        value = self._property(self._root, "_NET_ACTIVE_WINDOW")
        return int(value[0]) if value is not None and len(value) and value[0] else None

    def _tell(self, window: int, message: str, *data: int) -> None:
        """Ask the window manager for something."""
        values = (*data, *([0] * (5 - len(data))))
        client = event.ClientMessage(
            window=self._window(window), client_type=self._atom(message), data=(32, values)
        )
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
        self._root.send_event(client, event_mask=mask)
        self._display.sync()

    def activate(self, window: int) -> None:
        """Bring it to the front."""
        self._tell(window, "_NET_ACTIVE_WINDOW", _PAGER, X.CurrentTime, 0)

    def close(self, window: int) -> None:
        """Ask it to close."""
        self._tell(window, "_NET_CLOSE_WINDOW", X.CurrentTime, _PAGER)

    def minimise(self, window: int) -> None:
        """Put it away."""
        self._tell(window, "WM_CHANGE_STATE", _ICONIC)

    def maximise(self, window: int, *, on: bool) -> None:
        """Make it fill the screen, or not any more."""
        both = [self._atom(f"_NET_WM_STATE_MAXIMIZED_{way}") for way in ("HORZ", "VERT")]
        self._tell(window, "_NET_WM_STATE", _ADD if on else _REMOVE, *both, _PAGER)

    def is_maximised(self, window: int) -> bool:
        """Whether it fills the screen."""
        states = self._property(self._window(window), "_NET_WM_STATE")
        both = {self._atom(f"_NET_WM_STATE_MAXIMIZED_{way}") for way in ("HORZ", "VERT")}
        return states is not None and both <= set(states)
