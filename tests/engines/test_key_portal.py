"""Push-to-talk by the real front end of xdg-desktop-portal, with a back end for tests."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import anyio
import desktops
import pytest
import shortcut_backend
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

from voiced.activation.shortcut import Shortcut
from voiced.engines.key_portal import PortalKeys
from voiced.errors import EngineError

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

_FRONT_END = Path("/usr/libexec/xdg-desktop-portal")
KEYS = {Shortcut(("ctrl", "alt"), "space"): "press", Shortcut((), "F8"): "mute"}


@dataclass(frozen=True)
class Portal:
    environ: dict[str, str]
    folder: Path

    def press(self, member: str, name: str) -> None:
        to = DBusAddress("/", bus_name=shortcut_backend.NAME, interface="voicedtest.Keys")
        connection = open_dbus_connection(self.environ["DBUS_SESSION_BUS_ADDRESS"])
        try:
            connection.send_and_get_reply(new_method_call(to, "Press", "ss", (member, name)))
        finally:
            connection.close()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    if shutil.which("dbus-daemon") is None or not _FRONT_END.exists():
        pytest.skip("not installed: xdg-desktop-portal; run tests/install_system_packages.sh")
    folder = tmp_path_factory.mktemp("shortcuts")
    (folder / "run").mkdir(mode=0o700)
    (folder / "voicedtest.portal").write_text(
        f"[portal]\nDBusName={shortcut_backend.NAME}\n"
        f"Interfaces={shortcut_backend.INTERFACE};\nUseIn=voicedtest\n"
    )
    environ = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    environ |= {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_DESKTOP_PORTAL_DIR": str(folder),
        "XDG_CURRENT_DESKTOP": "voicedtest",
        "GIO_USE_VFS": "local",
    }
    with desktops.running_bus(environ) as address:
        environ["DBUS_SESSION_BUS_ADDRESS"] = address
        backend = [sys.executable, shortcut_backend.__file__, str(folder)]
        with desktops.running(backend, environ):
            assert desktops.until((folder / "ready").exists)
            with desktops.running([str(_FRONT_END)], environ):
                yield Portal(environ, folder)


async def test_keys_of_the_desktop_are_pressed_and_released(portal: Portal) -> None:
    pressed: list[str] = []
    async with (
        anyio.create_task_group() as tasks,
        aclosing(PortalKeys(KEYS, portal.environ).acts()) as acts,
    ):

        async def press() -> None:
            asked = (portal.folder / "asked").exists
            assert await anyio.to_thread.run_sync(desktops.until, asked)
            for member, name in (
                ("Activated", "press"),
                ("Deactivated", "press"),
                ("Activated", "mute"),
                ("Deactivated", "mute"),
                ("Activated", "press"),
            ):
                await anyio.to_thread.run_sync(portal.press, member, name)

        tasks.start_soon(press)
        with anyio.fail_after(20):
            async for act in acts:
                pressed.append(act)
                if len(pressed) == 4:
                    break
    assert pressed == ["press", "release", "mute", "press"]
    asked = json.loads((portal.folder / "asked").read_text())
    assert asked == {"press": "CTRL+ALT+space", "mute": "F8"}


async def test_a_user_who_says_no_is_not_asked_again(portal: Portal) -> None:
    (portal.folder / "refuse").touch()
    try:
        with (
            anyio.fail_after(20),
            pytest.raises(EngineError, match="GlobalShortcuts: the portal answered 1") as raised,
        ):
            await anext(PortalKeys(KEYS, portal.environ).acts())
    finally:
        (portal.folder / "refuse").unlink()
    assert not raised.value.retryable


async def test_without_a_bus_it_says_so_and_may_come_back() -> None:
    with pytest.raises(EngineError, match="there is no session bus") as raised:
        await anext(PortalKeys(KEYS, {}).acts())
    assert raised.value.retryable
