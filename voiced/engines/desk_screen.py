"""A picture of the screen: grim, spectacle or gnome-screenshot on Wayland, the X server itself."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from voiced.engines.desk_programs import Programs
from voiced.errors import DeskError

__all__ = ["ProgramScreen"]

_CAPTURE_S = 10.0

_TO_FILE: Sequence[tuple[str, Callable[[str], tuple[str, ...]]]] = (
    ("grim", lambda path: ("grim", "-t", "png", path)),
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
        if self._programs.is_wayland:
            return self._by_program()
        if self._programs.is_x11:
            return _of_x_server(self._programs.environ["DISPLAY"])
        raise DeskError(
            "there is no desktop session, so no screen",
            spoken="I can't see a screen from here.",
            mend="start voiced in your desktop session",
        )

    def _by_program(self) -> bytes:
        found = [(name, command) for name, command in _TO_FILE if self._programs.has(name)]
        for _, command in found:
            with tempfile.TemporaryDirectory(prefix="voiced-screen-") as folder:
                path = Path(folder, "screen.png")
                ran = self._programs.read(command(str(path)))
                if ran.code == 0 and path.is_file() and path.stat().st_size:
                    return path.read_bytes()
        if found:
            raise _refused(found[-1][0])
        raise DeskError(
            "no program takes pictures of the screen: neither grim, spectacle nor gnome-screenshot",
            spoken="I can't see your screen, because a program for that is missing.",
            mend="install grim, or spectacle on KDE, or gnome-screenshot on GNOME",
        )


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
