"""A real X server with a window manager and windows, and a real bus with a real player."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from desktops import running_bus
from PIL import Image

from voiced.engines.desk import desk as real_desk
from voiced.engines.desk_programs import Programs
from voiced.errors import IntentFailed
from voiced_intents import desktop
from voiced_intents.desktop.edges import Edges, using
from voiced_intents.desktop.notifications import Ear

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

_PATIENCE_S = 10.0
_MPRIS = "/etc/mpv/scripts/mpris.so"


def need(*programs: str) -> None:
    missing = [each for each in programs if shutil.which(each) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; run tests/install_system_packages.sh")


def wait_for(what: Callable[[], Any]) -> Any:
    """What it gives as soon as that is true."""
    until_s = time.monotonic() + _PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < until_s, "it did not come"
        time.sleep(0.02)
    return found


@contextmanager
def running(command: list[str], env: dict[str, str], **more: Any) -> Generator[Any]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more}
    process = subprocess.Popen(command, env=env, **quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def screen() -> Generator[dict[str, str]]:
    """The environment of a display with a window manager."""
    need("Xvfb", "openbox", "xterm")
    number = 1000 + os.getpid() % 30000  # its own: servers that look for a free one race
    command = ["Xvfb", f":{number}", "-noreset", "-nolisten", "tcp", "-screen", "0", "640x480x24"]
    with running(command, dict(os.environ)):
        env = {**os.environ, "DISPLAY": f":{number}", "XDG_SESSION_TYPE": "x11"}
        env.pop("WAYLAND_DISPLAY", None)
        with running(["openbox", "--sm-disable"], env):
            wait_for(lambda: has_manager(env))
            yield env


def has_manager(env: dict[str, str]) -> bool:
    try:
        with Edges().windows(env) as windows:
            windows.list()
    except IntentFailed:
        return False
    return True


def titles(env: dict[str, str]) -> list[str]:
    with Edges().windows(env) as windows:
        return [window.title for window in windows.list()]


def front(env: dict[str, str]) -> str:
    with Edges().windows(env) as windows:
        number = windows.active()
        return next((each.title for each in windows.list() if each.id == number), "")


@pytest.fixture
def windows(desk, screen) -> Generator[dict[str, str]]:
    """Two windows, and the intents that reach them."""
    edges = replace(Edges(), env=screen)
    logo = ["xterm", "-T", "Letter to Anna"]
    with running(logo, screen), using(edges):
        wait_for(lambda: "Letter to Anna" in titles(screen))
        with running(["xterm", "-T", "Holiday pictures"], screen):
            wait_for(lambda: front(screen) == "Holiday pictures")
            yield screen
        wait_for(lambda: "Holiday pictures" not in titles(screen))


async def test_real_windows_are_switched_and_back(desk, windows) -> None:
    said = await desk.say(desktop.list_windows)
    assert said == "Holiday pictures, Letter to Anna."
    await desk.say(desktop.switch_window, window="letter to anna")
    wait_for(lambda: front(windows) == "Letter to Anna")
    await desk.undo()
    wait_for(lambda: front(windows) == "Holiday pictures")


async def test_a_real_window_is_put_away_and_comes_back(desk, windows) -> None:
    await desk.say(desktop.minimise_window)
    wait_for(lambda: front(windows) == "Letter to Anna")
    await desk.undo()
    wait_for(lambda: front(windows) == "Holiday pictures")


async def test_a_real_window_fills_the_screen_and_shrinks(desk, windows) -> None:
    window = desk.value(desktop.maximise_window, "window", "holiday pictures")

    def is_large() -> bool:
        with Edges().windows(windows) as found:
            return found.is_maximised(window.id)

    await desktop.maximise_window(desk.context, window=window)
    wait_for(is_large)
    await desk.undo()
    wait_for(lambda: not is_large())


async def test_a_real_window_closes(desk, windows, tmp_path) -> None:
    up = tmp_path / "up"  # an xterm that still starts its shell does not hear that it should close
    extra = ["xterm", "-T", "Old notes", "-e", "sh", "-c", f"touch {up}; exec sleep 600"]
    with running(extra, windows) as process:
        wait_for(lambda: up.exists() and "Old notes" in titles(windows))
        await desk.say(desktop.close_window, window="old notes")
        wait_for(lambda: process.poll() is not None)
    assert titles(windows) == ["Letter to Anna", "Holiday pictures"]
    gone = replace(desk.value(desktop.close_window, "window", "letter"), id=9)
    with pytest.raises(IntentFailed):
        await desktop.switch_window(desk.context, window=gone)


async def test_an_application_is_started_on_the_real_screen(desk, windows) -> None:
    desk.has_app("debian-xterm", Name="Terminal", Exec='xterm -T "Started by voice"')
    assert await desk.say(desktop.open_app, app="terminal") == "Opening Terminal."
    wait_for(lambda: "Started by voice" in titles(windows))
    assert await desk.say(desktop.switch_app, app="terminal") == "Terminal."
    await desk.say(desktop.close_window, window="started by voice")
    wait_for(lambda: "Started by voice" not in titles(windows))


async def test_a_real_screenshot(desk, windows, tmp_path) -> None:
    desk.context.desk = real_desk(Programs(windows))
    await desk.say(desktop.take_screenshot)
    (shot,) = (tmp_path / "shots").iterdir()
    picture = Image.open(shot)
    assert (picture.format, picture.size) == ("PNG", (640, 480))
    assert len(picture.getcolors(1 << 20) or []) > 2, "there are windows in it"


# A bus


@contextmanager
def address_set(address: str) -> Generator[None]:
    before = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
    try:
        yield
    finally:
        if before is None:
            del os.environ["DBUS_SESSION_BUS_ADDRESS"]
        else:
            os.environ["DBUS_SESSION_BUS_ADDRESS"] = before


@pytest.fixture
def bus() -> Generator[str]:
    need("dbus-daemon")
    with running_bus(os.environ) as address, address_set(address), using(Edges()):
        yield address


@pytest.fixture
def player(bus, tmp_path) -> Generator[None]:
    """mpv with two files, paused by nobody."""
    need("mpv")
    if not Path(_MPRIS).exists():
        pytest.skip(f"no {_MPRIS}: run tests/install_system_packages.sh (mpv-mpris)")
    for name in ("Blue Moon", "Green River"):
        tone = 0.1 * np.sin(np.arange(60 * 8000) / 20)
        soundfile.write(tmp_path / f"{name}.wav", tone, 8000)
    files = [str(tmp_path / f"{name}.wav") for name in ("Blue Moon", "Green River")]
    env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus, "HOME": str(tmp_path)}
    command = ["mpv", "--no-video", "--ao=null", "--really-quiet", *files]
    with running(command, env):
        wait_for(is_playing)
        yield


def status() -> str:
    from voiced_intents.desktop.media import players

    with Edges().bus("SESSION") as found:
        return next((each.status for each in players(found)), "")


def is_playing() -> bool:
    return status() == "Playing"


async def test_a_real_player_pauses_and_plays(desk, player) -> None:
    assert await desk.say(desktop.list_players) == "mpv, playing."
    assert await desk.say(desktop.pause) == "Paused."
    wait_for(lambda: status() == "Paused")
    assert await desk.undo() == "mpv is as before."
    wait_for(is_playing)


async def test_a_real_player_tells_its_title_and_goes_on(desk, player) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while "mpv plays Blue Moon" not in await desk.say(desktop.what_is_playing):
        assert time.monotonic() < deadline_s
    assert await desk.say(desktop.next_track) == "Next."
    while "Green River" not in await desk.say(desktop.what_is_playing):
        assert time.monotonic() < deadline_s
    await desk.undo()
    while "Blue Moon" not in await desk.say(desktop.what_is_playing):
        assert time.monotonic() < deadline_s


async def test_a_real_bus_without_players(desk, bus) -> None:
    with pytest.raises(IntentFailed) as none:
        await desk.say(desktop.pause)
    assert none.value.spoken == "No player is running that I could control."
    with pytest.raises(IntentFailed) as nobody:
        await desk.say(desktop.lock_screen)
    assert nobody.value.spoken == "Nothing here can lock the screen."


async def test_no_bus_at_all(desk, tmp_path) -> None:
    nowhere = address_set(f"unix:path={tmp_path}/none")
    with nowhere, using(Edges()), pytest.raises(IntentFailed) as none:
        await desk.say(desktop.pause)
    assert "no D-Bus session" in none.value.spoken


async def test_real_notifications_are_heard(desk, bus) -> None:
    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    settings = desktop.Settings(read_notifications=True)
    ear = Ear()
    ear.monitor = ear.make()
    with open_dbus_connection(bus) as sender:
        to = DBusAddress(
            "/org/freedesktop/Notifications",
            bus_name="org.freedesktop.Notifications",
            interface="org.freedesktop.Notifications",
        )
        body = ("Signal", 0, "", "Anna", "Are you there?", [], {}, -1)
        message = new_method_call(to, "Notify", "susssasa{sv}i", body)
        sender.send_and_get_reply(message, timeout=5)  # nobody shows it; it is heard all the same
    try:
        said = [each.text for each in ear.news(settings)]
    finally:
        ear.close()
    assert said == ["A notification of Signal: Anna. Are you there?"]
