"""Notifications with buttons, on a real bus of their own."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import desktops
import notification_server
import pytest
from control_lab import until
from jeepney import DBusAddress, message_bus, new_method_call, new_signal
from jeepney.io.blocking import open_dbus_connection

from voiced.engines import notifications
from voiced.engines.notifications import DesktopNotices
from voiced.events import ConfirmationAsked, Event, ModeChanged, TurnId, TurnStarted

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

ASKED = ConfirmationAsked(0, TurnId(1), "9f3c", "Delete the draft?")
MUTED = [1, "voiced is muted", "The microphone is closed.", ["unmute", "Listen again"]]


class Server:
    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = environ

    @property
    def calls(self) -> list[Any]:
        file = self.folder / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def forge(self, notice: int, button: str) -> None:
        """Say that a button was pressed, as a program that is not the server."""
        signal = new_signal(
            DBusAddress(notification_server.PATH, interface=notification_server.NAME),
            "ActionInvoked",
            "us",
            (notice, button),
        )
        connection = open_dbus_connection(self.environ["DBUS_SESSION_BUS_ADDRESS"])
        try:
            connection.send(signal)
            connection.send_and_get_reply(message_bus.GetId())  # so that it has gone out
        finally:
            connection.close()

    def press(self, notice: int, button: str) -> None:
        to = DBusAddress("/", bus_name=notification_server.NAME, interface="voicedtest.Server")
        connection = open_dbus_connection(self.environ["DBUS_SESSION_BUS_ADDRESS"])
        try:
            connection.send_and_get_reply(new_method_call(to, "Press", "us", (notice, button)))
        finally:
            connection.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    environ = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    with desktops.running_bus(environ) as address:
        environ["DBUS_SESSION_BUS_ADDRESS"] = address
        command = [sys.executable, notification_server.__file__, str(tmp_path)]
        with desktops.running(command, environ):
            assert desktops.until((tmp_path / "ready").exists)
            yield Server(tmp_path, environ)


async def shown(
    environ: dict[str, str], steps: list[Event | Callable[[], object]]
) -> tuple[list[str], list[str]]:
    """What was pressed and told; events are read, and the rest is called off the loop."""
    pressed: list[str] = []
    told: list[str] = []
    notices = DesktopNotices(pressed.append, told.append, environ)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(notices.run)
        for step in steps:
            if callable(step):
                await anyio.to_thread.run_sync(step)
            else:
                notices.read(step)
        tasks.cancel_scope.cancel()
    return pressed, told


def has(server: Server, count: int) -> Callable[[], None]:
    def wait() -> None:
        assert desktops.until(lambda: len(server.calls) >= count), server.calls

    return wait


async def test_muted_is_shown_and_undone_by_its_button(server: Server) -> None:
    pressed, _ = await shown(
        server.environ,
        [
            ModeChanged(0, "listening"),
            ModeChanged(0, "muted"),
            has(server, 1),
            lambda: server.press(1, "unmute"),
            has(server, 2),
            lambda: server.press(1, "unmute"),  # it is closed already
            has(server, 3),
            ModeChanged(0, "muted"),
        ],
    )
    assert server.calls[0] == MUTED
    assert pressed[:1] == ["unmute"]


async def test_a_question_is_shown_with_its_answers_and_goes_with_the_next_turn(
    server: Server,
) -> None:
    pressed, _ = await shown(
        server.environ,
        [
            ASKED,
            has(server, 1),
            TurnStarted(0, TurnId(2)),
            has(server, 2),
            lambda: server.press(1, "yes"),  # it is gone: this answers nothing
            has(server, 3),
        ],
    )
    buttons = ["yes", "Yes", "no", "No"]
    assert server.calls[:2] == [
        [1, "voiced asks", "Delete the draft?", buttons],
        ["CloseNotification", 1],
    ]
    assert pressed == []


async def test_nobody_but_the_server_presses_a_button(server: Server) -> None:
    pressed: list[str] = []
    notices = DesktopNotices(pressed.append, lambda _: None, server.environ)
    notices.read(ModeChanged(0, "muted"))
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(notices.run)
            await anyio.to_thread.run_sync(has(server, 1))
            await anyio.to_thread.run_sync(server.forge, 1, "unmute")
            notices.read(ModeChanged(0, "listening"))
            await anyio.to_thread.run_sync(has(server, 2))  # all that came before was read
            assert pressed == []
            notices.read(ModeChanged(0, "muted"))
            await anyio.to_thread.run_sync(has(server, 3))
            await anyio.to_thread.run_sync(server.press, 2, "unmute")
            await until(lambda: pressed == ["unmute"])
            tasks.cancel_scope.cancel()


async def test_without_a_bus_it_is_told_once() -> None:
    notices: list[str] = []

    async def run() -> None:
        await DesktopNotices(lambda _: None, notices.append, {}).run()

    with anyio.move_on_after(0.2):
        await run()
    assert notices == ["I can show no notifications: there is no session bus"]


async def test_a_desktop_that_shows_none_is_told_once_and_shown_it_once_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    monkeypatch.setattr(notifications, "_RETRY_S", 0.05)
    environ = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    told: list[str] = []
    with desktops.running_bus(environ) as address, anyio.fail_after(20):
        environ["DBUS_SESSION_BUS_ADDRESS"] = address
        notices = DesktopNotices(lambda _: None, told.append, environ)
        notices.read(ModeChanged(0, "muted"))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(notices.run)
            await until(lambda: bool(told))
            command = [sys.executable, notification_server.__file__, str(tmp_path)]
            with desktops.running(command, environ):
                await anyio.to_thread.run_sync(has(Server(tmp_path, environ), 1))
                tasks.cancel_scope.cancel()
    assert told == ["I can show no notifications: this desktop shows none (ServiceUnknown)"]
