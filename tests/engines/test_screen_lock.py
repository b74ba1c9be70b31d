"""The lock of the screen, on a real bus with a session manager and a screen saver of our own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jeepney import HeaderFields, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection

from voiced.doctor.desktop import check_desktop
from voiced.engines.screen_lock import DBusScreenLock

LOGIN, SAVER = "org.freedesktop.login1", "org.gnome.ScreenSaver"
OURS = "/org/freedesktop/login1/session/auto"
SEEN = "/org/freedesktop/login1/session/_32"
NAMED = "/org/freedesktop/login1/session/_37"
PATIENCE_S = 10.0


@dataclass
class Service:
    """Says which sessions are locked, and whether the screen saver is on; None answers nothing."""

    hints: dict[str, bool] = field(default_factory=dict)
    saves: bool | None = None
    is_slow: bool = False

    def answer(self, message: Any) -> Any:
        path, member = (message.header.fields[f] for f in (HeaderFields.path, HeaderFields.member))
        match (member, *message.body):
            case ("Get", _, "LockedHint") if path in self.hints:
                return new_method_return(message, "v", (("b", self.hints[path]),))
            case ("Get", _, "Display") if SEEN in self.hints:
                return new_method_return(message, "v", (("(so)", ("2", SEEN)),))
            case ("GetSession", "7"):
                return new_method_return(message, "o", (NAMED,))
            case ("GetActive",) if self.saves is not None and path == "/org/gnome/ScreenSaver":
                return new_method_return(message, "b", (self.saves,))
        return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")


@contextmanager
def serving(address: str, service: Service) -> Generator[None]:
    with closing(open_dbus_connection(address)) as connection:
        for name in (LOGIN, SAVER):
            connection.send_and_get_reply(message_bus.RequestName(name), timeout=PATIENCE_S)
        is_over = threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                try:
                    message = connection.receive(timeout=0.05)
                except TimeoutError:
                    continue
                is_call = message.header.message_type is MessageType.method_call
                if is_call and not service.is_slow:
                    connection.send(service.answer(message))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


@pytest.fixture(scope="module")
def bus() -> Generator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("not installed: dbus-daemon; run tests/install_system_packages.sh")
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().decode().strip()
        daemon.terminate()


@pytest.fixture
def service(bus: str) -> Generator[Service]:
    service = Service()
    with serving(bus, service):
        yield service


def lock(system: str = "", session: str = "", **env: str) -> DBusScreenLock:
    nowhere = "unix:path=/nowhere/at/all"
    buses = {
        "DBUS_SYSTEM_BUS_ADDRESS": system or nowhere,
        "DBUS_SESSION_BUS_ADDRESS": session,
    }
    return DBusScreenLock({**buses, **env}, deadline_s=PATIENCE_S)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("hints", "locked"),
    [
        ({OURS: True}, True),
        ({OURS: False}, False),
        ({SEEN: True}, True),
        ({OURS: False, SEEN: True}, True),
        ({OURS: False, SEEN: False}, False),
        ({}, None),
    ],
)
def test_the_session_manager_says_so(bus, service, hints, locked) -> None:
    service.hints = hints
    assert lock(system=bus).is_locked() is locked


@pytest.mark.engine
def test_the_session_that_the_environment_names(bus, service) -> None:
    service.hints = {OURS: False, NAMED: True}
    assert lock(system=bus).is_locked() is False
    assert lock(system=bus, XDG_SESSION_ID="7").is_locked() is True
    assert lock(system=bus, XDG_SESSION_ID="gone").is_locked() is False


@pytest.mark.engine
@pytest.mark.parametrize("saves", [True, False, None])
def test_the_screen_saver_says_so(bus, service, saves) -> None:
    service.saves = saves
    assert lock(session=bus).is_locked() is saves


@pytest.mark.engine
def test_a_screen_saver_counts_where_the_session_manager_was_not_told(bus, service) -> None:
    service.hints, service.saves = {OURS: False}, True
    asked = lock(system=bus, session=bus)
    assert asked.is_locked() is True
    service.saves = False
    assert asked.is_locked() is False


@pytest.mark.engine
def test_nobody_is_started_to_answer(bus) -> None:
    assert lock(system=bus, session=bus).is_locked() is None


@pytest.mark.engine
def test_an_answer_that_does_not_come_is_the_one_before(bus, service) -> None:
    service.hints = {OURS: True}
    asked = DBusScreenLock({"DBUS_SYSTEM_BUS_ADDRESS": bus}, deadline_s=0.2)
    service.is_slow = True
    assert asked.is_locked() is None
    service.is_slow = False
    while asked.is_locked() is None:  # the machine may be slow, too
        pass
    service.is_slow = True
    assert asked.is_locked() is True


@pytest.mark.engine
@pytest.mark.parametrize(
    ("hints", "ok", "found"),
    [({OURS: True}, True, "it is locked"), ({OURS: False}, True, "it is open"), ({}, None, "")],
)
def test_the_doctor_tells(bus, service, hints, ok, found) -> None:
    service.hints = hints
    checks = {check.name: check for check in check_desktop({"DBUS_SYSTEM_BUS_ADDRESS": bus})}
    checked = checks["lock of the screen"]
    assert checked.ok is ok
    assert checked.found.startswith(found or "nobody")
    assert bool(checked.mend) is (ok is None)


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere/at/all", "nonsense"])
def test_without_a_bus_nobody_knows(address) -> None:
    assert lock(session=address).is_locked() is None


def test_a_bus_that_hangs_holds_one_thread(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "bus"))
        silent.listen()
        env = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/bus"}
        asked = DBusScreenLock(env, deadline_s=0.05)
        assert asked.is_locked() is None
        asked._is_asking, asked._last = True, True
        assert asked.is_locked() is True
