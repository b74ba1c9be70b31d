"""Where a running daemon is found: its folder, its socket, its lock. All of it blocks shortly.

The folder is opened once and held: whatever is done in it is done in that very folder, whoever
moves or links it meanwhile, and however long its name is.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs import user_state_path

from voiced.errors import AlreadyRunning, ControlError, NoDaemon

__all__ = ["SOCKET", "connect", "folder_of", "inherited", "listening", "only_one"]

SOCKET = "control.sock"
_LOCK = "lock"
_OTHERS = 0o077
_BACKLOG = 16
_FIRST_INHERITED = 3
_START = "start it: voiced run, or: systemctl --user start voiced"


def folder_of(env: Mapping[str, str]) -> Path:
    """The folder of the daemon that the user of this environment runs; it need not exist."""
    named = Path(env.get("XDG_RUNTIME_DIR") or "-")
    for folder in (named, Path(f"/run/user/{os.geteuid()}")):
        if folder.is_absolute() and folder.is_dir():
            return folder / "voiced"
    return user_state_path("voiced") / "run"


@contextmanager
def _opened(folder: Path) -> Generator[int]:
    """The folder, if it is ours.

    Raises:
        FileNotFoundError: It is not there.
        ControlError: It belongs to somebody else.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder, flags)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise ControlError(f"{folder}: belongs to another user", reason="not_ours")
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _made(folder: Path) -> Generator[int]:
    """The folder, made if need be, and closed to all others.

    Raises:
        OSError: It cannot be made.
        ControlError: It belongs to somebody else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(folder) as descriptor:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & _OTHERS:
            os.fchmod(descriptor, 0o700)
        yield descriptor


@contextmanager
def only_one(folder: Path) -> Generator[None]:
    """Be the one daemon of this user while the body runs; the lock goes with the process.

    Raises:
        AlreadyRunning: Another one runs.
        OSError: The lock cannot be made.
        ControlError: The folder belongs to somebody else.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    with _made(folder) as inside:
        descriptor = os.open(_LOCK, flags, 0o600, dir_fd=inside)
    with os.fdopen(descriptor, "r+b", buffering=0) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _already(lock.read(20)) from error
        lock.truncate()
        lock.write(f"{os.getpid()}\n".encode())
        yield


def _already(written: bytes) -> AlreadyRunning:
    number = written.strip().decode("ascii", "replace")
    process = f" (process {number})" if number.isdigit() else ""
    mend = "ask it: voiced status; or end that one first"
    return AlreadyRunning(f"voiced runs already{process}", reason="already_running", mend=mend)


@contextmanager
def listening(folder: Path) -> Generator[socket.socket]:
    """The daemon's socket, for its owner alone. To be called by the one that holds the lock.

    Raises:
        OSError: It cannot be made.
        ControlError: The folder belongs to somebody else.
    """
    with _made(folder) as inside:
        with suppress(FileNotFoundError):  # left by a daemon that was killed
            os.unlink(SOCKET, dir_fd=inside)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as listener:
            listener.settimeout(0)
            listener.bind(f"/proc/self/fd/{inside}/{SOCKET}")
            os.chmod(SOCKET, 0o600, dir_fd=inside)
            listener.listen(_BACKLOG)
            try:
                yield listener
            finally:
                with suppress(OSError):
                    os.unlink(SOCKET, dir_fd=inside)


def inherited(env: Mapping[str, str]) -> socket.socket | None:
    """The socket that systemd opened for us; None where it did not."""
    if env.get("LISTEN_PID") != str(os.getpid()) or env.get("LISTEN_FDS") != "1":
        return None
    try:
        listener = socket.socket(fileno=_FIRST_INHERITED)
    except OSError:
        return None
    is_ours = listener.family is socket.AF_UNIX and listener.type is socket.SOCK_STREAM
    if not is_ours:
        listener.detach()
        return None
    listener.settimeout(0)
    listener.set_inheritable(False)
    return listener


def connect(folder: Path, timeout_s: float) -> socket.socket:
    """A connection to the daemon, if it is the user's own.

    Raises:
        NoDaemon: There is none, or it does not answer.
        ControlError: It belongs to somebody else.
    """
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        line.settimeout(timeout_s)
        with _opened(folder) as inside:
            line.connect(f"/proc/self/fd/{inside}/{SOCKET}")
    except (FileNotFoundError, ConnectionRefusedError) as error:
        line.close()
        raise NoDaemon("no voiced is running", reason="no_daemon", mend=_START) from error
    except OSError as error:
        line.close()
        message = f"the running voiced does not answer: {error.strerror or error}"
        raise NoDaemon(message, reason="no_answer", mend="see: voiced status") from error
    except ControlError:
        line.close()
        raise
    return line
