"""The page beside the daemon: its command, how it does, and its end."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from voiced.composition import page
from voiced.composition.companions import Beside, companions_of
from voiced.config import load
from voiced.registry import plugin_names


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CACHE", "CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    found = tmp_path / "run" / "voiced" / "web"
    found.mkdir(mode=0o700, parents=True)
    return found


def found_beside(text: str, tmp_path: Path) -> list[Beside]:
    path = tmp_path / "voiced.toml"
    path.write_text(text)
    return list(companions_of(load(path, {}, plugin_names), ()))


def test_it_is_there_only_where_it_is_wanted(folder, tmp_path):
    assert not found_beside("", tmp_path)
    [beside] = found_beside("[web]\nenabled = true\n", tmp_path)
    wanted = beside.companion.start(beside.context)
    assert beside.asks_for_user
    assert wanted is not None
    assert wanted[0][3:] == ("--config", str(tmp_path / "voiced.toml"), "web", "--beside")


def health_of(tmp_path):
    [beside] = found_beside("[web]\nenabled = true\nport = 8123\n", tmp_path)
    return beside.companion.health(beside.context)


def test_how_it_does(folder, tmp_path, monkeypatch):
    assert (health_of(tmp_path).is_ok, health_of(tmp_path).found) == (
        False,
        "not at 127.0.0.1:8123",
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        (folder / "port").write_text(f"{listener.getsockname()[1]}\n")
        assert health_of(tmp_path).is_ok
    assert not health_of(tmp_path).is_ok
    monkeypatch.setattr(page, "_LIBRARIES", ("no_such_library",))
    assert health_of(tmp_path).mend == "pip install 'voiced[web]'"


@pytest.mark.engine
@pytest.mark.parametrize("end", ["its input", "a signal"])
def test_it_serves_until_who_started_it_has_gone_or_a_signal_comes(folder, end):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voiced.cli", "web", "--beside", "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        until_s = time.monotonic() + 60
        while page.port_of(folder) is None:
            assert process.poll() is None
            assert time.monotonic() < until_s
            time.sleep(0.02)
        link = f"http://127.0.0.1:{port}/"
        with httpx.Client(trust_env=False) as client:
            while True:
                try:
                    answer = client.get(link)
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < until_s
        assert answer.status_code == 401
        if end == "a signal":
            process.terminate()
        out, _ = process.communicate(timeout=30)
        assert (process.returncode, out) == (0, b"")
        assert page.port_of(folder) is None
    finally:
        process.kill()
        process.wait()
