"""Windows by the D-Bus of a desktop's shell: KDE's KWin, GNOME with the extension Window Calls."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import IO, Any
from uuid import UUID

from voiced.plugin import one_line

from .bus import Address, Bus, BusError
from .refusals import failed
from .windows import Window

__all__ = ["GnomeWindows", "KWinWindows"]

_LONGEST = 200
_KWIN = Address("org.kde.KWin", "/KWin", "org.kde.KWin")
_RUNNER = Address("org.kde.KWin", "/WindowsRunner", "org.kde.krunner1")
_SCRIPTS = Address("org.kde.KWin", "/Scripting", "org.kde.kwin.Scripting")
_TELL_USED = """var used = workspace.activeWindow || workspace.activeClient;
callDBus("NAME", "/", "org.voiced.Desktop", "Used", used ? used.internalId.toString() : "");
"""
_SCRIPT_S = 2.0
_UUID = re.compile(r"\{([0-9a-f-]{36})\}")
_MATCH = re.compile(r"0_\{([0-9a-f-]{36})\}")
_ACTIVATE, _CLOSE, _MINIMISE, _MAXIMISE = 0, 1, 2, 3

_CALLS = Address(
    "org.gnome.Shell", "/org/gnome/Shell/Extensions/Windows", "org.gnome.Shell.Extensions.Windows"
)
_NORMAL, _BOTH_WAYS = 0, 3


def _call(bus: Bus, to: Address, member: str, signature: str = "", *body: Any) -> Any:
    """What it gives back.

    Raises:
        IntentFailed: It answered with an error.
    """
    try:
        answer = bus.call(to, member, signature, body)
    except BusError as error:
        spoken = "Your desktop did not do that with the window."
        raise failed(f"{to.name} {member}: {error.name}", spoken) from error
    return answer[0] if answer else None


def _short(value: object) -> str:
    return one_line(str(value or ""))[:_LONGEST]


def _script(path: str) -> Address:
    return Address(_KWIN.name, path, "org.kde.kwin.Script")


class KWinWindows:
    """The windows of KDE, as its search (KRunner) is told of them.

    Raises:
        BusError: There is no KWin on the bus.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._matches = bus.call(_RUNNER, "Match", "s", ("",))[0]

    def disconnect(self) -> None:
        """Nothing: the bus is not ours."""

    def list(self) -> Sequence[Window]:
        """The windows."""
        found = {match[1] for each in self._matches if (match := _MATCH.fullmatch(str(each[0])))}
        return [self._described(UUID(text).int) for text in sorted(found)]

    def _about(self, window: int) -> Mapping[str, Any]:
        about = _call(self._bus, _KWIN, "getWindowInfo", "s", f"{{{UUID(int=window)}}}")
        return about if isinstance(about, Mapping) else {}

    def _described(self, window: int) -> Window:
        about = self._about(window)
        program = about.get("desktopFile") or about.get("resourceClass")
        is_minimised = bool(about.get("minimized"))
        return Window(window, _short(about.get("caption")), _short(program), is_minimised)

    def active(self) -> int | None:
        """The one that is used: only a script inside KWin is told, and calls us back.

        Raises:
            IntentFailed: KWin runs no script of ours.
        """
        with tempfile.NamedTemporaryFile("w", prefix="voiced-", suffix=".js") as file:
            try:
                (said,) = self._bus.hear_call("Used", partial(self._ask, file), _SCRIPT_S)
            except BusError as error:
                spoken = "Your desktop doesn't tell me which window is in front. Say its name."
                raise failed(f"KWin runs no script: {error.name}", spoken) from error
            finally:
                with suppress(BusError):
                    self._bus.call(_SCRIPTS, "unloadScript", "s", (file.name,))
        found = _UUID.fullmatch(str(said))
        return UUID(found[1]).int if found else None

    def _ask(self, file: IO[str], our_name: str) -> None:
        file.write(_TELL_USED.replace("NAME", our_name))
        file.flush()
        number = self._bus.call(_SCRIPTS, "loadScript", "ss", (file.name, file.name))[0]
        try:
            self._bus.call(_script(f"/Scripting/Script{number}"), "run")
        except BusError:  # as it is called in version 5
            self._bus.call(_script(f"/{number}"), "run")

    def _run(self, action: int, window: int) -> None:
        _call(self._bus, _RUNNER, "Run", "ss", f"{action}_{{{UUID(int=window)}}}", "")

    def activate(self, window: int) -> None:
        """Bring it to the front."""
        self._run(_ACTIVATE, window)

    def close(self, window: int) -> None:
        """Ask it to close."""
        self._run(_CLOSE, window)

    def minimise(self, window: int) -> None:
        """Put it away."""
        if not self._about(window).get("minimized"):  # the action would bring it back
            self._run(_MINIMISE, window)

    def maximise(self, window: int, *, on: bool) -> None:
        """Make it fill the screen, or not any more."""
        if self.is_maximised(window) is not on:
            self._run(_MAXIMISE, window)

    def is_maximised(self, window: int) -> bool:
        """Whether it fills the screen."""
        about = self._about(window)
        return bool(about.get("maximizeHorizontal")) and bool(about.get("maximizeVertical"))


class GnomeWindows:
    """The windows of GNOME, which an extension tells of.

    Raises:
        BusError: There is no GNOME on the bus, or it has not the extension.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        found = _json(bus.call(_CALLS, "List")[0])
        items = found if isinstance(found, list) else []
        listed = [each for each in items if isinstance(each, dict)]
        self._listed = [each for each in listed if isinstance(each.get("id"), int)]

    def disconnect(self) -> None:
        """Nothing: the bus is not ours."""

    def list(self) -> Sequence[Window]:
        """The windows, the one that is used last."""
        normal = [each for each in self._listed if each.get("window_type", _NORMAL) == _NORMAL]
        return [self._described(each) for each in sorted(normal, key=_is_used)]

    def _described(self, about: Mapping[str, Any]) -> Window:
        number = int(about["id"])
        title = about.get("title")
        if title is None:  # as in its older versions
            title = _call(self._bus, _CALLS, "GetTitle", "u", number)
        return Window(number, _short(title), _short(about.get("wm_class")))

    def active(self) -> int | None:
        """The one that is used."""
        return next((int(each["id"]) for each in self._listed if _is_used(each)), None)

    def activate(self, window: int) -> None:
        """Bring it to the front."""
        _call(self._bus, _CALLS, "Activate", "u", window)

    def close(self, window: int) -> None:
        """Ask it to close."""
        _call(self._bus, _CALLS, "Close", "u", window)

    def minimise(self, window: int) -> None:
        """Put it away."""
        _call(self._bus, _CALLS, "Minimize", "u", window)

    def maximise(self, window: int, *, on: bool) -> None:
        """Make it fill the screen, or not any more."""
        _call(self._bus, _CALLS, "Maximize" if on else "Unmaximize", "u", window)

    def is_maximised(self, window: int) -> bool:
        """Whether it fills the screen, as far as the extension tells."""
        about = _json(_call(self._bus, _CALLS, "Details", "u", window))
        return isinstance(about, dict) and about.get("maximized") == _BOTH_WAYS


def _is_used(about: Mapping[str, Any]) -> bool:
    return bool(about.get("focus"))


def _json(text: object) -> Any:
    """What a text holds; None where it is broken."""
    try:
        return json.loads(str(text))
    except ValueError:
        return None
