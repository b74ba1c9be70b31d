"""A real user manager of systemd, in namespaces of its own: nothing of the machine's is touched.

Needs root, as in a container, where no systemd runs; else there is a user manager already, which
is not ours to try things on.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sound_server import SoundServer

_MANAGER = Path("/lib/systemd/systemd")
_PROGRAMS = ("systemctl", "systemd-run", "systemd-analyze", "unshare", "nsenter")

# systemd makes these in /run/systemd at boot, for what a unit must not see
_NODES = """\
mkdir -p system inaccessible/dir; touch inaccessible/reg; mkfifo inaccessible/fifo
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("inaccessible/sock")'
"""

_INIT = f"""\
set -e
mount --rbind /run /run  # a mount of its own, as everywhere; else a unit gets an empty one
mkdir -p /run/systemd; mount -t tmpfs tmpfs /run/systemd; (cd /run/systemd
{_NODES})
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null || true
mkdir -p /sys/fs/cgroup/u && echo $$ > /sys/fs/cgroup/u/cgroup.procs || true
{_MANAGER} --user --log-target=console &
wait
"""


def what_is_missing() -> str:
    """Why no manager can be started, or an empty string."""
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing or not _MANAGER.exists():
        return f"{', '.join(missing) or _MANAGER} not installed: sudo apt install systemd"
    if os.getuid() != 0 or Path("/run/systemd/system").is_dir():
        return "only for root, where no systemd runs"
    return ""


class UserManager:
    """A running manager. ``base`` holds its ``home`` and its ``run``; both are outside of /tmp."""

    def __init__(self, base: Path) -> None:
        self.home, self._runtime = base / "home", base / "run"
        for folder in (self.home, self._runtime):
            folder.mkdir(mode=0o700)
        self.environment = {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self._runtime),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._runtime}/bus",
            "PATH": os.environ["PATH"],
        }
        command = ["unshare", "-m", "--propagation", "private", "-C", "-p", "-f", "--mount-proc"]
        with (base / "manager.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--kill-child", "sh", "-c", _INIT],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait(base / "manager.log")

    def _wait(self, log: Path) -> None:
        until_s = time.monotonic() + 20
        while time.monotonic() < until_s and self._process.poll() is None:
            if (self._runtime / "systemd" / "private").exists():
                return
            time.sleep(0.02)
        self.close()
        raise RuntimeError(log.read_text())

    @property
    def _pid(self) -> str:
        """The first process of its namespaces, as we see it."""
        pid = self._process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]

    def run(self, *command: str, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Run a program beside the manager; its exit code, and all that it printed."""
        done = subprocess.run(
            ["nsenter", "-t", self._pid, "-m", "-p", "-C", "--", *command],
            env={**self.environment, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def systemctl(self, *words: str) -> str:
        """What ``systemctl --user`` prints; it must succeed."""
        code, output = self.run("systemctl", "--user", "--no-pager", *words)
        assert code == 0, (words, output)
        return output

    def show(self, unit: str, name: str) -> str:
        return self.systemctl("show", unit, f"--property={name}", "--value").strip()

    def wait_for(self, unit: str, name: str, *values: str, within_s: float = 30.0) -> float:
        """Wait until a property has one of these values; how long that took."""
        began_s = time.monotonic()
        while (now := self.show(unit, name)) not in values:
            assert time.monotonic() < began_s + within_s, f"{unit}: {name} is {now!r}"
            time.sleep(0.05)
        return time.monotonic() - began_s

    def wait_for_another(self, unit: str, name: str, *values: str, within_s: float = 30.0) -> None:
        """Wait until a property has none of these values."""
        until_s = time.monotonic() + within_s
        while (now := self.show(unit, name)) in values:
            assert time.monotonic() < until_s, f"{unit}: {name} is still {now!r}"
            time.sleep(0.05)

    def kill(self, unit: str, number: int) -> None:
        """A signal to the unit's main process."""
        self.systemctl("kill", "--kill-who=main", f"--signal={number}", unit)

    def close(self) -> None:
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)


@contextmanager
def running() -> Iterator[UserManager]:
    """A manager with an empty home."""
    with tempfile.TemporaryDirectory(prefix="voiced-test-", dir="/run") as base:
        manager = UserManager(Path(base))
        try:
            yield manager
        finally:
            manager.close()


@contextmanager
def sounding(manager: UserManager) -> Iterator[SoundServer]:
    """A sound server for what the manager starts from now on."""
    folder = manager.home / "sound"
    folder.mkdir()
    server = SoundServer(folder)
    try:
        for name, value in server.environment.items():
            manager.systemctl("set-environment", f"{name}={value}")
        yield server
    finally:
        server.close()
