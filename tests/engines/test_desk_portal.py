"""The real front end of xdg-desktop-portal, with a back end that stands in for a desktop."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import desktops
import portal_backend
import pytest
from PIL import Image

from voiced.desk import Desk
from voiced.engines.desk import desk
from voiced.engines.desk_programs import Programs
from voiced.engines.desk_remote import RemoteKeyboard
from voiced.engines.desk_typist import ProgramTypist
from voiced.errors import DeskError
from voiced.testing import clock
from voiced.testing.context import FakeContext
from voiced_intents.desktop import take_screenshot
from voiced_intents.desktop.settings import Settings
from voiced_intents.writing import start_dictation, type_speech, undo_dictation

pytestmark = pytest.mark.engine

_FRONT_END = Path("/usr/libexec/xdg-desktop-portal")
_SHOWN = """[portal]
DBusName={name}
Interfaces={interfaces}
UseIn=voicedtest
"""
_INTERFACES = ("RemoteDesktop", "Screenshot", "Access")


@dataclass(frozen=True)
class Portal:
    """A desktop with portals and without wtype or grim; its back end's folder."""

    folder: Path
    desk: Desk

    def wait_for(self, text: str) -> str:
        """What was typed, once it is this, or when patience ends: the desktop lags behind."""
        desktops.until(lambda: self.typed == text)
        return self.typed

    @property
    def typed(self) -> str:
        """The letters whose keys were pressed and let go; "<" is Backspace."""
        file = self.folder / "keys"
        lines = file.read_text().split("\n")[:-1] if file.exists() else []
        keys = [line.split() for line in lines]
        pairs = list(zip(keys[::2], keys[1::2], strict=False))
        assert all(down == [key, "1"] for down, (key, _) in pairs)
        assert all(state == "0" for _, (_, state) in pairs)
        named = {"65293": "\n", "65288": "<"}
        return "".join(named.get(key) or chr(int(key) & 0xFFFFFF) for (key, _), _ in pairs)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    lacking = [name for name in ("dbus-daemon",) if shutil.which(name) is None]
    if lacking or not _FRONT_END.exists():
        pytest.skip("not installed: xdg-desktop-portal; run tests/install_system_packages.sh")
    folder = tmp_path_factory.mktemp("portal")
    (folder / "run").mkdir(mode=0o700)
    interfaces = "".join(f"org.freedesktop.impl.portal.{each};" for each in _INTERFACES)
    shown = _SHOWN.format(name=portal_backend.NAME, interfaces=interfaces)
    (folder / "voicedtest.portal").write_text(shown)
    Image.new("RGB", (6, 4), "green").save(folder / "screen.png")
    environ = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    environ |= {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_DESKTOP_PORTAL_DIR": str(folder),
        "XDG_CURRENT_DESKTOP": "voicedtest",
    }
    with desktops.running_bus(environ) as address:  # it starts the front end when that is called
        environ["DBUS_SESSION_BUS_ADDRESS"] = address
        backend = [sys.executable, portal_backend.__file__, str(folder)]
        with desktops.running(backend, environ):
            assert desktops.until((folder / "ready").exists)
            yield folder, environ | {"WAYLAND_DISPLAY": "wayland-9", "PATH": str(folder)}


@pytest.fixture
def portal(running: tuple[Path, dict[str, str]]) -> Iterator[Portal]:
    folder, environ = running
    programs, keyboard = Programs(environ), RemoteKeyboard(environ, folder / "leave")
    yield Portal(folder, replace(desk(programs), typist=ProgramTypist(programs, keyboard)))
    keyboard.close()
    for name in ("keys", "refuse"):
        (folder / name).unlink(missing_ok=True)


def run(context: FakeContext, intent: Any, **slots: Any) -> str:
    async def call() -> str:
        return str((await intent(context, **slots)).text)

    return clock.run(call)


def test_dictation_is_typed_and_scratched_by_the_portal(portal: Portal) -> None:
    context = FakeContext(desk=portal.desk)
    run(context, start_dictation)
    for said in ("dear z o\u00eb comma", "wrong", "scratch that", "new line stop dictation"):
        run(context, type_speech, text=said)
    typed = "Dear z o\u00eb, wrong" + "<" * 6 + "\n"
    assert portal.wait_for(typed) == typed
    clock.run(context.undo_with, undo_dictation)
    typed += "<" * len("Dear z o\u00eb,\n")
    assert portal.wait_for(typed) == typed


def test_a_screenshot_comes_from_the_portal_and_its_file_is_not_left(
    portal: Portal, tmp_path: Path
) -> None:
    context = FakeContext(desk=portal.desk, settings=Settings(screenshot_folder=tmp_path))
    assert run(context, take_screenshot) == "The screenshot is in your pictures."
    (shot,) = tmp_path.iterdir()
    assert Image.open(io.BytesIO(shot.read_bytes())).size == (6, 4)
    assert not (portal.folder / "given.png").exists()


def test_a_user_who_says_no_is_obeyed(portal: Portal) -> None:
    (portal.folder / "refuse").touch()
    for use in (portal.desk.typist.window, portal.desk.screen.picture):
        with pytest.raises(DeskError) as refused:
            use()
        assert refused.value.spoken == "Your desktop did not allow it."
    assert portal.typed == ""


def test_a_desktop_without_portals_is_said(running: tuple[Path, dict[str, str]]) -> None:
    _, environ = running
    bare = {**environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus"}
    for use in (desk(Programs(bare)).typist.window, desk(Programs(bare)).screen.picture):
        with pytest.raises(DeskError) as refused:
            use()
        assert "xdg-desktop-portal" in refused.value.mend
