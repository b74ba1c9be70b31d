"""Real desktops without a screen, for tests: an X server with xterm, a Wayland one with foot.

Both show one terminal that writes down what is typed into it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Desktop", "missing", "running", "running_bus", "until", "wayland_desktop", "x_desktop"]

_NOBODY = 65534
_PATIENCE_S = 15.0
_X_PROGRAMS = ("Xvfb", "xterm", "xdotool", "xclip", "xsel", "xmodmap")
_WAYLAND_PROGRAMS = ("sway", "foot", "wtype", "wl-copy", "wl-paste", "grim")


@dataclass(frozen=True)
class Desktop:
    """Its environment, and the file in which the terminal writes down whole lines."""

    environ: Mapping[str, str]
    typed: Path

    def wait_for(self, text: str) -> str:
        """What was typed, once that holds the text; or what there is when patience ends."""
        until(lambda: text in self.typed.read_text())
        return self.typed.read_text()


def missing(*, wayland: bool) -> str:
    """The programs that are not installed; with the command that installs them."""
    wanted = _WAYLAND_PROGRAMS if wayland else _X_PROGRAMS
    absent = [name for name in wanted if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}; run tests/install_system_packages.sh" * bool(
        absent
    )


def until(done: Callable[[], object]) -> bool:
    """Wait for it; False where patience ends first."""
    end_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end_s:
        if done():
            return True
        time.sleep(0.02)
    return False


@contextmanager
def running(
    command: list[str], environ: Mapping[str, str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder with a short name that a server of another user may use."""
    with tempfile.TemporaryDirectory(prefix="voiced-", dir="/tmp") as name:
        folder = Path(name)
        (folder / "typed").touch(0o666)
        if os.geteuid() == 0:
            for each in (folder, folder / "typed"):
                os.chown(each, _NOBODY, _NOBODY)
        yield folder


def _environ(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    return kept | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"}


@contextmanager
def x_desktop() -> Iterator[Desktop]:
    """An X server of its own, with an xterm that has the keyboard."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        numbered, number = os.pipe()
        server = [
            "Xvfb",
            "-displayfd",
            str(number),
            "-screen",
            "0",
            "640x480x24",
            "-nolisten",
            "tcp",
        ]
        process = subprocess.Popen(
            server, pass_fds=[number], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        os.close(number)
        with os.fdopen(numbered) as stream:
            environ = _environ(folder) | {"DISPLAY": f":{stream.readline().strip()}"}
        shell = ["xterm", "-e", "sh", "-c", f"cat > {folder}/typed"]
        stack.enter_context(running(shell, environ))
        focus = ["xdotool", "search", "--sync", "--onlyvisible", "--class", "xterm", "windowfocus"]
        subprocess.run(focus, env=environ, check=True, timeout=_PATIENCE_S, capture_output=True)
        time.sleep(0.3)  # the shell in it starts
        yield Desktop(environ, folder / "typed")


@contextmanager
def wayland_desktop() -> Iterator[Desktop]:
    """A Wayland compositor of its own, with a foot that has the keyboard."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        (folder / "config").write_text(
            f"exec foot sh -c 'echo $$ > {folder}/up; cat > {folder}/typed'"
        )
        environ = _environ(folder) | {
            "WLR_BACKENDS": "headless",
            "WLR_RENDERER": "pixman",
            "WLR_LIBINPUT_NO_DEVICES": "1",
        }
        command = ["sway", "-c", str(folder / "config")]
        if os.geteuid() == 0:  # it refuses to be root
            rights = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
            command = ["setpriv", *rights, *command]
        stack.enter_context(running(command, environ))
        until((folder / "up").exists)
        time.sleep(0.3)  # it gets the keyboard
        name = next(each.name for each in folder.glob("wayland-?"))
        yield Desktop(environ | {"WAYLAND_DISPLAY": name}, folder / "typed")


@contextmanager
def running_bus(environ: Mapping[str, str]) -> Iterator[str]:
    """The address of a session bus of its own; what it starts has this environment."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with running(command, environ, subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        with daemon.stdout as stream:
            yield stream.readline().decode().strip()
