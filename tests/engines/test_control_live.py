"""A running daemon, asked by the real command line, the session's bus and signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import Daemon
from desktops import running_bus

pytestmark = pytest.mark.device

_OTHERS = "browser desktop look mail photos search sums timers writing".split()


class Home:
    """A user's home, his session's folder, and his configuration."""

    def __init__(self, folder: Path, sound: dict[str, str]) -> None:
        (folder / "home" / "Documents").mkdir(parents=True)
        (folder / "run").mkdir(mode=0o700)
        self.folder = folder
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

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "voiced.cli", *words]
        return subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, timeout=30
        )

    def watch(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "voiced.cli", "watch", "--json"]
        return subprocess.Popen(
            command, env=os.environ | self.environment, stdout=subprocess.PIPE, text=True
        )


@pytest.fixture
def home(tmp_path: Path, sound_server: Any) -> Iterator[Home]:
    home = Home(tmp_path, sound_server.environment)
    with running_bus(os.environ) as address:
        home.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        yield home


def test_a_running_daemon_does_what_it_is_asked_and_stays_muted(home: Home) -> None:
    daemon = Daemon([], home.environment)
    daemon.wait_for("mode_changed")
    status = json.loads(home.run("status", "--json").stdout)
    assert (status["pid"], status["hears"]) == (daemon.process.pid, "you")

    second = home.run("run")
    assert second.returncode == 75
    assert f"process {daemon.process.pid}" in second.stderr

    with home.watch() as watching:
        assert home.run("ptt", "toggle").returncode == 0
        daemon.wait_for("push_to_talk")
        daemon.process.send_signal(signal.SIGUSR1)
        daemon.wait_for("push_to_talk", 2)
        assert watching.stdout is not None
        seen = [json.loads(watching.stdout.readline()) for _ in range(1)]
        watching.kill()
    assert seen[0]["type"] == "push_to_talk"

    home.config.write_text("[policy]\noutbox_s = 3\n")
    assert home.run("reload").stdout == "policy.outbox_s: in force\n"
    home.config.write_text("[policy]\noutbox_s = ''\n")
    assert home.run("reload").returncode == 78

    _call(home, "Mute")
    daemon.wait_for("mode_changed", 2)
    assert home.run("ptt", "down").returncode == 1
    daemon.stop()
    assert home.run("status").returncode == 69

    home.config.unlink()
    again = Daemon([], home.environment)
    assert again.wait_for("mode_changed")[1]["mode"] == "muted"
    assert "AccessDenied" in _call(home, "Unmute")
    assert home.run("unmute").stdout == "listening\n"
    assert again.wait_for("mode_changed", 2)[1]["mode"] == "listening"
    assert "I am muted, as I was" in again.stop()


def _call(home: Home, member: str) -> str:
    words = ["org.voiced.Voiced", "/org/voiced/Voiced", "org.voiced.Control1", member]
    done = subprocess.run(
        ["dbus-send", "--session", "--print-reply", f"--dest={words[0]}", words[1], f"{words[2]}.{member}"],
        env=os.environ | home.environment,
        capture_output=True,
        text=True,
        timeout=10,
    )
    return done.stdout + done.stderr
