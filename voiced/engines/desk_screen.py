"""A picture of the screen: from the X server itself; on Wayland by grim, the portal or a program.

grim asks nobody, where the compositor lets it. The portal may ask the user, each time or once.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from voiced.engines.desk_portal import NoPortal, Portals, Request
from voiced.engines.desk_programs import Programs
from voiced.errors import DeskError

__all__ = ["ProgramScreen"]

_CAPTURE_S = 10.0

_ASKED_S = 25.0

_GRIM = ("grim", lambda path: ("grim", "-t", "png", path))
_OTHERS: Sequence[tuple[str, Callable[[str], tuple[str, ...]]]] = (
    ("spectacle", lambda path: ("spectacle", "-b", "-n", "-f", "-o", path)),
    ("gnome-screenshot", lambda path: ("gnome-screenshot", "-f", path)),
)


class ProgramScreen:
    """The screen of the session.

    Args:
        programs: Those that are there, and the session's environment.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = replace(programs, wait_s=max(programs.wait_s, _CAPTURE_S))

    def picture(self) -> bytes:
        """All that can be seen now, as PNG.

        Raises:
            DeskError: The desktop does not allow it, or a program is missing.
        """
        programs = self._programs
        if programs.is_wayland:
            return self._by_program((_GRIM,)) or self._of_wayland()
        if programs.is_x11:
            return _of_x_server(programs.environ["DISPLAY"])
        raise DeskError(
            "there is no desktop session, so no screen",
            spoken="I can't see a screen from here.",
            mend="start voiced in your desktop session",
        )

    def _of_wayland(self) -> bytes:
        try:
            return _by_portal(self._programs.environ)
        except NoPortal as error:
            seen = self._by_program(_OTHERS)
            if seen:
                return seen
            raise DeskError(
                f"neither grim nor the portal gave a picture of the screen: {error}",
                spoken="Your desktop does not let me see the screen.",
                mend="install xdg-desktop-portal with the backend of your desktop, or grim where"
                " the desktop allows it (Sway, labwc, Wayfire, Hyprland)",
            ) from error

    def _by_program(self, found: Sequence[tuple[str, Callable[[str], tuple[str, ...]]]]) -> bytes:
        """By the first program that can; nothing where none can."""
        for name, command in found:
            if not self._programs.has(name):
                continue
            with tempfile.TemporaryDirectory(prefix="voiced-screen-") as folder:
                path = Path(folder, "screen.png")
                ran = self._programs.read(command(str(path)))
                if ran.code == 0 and path.is_file() and path.stat().st_size:
                    return path.read_bytes()
        return b""


def _by_portal(environ: Mapping[str, str]) -> bytes:
    """The portal leaves a file, which is not kept.

    Raises:
        NoPortal: There is none.
        DeskError: The user did not allow it.
    """
    options = {"interactive": ("b", False), "modal": ("b", False)}
    portals = Portals(environ)
    try:
        request = Request("Screenshot", "Screenshot", "sa{sv}", ("",), options)
        found = portals.ask(request, _ASKED_S)
    finally:
        portals.close()
    path = Path(unquote(urlsplit(str(found["uri"])).path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoPortal(f"the portal's picture: {error.strerror}") from error
    finally:
        with suppress(OSError):
            path.unlink()


def _of_x_server(display: str) -> bytes:
    try:
        from PIL import ImageGrab, features
    except ImportError as error:
        raise DeskError(
            "Pillow is not installed",
            spoken="I can't see your screen, because a library for that is missing.",
            mend="pip install 'voiced[pictures]'",
        ) from error
    if not features.check("xcb"):
        raise DeskError("this Pillow was built without XCB", mend="pip install --upgrade pillow")
    try:
        seen = ImageGrab.grab(xdisplay=display)
    except OSError as error:
        raise _refused("the X server") from error
    into = io.BytesIO()
    seen.save(into, "png", compress_level=1)
    return into.getvalue()


def _refused(who: str) -> DeskError:
    return DeskError(
        f"{who} gave no picture of the screen",
        spoken="Your desktop does not let me see the screen.",
        mend="allow screenshots in the settings of your desktop",
    )
