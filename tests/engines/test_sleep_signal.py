"""Sleep as logind tells of it, on a real bus."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from contextlib import closing

import anyio
import pytest
from jeepney import DBusAddress, new_signal
from jeepney.io.blocking import open_dbus_connection

from voiced.engines.sleep_signal import watch_sleep

pytestmark = [pytest.mark.engine, pytest.mark.anyio]

MANAGER = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")


def start_bus(address: str) -> tuple[subprocess.Popen[bytes], str]:
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    daemon = subprocess.Popen([*command, f"--address={address}"], stdout=subprocess.PIPE)
    assert daemon.stdout is not None
    with daemon.stdout:
        return daemon, daemon.stdout.readline().decode().strip()


@pytest.fixture
def bus(tmp_path) -> Generator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    daemon, _ = start_bus(f"unix:path={tmp_path}/bus")
    yield f"unix:path={tmp_path}/bus"
    daemon.terminate()
    daemon.wait(5)


def tell(address: str, member: str, *, is_asleep: bool) -> None:
    with closing(open_dbus_connection(address)) as connection:
        connection.send(new_signal(MANAGER, member, "b", (is_asleep,)))


async def test_sleep_and_waking_are_told_and_nothing_else(bus: str) -> None:
    told: list[bool] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch_sleep, told.append, {"DBUS_SYSTEM_BUS_ADDRESS": bus})
        with anyio.fail_after(10):
            while not told:  # until it listens
                tell(bus, "PrepareForSleep", is_asleep=True)
                await anyio.sleep(0.05)
            told.clear()
            tell(bus, "PrepareForShutdown", is_asleep=True)
            tell(bus, "PrepareForSleep", is_asleep=False)
            while told[-1:] != [False]:  # noqa: ASYNC110 - it is told by a plain list
                await anyio.sleep(0.01)
        tasks.cancel_scope.cancel()
    assert set(told[:-1]) <= {True}  # what was sent before it was seen to listen


async def test_a_bus_that_is_started_later_is_found(tmp_path) -> None:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    address = f"unix:path={tmp_path}/bus"
    told: list[bool] = []
    async with anyio.create_task_group() as tasks:
        env = {"DBUS_SYSTEM_BUS_ADDRESS": address}
        tasks.start_soon(watch_sleep, told.append, env, 0.05)
        await anyio.sleep(0.1)
        daemon, _ = start_bus(address)
        try:
            with anyio.fail_after(10):
                while not told:
                    tell(address, "PrepareForSleep", is_asleep=True)
                    await anyio.sleep(0.05)
        finally:
            tasks.cancel_scope.cancel()
            daemon.terminate()
            daemon.wait(5)
    assert told[0] is True
