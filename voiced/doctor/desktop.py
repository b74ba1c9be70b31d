"""The desktop: its display, whether its bus answers, which players are on it, its lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiced.doctor.checks import Check
from voiced.engines.screen_lock import DBusScreenLock

__all__ = ["check_desktop"]

_PLAYER = "org.mpris.MediaPlayer2."
_ANSWER_S = 2.0


def check_desktop(env: Mapping[str, str]) -> tuple[Check, ...]:
    """What the skills of the desktop find; none of it is needed."""
    return (_display(env), *_bus(env.get("DBUS_SESSION_BUS_ADDRESS", "")), _lock(env))


def _display(env: Mapping[str, str]) -> Check:
    name = "display"
    if env.get("WAYLAND_DISPLAY") or env.get("XDG_SESSION_TYPE") == "wayland":
        found = "Wayland: which windows can be reached depends on the desktop (docs/desktop.md)"
        return Check(name, ok=True, found=found)
    if env.get("DISPLAY"):
        return Check(name, ok=True, found=f"X11 at {env['DISPLAY']}")
    mend = "start voiced from within the desktop"
    return Check(name, ok=None, found="none: no windows, clipboard or screenshots", mend=mend)


def _lock(env: Mapping[str, str]) -> Check:
    """Beside a locked screen little is done; where nobody knows of a lock, everything is."""
    name, locked = "lock of the screen", DBusScreenLock(env).is_locked()
    if locked is None:
        found = "nobody says whether it is locked: then I answer anybody as if it were open"
        mend = "use a locker that tells logind or D-Bus, such as that of your desktop or xss-lock"
        return Check(name, ok=None, found=found, mend=mend)
    return Check(name, ok=True, found="it is locked" if locked else "it is open")


def _bus(address: str) -> tuple[Check, ...]:
    name, mend = "D-Bus session", "start voiced from within the desktop"
    if not address:
        return (Check(name, ok=None, found="none: no players, lock or portals", mend=mend),)
    from jeepney import message_bus  # noqa: PLC0415 - only here
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415

    try:
        with open_dbus_connection(address) as opened:
            connection: Any = opened  # the library has no types
            answer = connection.send_and_get_reply(message_bus.ListNames(), timeout=_ANSWER_S)
    except Exception as error:  # noqa: BLE001 - whatever it is, that is the finding
        found = f"it does not answer: {type(error).__name__}"
        return (Check(name, ok=False, found=found, mend=mend),)
    names: list[str] = list(answer.body[0])
    players = sorted(each.removeprefix(_PLAYER) for each in names if _PLAYER in each)
    players_found = ", ".join(players) or "none is running"
    return (
        Check(name, ok=True, found="it answers"),
        Check("players (MPRIS)", ok=True if players else None, found=players_found),
    )
