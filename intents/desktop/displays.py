"""Which display there is, and who tells of its windows: the order in which they are asked."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from voiced.plugin import IntentFailed

from .bus import BusError
from .edges import edges
from .refusals import failed
from .shells import GnomeWindows, KWinWindows
from .wayland_wire import NoCompositor
from .windows import Windows, is_wayland
from .wlr import WlrWindows

if TYPE_CHECKING:
    from .x11 import X11Windows

__all__ = ["open_windows"]


@contextmanager
def open_windows(env: Mapping[str, str]) -> Generator[Windows]:
    """The windows of the session, until the end of the body.

    Under X11 the window manager tells of them. Under Wayland it is the compositor, where it speaks
    wlr-foreign-toplevel-management; else KWin; else an extension of GNOME; else there are only
    those of X programs.

    Raises:
        IntentFailed: There is no display, or it does not let us.
    """
    with ExitStack() as stack:
        found = _of_wayland(env, stack) if is_wayland(env) else _of_x(env)
        stack.callback(found.disconnect)
        try:
            yield found
        except NoCompositor as error:
            spoken = "Your desktop did not do that with the window."
            raise failed(str(error), spoken) from error


def _of_wayland(env: Mapping[str, str], stack: ExitStack) -> Windows:
    reasons: list[str] = []
    try:
        return WlrWindows(env)
    except NoCompositor as error:
        reasons.append(str(error))
    try:
        bus = stack.enter_context(edges().bus("SESSION"))
    except IntentFailed as error:
        reasons.append(error.message)
    else:
        for shell in (KWinWindows, GnomeWindows):
            try:
                return shell(bus)
            except BusError as error:
                reasons.append(f"{shell.__name__}: {error.name}")
    return _of_xwayland(env, "; ".join(reasons))


def _of_xwayland(env: Mapping[str, str], reasons: str) -> Windows:
    """Those of X programs, if there are any."""
    try:
        found = _of_x(env)
    except IntentFailed:
        raise _not_told(env, reasons) from None
    try:
        if found.list():
            return found
    except IntentFailed:
        pass
    found.disconnect()
    raise _not_told(env, reasons)


def _of_x(env: Mapping[str, str]) -> X11Windows:
    if not env.get("DISPLAY"):  # the X library is not loaded for nothing
        raise _no_screen("DISPLAY is not set")
    from .x11 import NoDisplay, X11Windows  # noqa: PLC0415 - imports the X library

    try:
        return X11Windows(env["DISPLAY"])
    except NoDisplay as error:
        raise _no_screen(str(error)) from error


def _no_screen(why: str) -> IntentFailed:
    spoken = "I see no screen from here, so I can't reach its windows."
    mend = "start voiced from within the desktop, so that DISPLAY is set"
    return failed(f"no display: {why}", spoken, mend)


def _not_told(env: Mapping[str, str], reasons: str) -> IntentFailed:
    if "GNOME" in env.get("XDG_CURRENT_DESKTOP", ""):
        spoken = "GNOME doesn't let me see or move windows without an extension."
        mend = "install the extension Window Calls from extensions.gnome.org, or log in to Xorg"
    else:
        spoken = "Under Wayland, this desktop doesn't let me see or move windows."
        mend = "log in to the X11 session of your desktop, or use its own keys"
    return failed(f"a Wayland session: {reasons}", spoken, mend)
