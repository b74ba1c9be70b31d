"""What the doctor finds of the desktop."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from voiced.doctor.desktop import check_desktop


def found(env) -> dict[str, tuple[bool | None, str]]:
    return {check.name: (check.ok, check.found) for check in check_desktop(env)}


@pytest.mark.parametrize(
    ("env", "ok", "said"),
    [
        ({"DISPLAY": ":0"}, True, "X11 at :0"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, True, "Wayland"),
        ({}, None, "none"),
    ],
)
def test_the_display(env, ok, said) -> None:
    checked = found(env)
    assert checked["display"][0] is ok
    assert checked["display"][1].startswith(said)
    assert checked["D-Bus session"][0] is None


@pytest.mark.parametrize("address", ["unix:path=/nowhere/at/all", "nonsense"])
def test_a_bus_that_does_not_answer(address) -> None:
    checked = found({"DBUS_SESSION_BUS_ADDRESS": address})
    assert checked["D-Bus session"][0] is False
    assert "players (MPRIS)" not in checked


def test_nothing_of_it_is_needed() -> None:
    assert not any(check.is_needed for check in check_desktop({}))


@pytest.mark.engine
def test_a_real_bus() -> None:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        checked = found({"DBUS_SESSION_BUS_ADDRESS": daemon.stdout.readline().decode().strip()})
        daemon.terminate()
    assert checked["D-Bus session"] == (True, "it answers")
    assert checked["players (MPRIS)"] == (None, "none is running")
