"""Whether the screen is locked, as logind and the screen savers of the desktop say over D-Bus."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

__all__ = ["DBusScreenLock"]

_DEADLINE_S = 0.3
_SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"
_LOGIN = "org.freedesktop.login1"
_OBJECTS = "/org/freedesktop/login1"
_SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
    ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
)


class DBusScreenLock:
    """Asks anew each time. Many lockers tell only one of them, so a yes of anybody counts.

    An answer that does not come in time is the one before.

    Args:
        env: Names the session and its buses.
        deadline_s: For all questions together.
    """

    def __init__(
        self, env: Mapping[str, str] | None = None, deadline_s: float = _DEADLINE_S
    ) -> None:
        self._env = os.environ if env is None else env
        self._deadline_s = deadline_s
        self._last: bool | None = None
        self._is_asking = False

    def is_locked(self) -> bool | None:
        """Whether it is locked now; None where nobody knows."""
        if self._is_asking:  # a bus that hangs may hold one thread, but not one more each turn
            return self._last
        self._is_asking = True
        try:
            self._last = self._ask()
        except TimeoutError:
            pass
        finally:
            self._is_asking = False
        return self._last

    def _ask(self) -> bool | None:
        until_s = time.monotonic() + self._deadline_s
        found: bool | None = None
        for address, asked in (
            (self._env.get("DBUS_SYSTEM_BUS_ADDRESS") or _SYSTEM_BUS, self._login_says),
            (self._env.get("DBUS_SESSION_BUS_ADDRESS") or "", _savers_say),
        ):
            line = _Line.to(address, until_s)
            if line is None:
                continue
            with closing(line):
                for says in asked(line):
                    if says:
                        return True
                    found = False
        return found

    def _login_says(self, line: _Line) -> Iterator[bool]:
        """The session that we run in, and the one that has the user's screen."""
        yield from line.is_hinted(self._session(line))
        shown = line.get(f"{_OBJECTS}/user/self", f"{_LOGIN}.User", "Display")
        if isinstance(shown, tuple) and len(shown) == 2:  # noqa: PLR2004 - its id and its path
            yield from line.is_hinted(str(shown[1]))

    def _session(self, line: _Line) -> str:
        manager = (_LOGIN, _OBJECTS, f"{_LOGIN}.Manager")
        name = self._env.get("XDG_SESSION_ID")
        found = line.call(manager, "GetSession", name) if name else ()
        return str(found[0]) if found else f"{_OBJECTS}/session/auto"


def _savers_say(line: _Line) -> Iterator[bool]:
    for name, path in _SAVERS:
        for says in line.call((name, path, name), "GetActive"):
            if isinstance(says, bool):
                yield says


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection to a bus, and until when it may be used. Nobody is started to answer."""

    connection: Any
    until_s: float

    @classmethod
    def to(cls, address: str, until_s: float) -> _Line | None:
        """Connect; None where there is no such bus."""
        from jeepney.io.blocking import open_dbus_connection

        if not address:
            return None
        left_s = max(0.01, until_s - time.monotonic())
        try:
            return cls(open_dbus_connection(address, auth_timeout=left_s), until_s)
        except TimeoutError:
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it knows of no lock
            return None

    def close(self) -> None:
        self.connection.close()

    def call(self, to: tuple[str, str, str], member: str, *body: str) -> tuple[Any, ...]:
        """What the method gives back; nothing where nobody answers to it.

        Raises:
            TimeoutError: It takes too long.
        """
        from jeepney import DBusAddress, MessageFlag, MessageType, new_method_call

        name, path, interface = to
        there = DBusAddress(path, bus_name=name, interface=interface)
        message = new_method_call(there, member, "s" * len(body) or None, body)
        message.header.flags |= MessageFlag.no_auto_start
        left_s = max(0.0, self.until_s - time.monotonic())
        try:
            answer = self.connection.send_and_get_reply(message, timeout=left_s)
        except TimeoutError:
            raise
        except (OSError, EOFError):
            return ()
        return () if answer.header.message_type is MessageType.error else tuple(answer.body)

    def get(self, path: str, interface: str, name: str) -> Any:
        """A property of logind, or None."""
        properties = (_LOGIN, path, "org.freedesktop.DBus.Properties")
        found = self.call(properties, "Get", interface, name)
        return found[0][1] if found else None

    def is_hinted(self, session: str) -> Iterator[bool]:
        """Whether this session says that it is locked, if it says anything."""
        hint = self.get(session, f"{_LOGIN}.Session", "LockedHint")
        if isinstance(hint, bool):
            yield hint
