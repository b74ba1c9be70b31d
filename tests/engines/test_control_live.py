"""A running daemon, asked by the real command line, the session's bus and signals."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import Daemon
from desktops import running_bus, until
from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

from voiced.control.client import ask
from voiced.errors import ControlError, NoDaemon

pytestmark = pytest.mark.device

_OTHERS = "browser desktop look mail photos search sums timers writing".split()


class Home:
    """A user's home, his session's folder, and his configuration."""

    def __init__(self, folder: Path, sound: dict[str, str]) -> None:
        (folder / "home" / "Documents").mkdir(parents=True)
        (folder / "run").mkdir(mode=0o700)
        self.folder = folder
        self.socket = folder / "run" / "voiced" / "control.sock"
        self.config = folder / "home" / ".config" / "voiced" / "voiced.toml"
        self.config.parent.mkdir(parents=True)
        self.environment = sound | {
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            **dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), ""),
            "VOICED_AUDIO__MICROPHONE": "microphone",
            "VOICED_AUDIO__SPEAKER": "speaker",
            "VOICED_INTENTS__DISABLED": json.dumps(_OTHERS),
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "voiced.cli", *words]
        pipe = subprocess.PIPE
        environment = os.environ | self.environment
        return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)

    def ask(self, **order: str) -> dict[str, Any]:
        return ask(order, self.folder / "run" / "voiced")

    def call(self, member: str) -> str:
        """The name of the error, or nothing."""
        there = DBusAddress("/org/voiced/Voiced", "org.voiced.Voiced", "org.voiced.Control1")
        with open_dbus_connection(self.environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
            answer = connection.send_and_get_reply(new_method_call(there, member), timeout=10)
        is_error = answer.header.message_type is MessageType.error
        return answer.header.fields[4].rpartition(".")[2] if is_error else ""


@pytest.fixture
def home(tmp_path: Path, sound_server: Any) -> Iterator[Home]:
    home = Home(tmp_path, sound_server.environment)
    with running_bus(os.environ) as address:
        home.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        yield home


def test_a_running_daemon_does_what_it_is_asked_and_stays_muted(home: Home) -> None:
    daemon = Daemon([], home.environment)
    daemon.wait_for("mode_changed")
    assert until(home.socket.exists)
    with home.start("run") as second, home.start("watch", "--json") as watching:
        status = home.ask(do="status")["status"]
        assert (status["pid"], status["hears"]) == (daemon.process.pid, "you")
        seen = _seen(watching, lambda: daemon.process.send_signal(signal.SIGUSR1))
        watching.kill()
        assert seen == "push_to_talk"
        assert second.wait(60) == 75
        assert second.stderr is not None
        assert f"process {daemon.process.pid}" in second.stderr.read()

    home.config.write_text("[policy]\noutbox_s = 3\n")
    assert home.ask(do="reload")["reload"]["applied"] == ["policy.outbox_s"]
    assert until(lambda: not home.call("Mute"))
    daemon.wait_for("mode_changed", 2)
    with pytest.raises(ControlError, match="muted"):
        home.ask(do="ptt", action="down")
    daemon.stop()
    with pytest.raises(NoDaemon):
        home.ask(do="status")

    again = Daemon([], home.environment)
    assert again.wait_for("mode_changed")[1]["mode"] == "muted"
    assert until(home.socket.exists)
    assert until(lambda: home.call("Unmute") == "AccessDenied")
    assert home.ask(do="unmute")["mode"] == "listening"
    assert again.wait_for("mode_changed", 2)[1]["mode"] == "listening"
    assert "I am muted, as I was" in again.stop()


def _seen(watching: subprocess.Popen[str], act: Callable[[], None]) -> str:
    """The first event that it shows; until then it is acted again and again."""
    assert watching.stdout is not None
    for _ in range(200):
        act()
        if select.select([watching.stdout], [], [], 0.1)[0]:
            return str(json.loads(watching.stdout.readline())["type"])
    raise AssertionError("nothing is shown")
