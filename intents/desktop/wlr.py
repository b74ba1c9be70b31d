"""Windows by wlr-foreign-toplevel-management: Sway, labwc, Wayfire, Hyprland, niri and others.

Its windows have no numbers that last, so they are known by their program and title.
"""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from voiced.plugin import one_line

from .refusals import failed
from .wayland_wire import Event, Wire
from .windows import Window

__all__ = ["WlrWindows"]

_MANAGER, _VERSION = "zwlr_foreign_toplevel_manager_v1", 3
_SEAT = "wl_seat"
_MAXIMIZED, _MINIMIZED, _ACTIVATED, _FULL = 0, 1, 2, 3
_SET_MAXIMIZED, _UNSET_MAXIMIZED, _SET_MINIMIZED, _UNSET_MINIMIZED = 0, 1, 2, 3
_ACTIVATE, _CLOSE, _SET_FULL, _UNSET_FULL = 4, 5, 8, 9
_LONGEST = 200
_SETTLED_S = 0.5
_POLL_S = 0.02


class _Event(IntEnum):
    TITLE = 0
    APP = 1
    STATE = 4
    CLOSED = 6


@dataclass(slots=True)
class _Toplevel:
    number: int
    title: str = ""
    app: str = ""
    states: frozenset[int] = frozenset()
    is_open: bool = True

    def hear(self, event: Event) -> None:
        match event.opcode:
            case _Event.TITLE:
                self.title = one_line(event.text())[:_LONGEST]
            case _Event.APP:
                self.app = one_line(event.text())[:_LONGEST]
            case _Event.STATE:
                data = event.array()
                self.states = frozenset(struct.unpack(f"={len(data) // 4}I", data))
            case _Event.CLOSED:
                self.is_open = False
            case _:
                pass


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.blake2s(text.encode(), digest_size=4).digest(), "big")


@dataclass(slots=True)
class WlrWindows:
    """The windows of a compositor.

    Raises:
        NoCompositor: It cannot be reached, or does not tell of its windows.
    """

    env: Mapping[str, str]
    _toplevels: list[_Toplevel] = field(default_factory=list)
    _wire: Wire = field(init=False)
    _seat: int = 0

    def __post_init__(self) -> None:
        self._wire = Wire(self.env)
        try:
            self._wire.bind(_MANAGER, _VERSION, self._on_manager)
            if _SEAT in self._wire.globals:
                self._seat = self._wire.bind(_SEAT, 1, lambda _: None)
            self._wire.settle()
        except BaseException:
            self._wire.close()
            raise

    def disconnect(self) -> None:
        """Leave the compositor."""
        self._wire.close()

    def _on_manager(self, event: Event) -> None:
        if event.opcode == 0:
            toplevel = _Toplevel(event.number())
            self._wire.listen(toplevel.number, toplevel.hear)
            self._toplevels.append(toplevel)

    def _numbered(self) -> dict[int, _Toplevel]:
        """Those that are open, each by a number that another connection gives it, too."""
        found: dict[int, _Toplevel] = {}
        for each in self._toplevels:
            number = _hashed(each.app) << 40 | _hashed(each.title) << 8
            while number in found:
                number += 1
            if each.is_open and (each.app or each.title):
                found[number] = each
        return found

    def list(self) -> Sequence[Window]:
        """The windows, the one that is used last."""
        found = [
            (
                _ACTIVATED in each.states,
                Window(number, each.title, each.app, _MINIMIZED in each.states),
            )
            for number, each in self._numbered().items()
        ]
        return [window for _, window in sorted(found, key=lambda pair: pair[0])]

    def active(self) -> int | None:
        """The one that is used."""
        numbered = self._numbered().items()
        return next((number for number, each in numbered if _ACTIVATED in each.states), None)

    def _at(self, window: int) -> _Toplevel:
        """The window; one whose title has changed is known by its program, if that has one only."""
        numbered = self._numbered()
        if window in numbered:
            return numbered[window]
        of_program = [each for number, each in numbered.items() if number >> 40 == window >> 40]
        if len(of_program) != 1:
            raise failed("no such window", "That window is gone.")
        return of_program[0]

    def activate(self, window: int) -> None:
        """Bring it to the front."""
        toplevel = self._at(window)
        if not self._seat:
            raise failed("no wl_seat", "This desktop has no keyboard that I could move there.")
        self._wire.request(toplevel.number, _UNSET_MINIMIZED)
        self._wire.request(toplevel.number, _ACTIVATE, self._seat)
        self._wire.settle()

    def close(self, window: int) -> None:
        """Ask it to close."""
        self._wire.request(self._at(window).number, _CLOSE)
        self._wire.settle()

    def minimise(self, window: int) -> None:
        """Put it away.

        Raises:
            IntentFailed: This compositor has no place for it.
        """
        toplevel = self._at(window)
        self._wire.request(toplevel.number, _SET_MINIMIZED)
        if not self._becomes(toplevel, _MINIMIZED):
            spoken = "This desktop has no minimised windows."
            raise failed("the compositor did not minimise it", spoken, "switch to another window")

    def maximise(self, window: int, *, on: bool) -> None:
        """Make it fill the screen, or not any more; in a tiling compositor it is full screen.

        Raises:
            IntentFailed: This compositor does not let us.
        """
        toplevel = self._at(window)
        if not on:
            self._wire.request(toplevel.number, _UNSET_MAXIMIZED)
            self._wire.request(toplevel.number, _UNSET_FULL)
            self._wire.settle()
            return
        self._wire.request(toplevel.number, _SET_MAXIMIZED)
        if self._becomes(toplevel, _MAXIMIZED):
            return
        self._wire.request(toplevel.number, _SET_FULL, 0)
        if not self._becomes(toplevel, _FULL):
            spoken = "This desktop doesn't let me make windows larger."
            raise failed("the compositor did not enlarge it", spoken)

    def is_maximised(self, window: int) -> bool:
        """Whether it fills the screen."""
        return not self._at(window).states.isdisjoint((_MAXIMIZED, _FULL))

    def _becomes(self, toplevel: _Toplevel, state: int) -> bool:
        until_s = time.monotonic() + _SETTLED_S
        self._wire.settle()
        while state not in toplevel.states and time.monotonic() < until_s:
            time.sleep(_POLL_S)
            self._wire.settle()
        return state in toplevel.states
