"""Locking and brightness over real buses, with services that stand in for logind and a locker."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import bus_service
import desktops
import pytest

from voiced.errors import IntentFailed
from voiced_intents import desktop
from voiced_intents.desktop.edges import Edges, edges, using
from voiced_intents.desktop.screen import is_locked

pytestmark = [pytest.mark.engine, pytest.mark.anyio]


@pytest.fixture(scope="module")
def addresses() -> Iterator[tuple[str, str]]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    with desktops.running_bus(os.environ) as first, desktops.running_bus(os.environ) as second:
        yield first, second


@pytest.fixture
def start(addresses, monkeypatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Starts a service on the buses of this test."""
    session, system = addresses
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
    panel = tmp_path / "backlight" / "panel"
    panel.mkdir(parents=True)
    (panel / "brightness").write_text("300")
    (panel / "max_brightness").write_text("1500")
    with ExitStack() as stack:
        stack.enter_context(using(replace(Edges(), backlights=panel.parent)))

        def run(what: str) -> None:
            command = [sys.executable, bus_service.__file__, str(tmp_path), what]
            stack.enter_context(desktops.running(command, os.environ))
            assert desktops.until((tmp_path / f"{what}-ready").exists)

        yield run


def calls(tmp_path: Path) -> list[str]:
    return (tmp_path / "calls").read_text().splitlines()


async def test_the_locker_of_the_session_locks(desk, start, tmp_path) -> None:
    start("screensaver")
    with edges().bus("SESSION") as bus:
        assert not is_locked(bus)
        assert await desk.say(desktop.lock_screen) == "Locked."
        assert is_locked(bus)
    assert calls(tmp_path) == ["ScreenSaver Lock"]


async def test_logind_locks_and_sets_the_brightness(desk, start, tmp_path) -> None:
    start("login1")
    assert await desk.say(desktop.lock_screen) == "Locked."
    assert await desk.say(desktop.tell_brightness) == "20 percent."
    await desk.say(desktop.set_brightness, level="sixty")
    await desk.say(desktop.step_brightness, step="darker")
    await desk.undo()
    assert await desk.say(desktop.tell_brightness) == "60 percent."
    assert calls(tmp_path) == [
        "login1 Lock",
        "SetBrightness panel 900",
        "SetBrightness panel 750",
        "SetBrightness panel 900",
    ]


async def test_a_bus_without_logind_is_said(desk, start) -> None:
    with pytest.raises(IntentFailed) as none:
        await desk.say(desktop.lock_screen)
    assert none.value.spoken == "Nothing here can lock the screen."
    with pytest.raises(IntentFailed) as not_allowed:
        await desk.say(desktop.set_brightness, level="sixty")
    assert not_allowed.value.spoken == "I am not allowed to set the brightness."
