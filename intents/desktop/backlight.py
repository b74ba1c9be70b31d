"""The brightness of the built-in screen: read from the kernel, set by logind. Blocking."""

from __future__ import annotations

from pathlib import Path

from .bus import Address, BusError
from .edges import edges
from .refusals import failed

__all__ = ["read_brightness", "write_brightness"]

_SESSION = Address(
    "org.freedesktop.login1",
    "/org/freedesktop/login1/session/auto",
    "org.freedesktop.login1.Session",
)
_NONE = "The brightness of this screen can't be set from here. Use its own buttons."


def _backlight(folder: Path) -> tuple[str, int, int]:
    """The name of the backlight, its level and its highest level.

    Raises:
        IntentFailed: There is none.
    """
    try:
        for place in sorted(folder.iterdir()):
            level = int((place / "brightness").read_text(encoding="ascii"))
            highest = int((place / "max_brightness").read_text(encoding="ascii"))
            if highest > 0:
                return place.name, level, highest
    except (OSError, ValueError) as error:
        raise failed(f"no backlight: {type(error).__name__}", _NONE) from error
    raise failed("no backlight", _NONE)


def read_brightness(folder: Path) -> int:
    """The brightness in percent.

    Raises:
        IntentFailed: This machine's screen has none that can be set.
    """
    _, level, highest = _backlight(folder)
    return round(100 * level / highest)


def write_brightness(folder: Path, percent: int) -> None:
    """Set the brightness, which logind allows whoever sits at the screen.

    Raises:
        IntentFailed: It cannot be set.
    """
    name, _, highest = _backlight(folder)
    level = max(1, round(highest * percent / 100))
    with edges().bus("SYSTEM") as bus:
        try:
            bus.call(_SESSION, "SetBrightness", "ssu", ("backlight", name, level))
        except BusError as error:
            spoken = "I am not allowed to set the brightness."
            mend = "run voiced in the session of whoever sits at the screen"
            raise failed(f"logind answered {error.name}", spoken, mend) from error
