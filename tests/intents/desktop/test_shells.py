"""Windows of KDE and GNOME over D-Bus, and what is said where a Wayland desktop tells nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from voiced.errors import IntentFailed
from voiced_intents import desktop
from voiced_intents.desktop.displays import open_windows
from voiced_intents.desktop.edges import using

pytestmark = pytest.mark.anyio

LETTER = "0f0f0f0f-0000-4000-8000-000000000001"
PICTURES = "0f0f0f0f-0000-4000-8000-000000000002"


class KWin:
    """KWin as it is on the bus: what its search offers, and what happens to its windows."""

    def __init__(self, desk: Any) -> None:
        self.windows = {
            LETTER: {"caption": "Letter to Anna", "desktopFile": "org.kde.kate"},
            PICTURES: {"caption": "Holiday pictures", "resourceClass": "gwenview"},
        }
        self.front = PICTURES
        self.scripts: list[str] = []
        desk.bus.methods["org.kde.krunner1.Match"] = self.match
        desk.bus.methods["org.kde.krunner1.Run"] = self.run
        desk.bus.methods["org.kde.kwin.Scripting.loadScript"] = self.load
        desk.bus.methods["org.kde.kwin.Scripting.unloadScript"] = self.unload
        desk.bus.methods["org.kde.kwin.Script.run"] = lambda: ()
        desk.bus.call_of_ours = lambda: (f"{{{self.front}}}" if self.front else "",)
        desk.bus.methods["org.kde.KWin.getWindowInfo"] = lambda number: (
            self.windows.get(number.strip("{}"), {}),
        )

    def match(self, words: str) -> tuple[Any, ...]:
        offered = [
            (f"0_{{{number}}}", about["caption"], "icon", 100, 0.8, {})
            for number, about in self.windows.items()
        ]
        return ([*offered, offered[0], ("8_desktop-2", "Desktop 2", "icon", 100, 0.8, {})],)

    def load(self, file: str, name: str) -> tuple[int]:
        assert 'callDBus(":1.5"' in Path(file).read_text()
        self.scripts.append(name)
        return (7,)

    def unload(self, name: str) -> tuple[bool]:
        self.scripts.remove(name)
        return (True,)

    def run(self, what: str, _: str) -> tuple[Any, ...]:
        action, number = what[0], what[3:-1]
        about: dict[str, Any] = self.windows[number]
        match action:
            case "0":
                self.front, about["minimized"] = number, False
            case "1":
                del self.windows[number]
            case "2":
                about["minimized"] = not about.get("minimized")
            case "3":
                is_large = not about.get("maximizeHorizontal")
                about |= {"maximizeHorizontal": is_large, "maximizeVertical": is_large}
        return ()


class Gnome:
    """GNOME with the extension Window Calls."""

    def __init__(self, desk: Any, *, has_titles: bool = True) -> None:
        self.windows = {
            7: {"title": "Letter to Anna", "wm_class": "gedit", "focus": True},
            8: {"title": "Holiday pictures", "wm_class": "eog", "focus": False},
        }
        self.has_titles = has_titles
        self.large: set[int] = set()
        self.done: list[tuple[str, int]] = []
        name = "org.gnome.Shell.Extensions.Windows"
        desk.bus.methods |= {
            f"{name}.List": self.list,
            f"{name}.GetTitle": lambda number: (self.windows[number]["title"],),
            f"{name}.Details": lambda number: (
                json.dumps({"maximized": 3 if number in self.large else 0}),
            ),
        }
        for member in ("Activate", "Close", "Minimize", "Maximize", "Unmaximize"):
            desk.bus.methods[f"{name}.{member}"] = self.doing(member)

    def list(self) -> tuple[str]:
        hidden = set() if self.has_titles else {"title"}
        found = [
            {"id": number} | {key: about[key] for key in about.keys() - hidden}
            for number, about in self.windows.items()
        ]
        return (json.dumps([*found, {"id": 9, "window_type": 2, "title": "Dock"}, "nonsense"]),)

    def doing(self, member: str) -> Any:
        def do(number: int) -> tuple[Any, ...]:
            self.done.append((member, number))
            (self.large.add if member == "Maximize" else self.large.discard)(number)
            return ()

        return do


@pytest.fixture
def wayland(desk) -> Iterator[Any]:
    """A Wayland session whose compositor answers nobody; its bus is the fake one."""
    desk.env = {"WAYLAND_DISPLAY": "none", "XDG_RUNTIME_DIR": "/nowhere"}
    with using(replace(desk.edges, windows=open_windows)):
        yield desk


async def test_the_windows_of_kde(wayland) -> None:
    kwin = KWin(wayland)
    assert await wayland.say(desktop.list_windows) == "Holiday pictures, Letter to Anna."
    await wayland.say(desktop.switch_window, window="letter to anna")
    assert kwin.front == LETTER
    await wayland.undo()
    assert kwin.front == PICTURES
    assert kwin.scripts == []
    await wayland.say(desktop.minimise_window)
    assert kwin.windows[PICTURES]["minimized"]
    await wayland.undo()
    assert not kwin.windows[PICTURES]["minimized"]
    await wayland.say(desktop.maximise_window, window="holiday pictures")
    again = await wayland.say(desktop.maximise_window, window="holiday pictures")
    assert again == "It is as large as it gets."
    await wayland.undo()
    assert not kwin.windows[PICTURES]["maximizeVertical"]
    await wayland.say(desktop.close_window, window="gwenview")
    assert list(kwin.windows) == [LETTER]


async def test_a_kwin_that_runs_no_scripts_wants_a_name(wayland) -> None:
    kwin = KWin(wayland)
    wayland.bus.call_of_ours = None
    with pytest.raises(IntentFailed) as unknown:
        await wayland.say(desktop.minimise_window)
    assert unknown.value.spoken.endswith("Say its name.")
    assert kwin.scripts == []
    await wayland.say(desktop.switch_window, window="letter to anna")
    with pytest.raises(IntentFailed, match="no window was used"):
        await wayland.undo()


async def test_no_window_of_kde_is_used(wayland) -> None:
    KWin(wayland).front = ""
    with pytest.raises(IntentFailed) as none:
        await wayland.say(desktop.close_window)
    assert none.value.spoken == "No window is in front."


@pytest.mark.parametrize("has_titles", [True, False])
async def test_the_windows_of_gnome_with_its_extension(wayland, has_titles) -> None:
    gnome = Gnome(wayland, has_titles=has_titles)
    assert await wayland.say(desktop.list_windows) == "Letter to Anna, Holiday pictures."
    await wayland.say(desktop.switch_window, window="holiday pictures")
    await wayland.undo()
    await wayland.say(desktop.minimise_window)
    await wayland.say(desktop.maximise_window, window="eog")
    again = await wayland.say(desktop.maximise_window, window="eog")
    assert again == "It is as large as it gets."
    await wayland.undo()
    await wayland.say(desktop.close_window)
    assert gnome.done == [
        ("Activate", 8),
        ("Activate", 7),
        ("Minimize", 7),
        ("Maximize", 8),
        ("Unmaximize", 8),
        ("Close", 7),
    ]


@pytest.mark.parametrize("answer", ["", "no json", "{}", "[]", "7"])
async def test_an_extension_that_tells_nonsense_has_no_windows(wayland, answer) -> None:
    wayland.bus.methods["org.gnome.Shell.Extensions.Windows.List"] = lambda: (answer,)
    assert await wayland.say(desktop.list_windows) == "No window is open."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ubuntu:GNOME", "GNOME doesn't let me see or move windows without an extension."),
        ("KDE", "Under Wayland, this desktop doesn't let me see or move windows."),
        ("", "Under Wayland, this desktop doesn't let me see or move windows."),
    ],
)
@pytest.mark.parametrize("has_bus", [True, False])
async def test_a_desktop_that_tells_nothing_is_said(wayland, name, said, has_bus) -> None:
    wayland.has_bus = has_bus
    wayland.env["XDG_CURRENT_DESKTOP"] = name
    with pytest.raises(IntentFailed) as refused:
        await wayland.say(desktop.list_windows)
    assert refused.value.spoken == said
    assert refused.value.mend


# A compositor that makes no sense


@contextmanager
def compositor(folder: Path, answer: bytes) -> Iterator[dict[str, str]]:
    """Something that listens as a compositor does, sends this, and hangs up."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "wayland-9"))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(24, socket.MSG_WAITALL)  # who are you, and are you there
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        yield {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": str(folder)}
        thread.join()


ERROR = b"\x01\0\0\0\0\0\x18\0" + b"\x02\0\0\0\x07\0\0\0\x03\0\0\0no\0\0"

READY = b"\x03\0\0\0\0\0\x0c\0\0\0\0\0"  # all globals were told: there are none


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "gone"),
        (bytes(8), "speaks no Wayland"),
        (b"\x01\0\0\0\x01\0", "gone"),
        (ERROR, "refused: no"),
        (READY, "no zwlr_foreign_toplevel_manager_v1"),
    ],
)
async def test_a_compositor_that_makes_no_sense_is_said(desk, tmp_path, answer, why) -> None:
    with compositor(tmp_path, answer) as env:
        desk.env, desk.has_bus = env, False
        with using(replace(desk.edges, windows=open_windows)), pytest.raises(IntentFailed) as odd:
            await desk.say(desktop.list_windows)
    assert why in odd.value.message
