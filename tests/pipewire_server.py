"""A private PipeWire with the devices of ``sound_server``: its own session manager, bus and Pulse
protocol server.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sound_server
from sound_server import SoundServer

PROGRAMS = ("pipewire", "pipewire-pulse", "wireplumber", "dbus-daemon")
APT = "sudo apt install pipewire pipewire-pulse wireplumber dbus-daemon"

_MODULES = (
    ("module-null-sink", "sink_name=speaker", "rate=48000", "channels=2"),
    ("module-null-sink", "sink_name=mouth", "rate=48000", "channels=1"),
    ("module-remap-source", "source_name=microphone", "master=mouth.monitor"),
)


def what_is_missing() -> str:
    """Why no PipeWire can be started, or an empty string."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not installed: {APT}"
    return sound_server.what_is_missing()


class PipeWireServer(SoundServer):
    """A running PipeWire."""

    @property
    def pids(self) -> list[int]:
        return [each.pid for each in self._programs]

    def freeze(self) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        for each in reversed(self._programs):
            each.kill()
            each.wait(5)

    def close(self) -> None:
        self.thaw_those_left()
        for each in reversed(self._programs):
            if each.poll() is None:
                each.terminate()
        for each in self._programs:
            try:
                each.wait(3)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait(5)
        self._end_sayings()

    def thaw_those_left(self) -> None:
        for each in self._programs:
            if each.poll() is None:
                each.send_signal(signal.SIGCONT)

    def _start(self) -> subprocess.Popen[bytes]:
        runtime = self._folder / "runtime"
        home = self._folder / "home"
        for folder in (runtime, home):
            folder.mkdir(mode=0o700, exist_ok=True)
        bus = runtime / "bus"
        for left in (bus, runtime / "pipewire-0", runtime / "pulse" / "native"):
            left.unlink(missing_ok=True)
        own = {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_STATE_HOME": str(home / ".state"),
            "XDG_RUNTIME_DIR": str(runtime),
            "PIPEWIRE_RUNTIME_DIR": str(runtime),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
        }
        self._programs: list[subprocess.Popen[bytes]] = []
        self._begin(["dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}"], own)
        _wait_until(bus.exists)
        self._begin(["pipewire"], own)
        _wait_until((runtime / "pipewire-0").exists)
        self._begin(["wireplumber"], own)
        self._begin(["pipewire-pulse"], own)
        _wait_until((runtime / "pulse" / "native").exists)
        self._socket = runtime / "pulse" / "native"
        self.environment["PULSE_SERVER"] = f"unix:{self._socket}"
        self._write_devices(self.environment["PULSE_SERVER"])
        self.load_devices()
        return self._programs[-1]

    def load_devices(self) -> None:
        for module in _MODULES:
            _wait_until(lambda module=module: self._loads(module))
        _wait_until(lambda: "microphone" in self._names("sources"))
        self.control("set-default-sink", "speaker")
        self.control("set-default-source", "microphone")

    def _loads(self, module: tuple[str, ...]) -> bool:
        """Whether it could be loaded: the server takes connections before it can do anything."""
        try:
            self.control("load-module", *module)
        except subprocess.CalledProcessError:
            return False
        return True

    def _begin(self, command: list[str], own: dict[str, str]) -> None:
        with (self._folder / "pipewire.log").open("ab") as log:
            self._programs.append(
                subprocess.Popen(
                    command, env=os.environ | own, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            )


def _wait_until(is_so) -> None:
    end_s = time.monotonic() + 10
    while time.monotonic() < end_s:
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("PipeWire does not come up")


@contextmanager
def running(folder: Path) -> Iterator[PipeWireServer]:
    """A PipeWire that this process uses, too."""
    with sound_server.used(PipeWireServer(folder)) as server:
        yield server
