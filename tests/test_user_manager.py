"""The service under a real user manager, with real sound: ready, watched, given up aloud.

One life of one service, in the order in which it is lived: each test goes on where the one before
has stopped.
"""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound_server
import user_manager
from sound_server import SoundServer
from user_manager import UserManager

from voiced.service.units import FAILED_UNIT, UNIT, code_in_tmp

MISSING = user_manager.what_is_missing() or sound_server.what_is_missing()
pytestmark = [
    pytest.mark.device,
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
]

VOICED = str(Path(sys.executable).with_name("voiced"))
WATCHDOG_S = 8
SOON = f"[Unit]\nStartLimitBurst=3\n[Service]\nWatchdogSec={WATCHDOG_S}\n"
KILL, STOP = 9, 19

STARVING = """\
import os, signal, sys, time
pid, ends = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
while time.monotonic() < ends:
    for number, seconds in ((signal.SIGSTOP, 0.2), (signal.SIGCONT, 0.05)):
        os.kill(pid, number)
        time.sleep(seconds)
"""
"""It gets a fifth of the processor at most, for longer than the watchdog waits."""

PROBE = """\
import os, pathlib, socket, subprocess, sys
from voiced.plugin import apart
home = pathlib.Path.home()
(home / "new.txt").write_text("mine")
print((home / "note.txt").read_text())
socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
subprocess.run(apart(["sh", "-c", 'grep Seccomp: /proc/self/status > "$HOME/apart.txt"']))
def refused(act):
    try:
        act()
    except OSError:
        return True
print(refused(lambda: pathlib.Path("/etc/voiced").write_text("")),
      refused(lambda: pathlib.Path("/usr/voiced").write_text("")),
      refused(lambda: os.chroot("/")),
      {each.name for each in pathlib.Path("/tmp").iterdir()} <= {".X11-unix", *sys.argv[2:]})
"""


@pytest.fixture(scope="module")
def manager() -> Iterator[UserManager]:
    with user_manager.running() as running:
        yield running


@pytest.fixture(scope="module")
def sound(manager: UserManager) -> Iterator[SoundServer]:
    with user_manager.sounding(manager) as server:
        yield server


def crash(manager: UserManager) -> None:
    """Kill it, and wait until it listens again."""
    before = manager.show(UNIT, "MainPID")
    manager.kill(UNIT, KILL)
    manager.wait_for_another(UNIT, "MainPID", before, "0")
    manager.wait_for(UNIT, "ActiveState", "active", within_s=60)


def test_it_is_installed_and_listens(manager: UserManager, sound: SoundServer) -> None:
    drop_in = manager.home / ".config/systemd/user/voiced.service.d/test.conf"
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(SOON)
    code, told = manager.run(VOICED, "service", "install")
    assert code == 0, told
    assert not (drop_in.parent / "no-sandbox.conf").exists()
    code, told = manager.run(VOICED, "service", "status", "--json")
    assert code == 0
    known = json.loads(told)
    assert known["is_installed"]
    assert known["is_active"]
    assert known["StatusText"] == "listening"
    assert known["UnitFileState"] == "enabled"
    before = manager.show(UNIT, "MainPID")
    manager.systemctl("reload", UNIT)
    assert manager.show(UNIT, "MainPID") == before


def test_files_sound_and_the_net_are_there_and_little_else(manager: UserManager) -> None:
    unit = (manager.home / ".config/systemd/user" / UNIT).read_text()
    ours = re.compile("Type|ExecStart|ExecReload|Notify|Restart|Watchdog")
    kept = "\n".join(line for line in unit.splitlines() if not ours.match(line))
    output = manager.home / "probe.txt"
    (manager.home / "note.txt").write_text("a note")
    (manager.home / "probe.py").write_text(PROBE)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        probe = f"Type=oneshot\nExecStart={sys.executable} {manager.home}/probe.py {port}"
        # where these tests themselves lie there, as a fresh clone may
        probe += "".join(f" {each.parts[2]}" for each in code_in_tmp())
        probe += f"\nStandardOutput=truncate:{output}\nStandardError=inherit\n"
        (manager.home / ".config/systemd/user/probe.service").write_text(
            kept.replace("[Service]\n", f"[Service]\n{probe}")
        )
        manager.systemctl("daemon-reload")
        code, told = manager.run("systemctl", "--user", "start", "probe.service")
    assert (code, output.read_text().splitlines()) == (0, ["a note", "True True True True"]), told
    assert (manager.home / "new.txt").read_text() == "mine"
    assert (manager.home / "apart.txt").read_text().split() == ["Seccomp:", "0"], "closed off, too"


def test_one_that_hangs_is_killed_and_listens_again(manager: UserManager) -> None:
    before = manager.show(UNIT, "MainPID")
    manager.kill(UNIT, STOP)
    manager.wait_for(UNIT, "Result", "watchdog")
    manager.wait_for_another(UNIT, "MainPID", before, "0")
    manager.wait_for(UNIT, "ActiveState", "active", within_s=60)
    assert manager.show(UNIT, "StatusText") == "listening"


def test_one_that_is_slow_is_not_killed(manager: UserManager) -> None:
    before = manager.show(UNIT, "MainPID")
    code, told = manager.run(sys.executable, "-c", STARVING, before, str(WATCHDOG_S + 1))
    assert code == 0, told
    assert manager.show(UNIT, "MainPID") == before
    assert manager.show(UNIT, "StatusText") == "listening"


def test_after_three_crashes_it_uses_what_is_built_in_and_says_so(
    manager: UserManager, sound: SoundServer
) -> None:
    with sound.listening() as ear:
        crash(manager)
        crash(manager)
        manager.wait_for(
            UNIT, "StatusText", "listening; degraded: what is built in works as everything"
        )
        ear.wait_until_audible()


def test_one_that_is_given_up_is_no_silence(manager: UserManager, sound: SoundServer) -> None:
    with sound.listening() as ear:
        before_s = ear.ends_s
        manager.kill(UNIT, KILL)
        manager.wait_for(UNIT, "ActiveState", "failed")
        manager.wait_for(FAILED_UNIT, "ActiveState", "inactive", within_s=60)
        assert manager.show(FAILED_UNIT, "Result") == "success"
        assert ear.last_audible_s() > before_s
    code, told = manager.run(VOICED, "service", "status")
    assert code == 1
    assert told.startswith("failed")


def test_it_is_removed(manager: UserManager) -> None:
    units = manager.home / ".config/systemd/user"
    code, told = manager.run(VOICED, "service", "remove")
    assert code == 0, told
    (units / "probe.service").unlink()
    left = [path.relative_to(units) for path in units.rglob("*") if path.is_file()]
    assert left == [Path("voiced.service.d/test.conf")], "nothing but what is not ours"
    assert manager.show(UNIT, "ActiveState") == "inactive"
