"""Windows: which there are, and to switch to one, close, minimise or maximise it. Blocking.

X11 by the hints that window managers agree on (EWMH). Under Wayland a program sees no windows but
its own; those of X programs are seen where the desktop runs Xwayland, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from .refusals import failed

__all__ = ["Window", "Windows", "is_wayland", "open_windows"]


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


@contextmanager
def open_windows(env: Mapping[str, str]) -> Generator[Windows]:
    """The display of the environment, until the end of the body.

    Raises:
        IntentFailed: There is none, or it does not let us.
    """
    display = env.get("DISPLAY", "")
    if not display:
        raise _no_display(env)
    from .x11 import NoDisplay, X11Windows  # noqa: PLC0415 - imports the X library

    try:
        windows = X11Windows(display)
    except NoDisplay as error:
        raise _no_display(env, str(error)) from error
    try:
        yield windows
    finally:
        windows.disconnect()


def _no_display(env: Mapping[str, str], why: str = "DISPLAY is not set") -> Exception:
    if is_wayland(env):
        spoken = "Under Wayland, this desktop doesn't let me see or move windows."
        mend = "log in to the X11 session of your desktop, or use its own keys"
        return failed(f"a Wayland session: {why}", spoken, mend)
    spoken = "I see no screen from here, so I can't reach its windows."
    mend = "start voiced from within the desktop, so that DISPLAY is set"
    return failed(f"no display: {why}", spoken, mend)
