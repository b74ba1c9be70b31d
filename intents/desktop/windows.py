"""Windows: which there are, and to switch to one, close, minimise or maximise it. Blocking.

X11 by the hints that window managers agree on (EWMH); Wayland by whatever its desktop has for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Window", "Windows", "is_wayland"]


@dataclass(frozen=True, slots=True)
class Window:
    """A window: its number, its title, what it says that it belongs to."""

    id: int
    title: str
    window_class: str
    is_minimised: bool = False
    kind: str = "window"

    @property
    def spoken(self) -> str:
        """Its title, or else its program."""
        return self.title or self.window_class or "a window"


class Windows(Protocol):
    """The windows of a display."""

    def disconnect(self) -> None:
        """Leave the display."""
        ...

    def list(self) -> Sequence[Window]:
        """All that belong to programs, the one in front last."""
        ...

    def active(self) -> int | None:
        """The number of the one that is used."""
        ...

    def activate(self, window: int) -> None:
        """Bring it to the front, and use it."""
        ...

    def close(self, window: int) -> None:
        """Ask it to close; its program may ask the user first."""
        ...

    def minimise(self, window: int) -> None:
        """Put it away."""
        ...

    def maximise(self, window: int, *, on: bool) -> None:
        """Make it fill the screen, or not any more."""
        ...

    def is_maximised(self, window: int) -> bool:
        """Whether it fills the screen."""
        ...


def is_wayland(env: Mapping[str, str]) -> bool:
    """Whether the session is one of Wayland."""
    return env.get("XDG_SESSION_TYPE") == "wayland" or bool(env.get("WAYLAND_DISPLAY"))
