"""The folder, the socket and the lock of the daemon, and what others may have put there."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from voiced.control.place import SOCKET, connect, folder_of, inherited, listening, only_one
from voiced.errors import AlreadyRunning, ControlError, NoDaemon


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_in_the_users_runtime_folder(tmp_path) -> None:
    assert folder_of({"XDG_RUNTIME_DIR": str(tmp_path)}) == tmp_path / "voiced"


@pytest.mark.parametrize("wrong", ["", "relative", "/nowhere/at/all"])
def test_without_a_runtime_folder_it_is_never_in_a_shared_one(wrong) -> None:
    assert not str(folder_of({"XDG_RUNTIME_DIR": wrong})).startswith("/tmp/voiced")


def test_the_socket_is_its_owners_alone_also_in_a_folder_that_was_open(tmp_path) -> None:
    folder = tmp_path / "voiced"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    with listening(folder):
        assert _mode(folder) == 0o700
        assert _mode(folder / SOCKET) == 0o600
        connect(folder, 1).close()
    assert not (folder / SOCKET).exists()


def test_a_long_name_of_the_folder_does_no_harm(tmp_path) -> None:
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    with listening(folder):
        connect(folder, 1).close()


def test_a_socket_that_a_killed_daemon_left_is_replaced(tmp_path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / SOCKET))
    with pytest.raises(NoDaemon) as caught:
        connect(tmp_path, 1)
    assert caught.value.exit_code == 69
    with listening(tmp_path):
        connect(tmp_path, 1).close()


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "voiced").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="voiced"), listening(tmp_path / "voiced"):
        pass
    with pytest.raises(NoDaemon):
        connect(tmp_path / "voiced", 1)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away needs root")
def test_a_folder_of_another_user_is_not_used(tmp_path) -> None:
    folder = tmp_path / "voiced"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with pytest.raises(ControlError, match="another user"), listening(folder):
        pass
    with pytest.raises(ControlError, match="another user"):
        connect(folder, 1)


def test_the_second_daemon_says_which_one_runs(tmp_path) -> None:
    with only_one(tmp_path), pytest.raises(AlreadyRunning) as caught, only_one(tmp_path):
        pass
    assert caught.value.exit_code == 75
    assert f"process {os.getpid()}" in caught.value.message
    with only_one(tmp_path):
        pass


def test_the_lock_of_a_killed_daemon_is_free(tmp_path) -> None:
    code = (
        "import sys; from pathlib import Path; from voiced.control.place import only_one\n"
        "with only_one(Path(sys.argv[1])): print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning), only_one(tmp_path):
            pass
        holder.kill()
    with only_one(tmp_path):
        pass


def test_a_lock_that_is_a_link_is_not_followed(tmp_path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="lock"), only_one(tmp_path):
        pass
    assert not (tmp_path / "precious").exists()


def test_the_socket_of_systemd_is_taken_only_if_it_is_for_us() -> None:
    assert inherited({}) is None
    assert inherited({"LISTEN_PID": "1", "LISTEN_FDS": "1"}) is None


def test_the_socket_of_systemd_is_taken(tmp_path) -> None:
    code = (
        "import os, sys; from voiced.control.place import inherited\n"
        "os.dup2(int(sys.argv[1]), 3)\n"
        "found = inherited({'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'})\n"
        "print(found and found.getsockname())"
    )
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        done = subprocess.run(
            [sys.executable, "-c", code, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.strip() == str(path)
