"""Two satellites with a real ``voiced run``: real engines, real sockets, real sound files."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from daemon_process import Daemon

pytestmark = [pytest.mark.engine, pytest.mark.alone]

SILENCE_S = 120


@dataclass
class House:
    """An assistant that listens for satellites, and where they are written down."""

    folder: Path
    environment: dict[str, str]
    port: int

    def voiced(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "voiced.cli", *arguments],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def told(self, *arguments: str) -> str:
        process = self.voiced(*arguments)
        out, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        return out

    def satellite(self, name: str, sentence: str) -> subprocess.Popen[str]:
        """A satellite that says a sentence, waits, and writes down what it is told."""
        key = self.folder / f"{name}.key"
        key.write_text(self.told("satellites", "add", name))
        sound = self.folder / f"{name}.wav"
        self.told("say", "--voice", "clear", "--out", str(sound), sentence)
        be_silent_after(sound)
        return self.voiced(
            "satellites", "join", f"127.0.0.1:{self.port}",
            "--key-file", str(key), "--source", str(sound), "--sink", str(self.reply(name)),
        )  # fmt: skip

    def reply(self, name: str) -> Path:
        return self.folder / f"{name}-reply.wav"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    config = tmp_path / "voiced.toml"
    config.write_text(f'[satellites]\nlisten = "127.0.0.1:{port}"\n')
    nothing = tmp_path / "nothing.wav"
    with wave.open(str(nothing), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 16_000 * SILENCE_S))
    environment = {"HOME": str(tmp_path / "home"), "VOICED_CONFIG": str(config)}
    environment |= {f"XDG_{each}_HOME": "" for each in ("CONFIG", "DATA", "STATE", "CACHE")}
    daemon = Daemon(["--source", str(nothing), "--sink", "null"], environment)
    daemon.wait_for("mode_changed")
    yield House(tmp_path, environment, port)
    errors = daemon.stop()
    assert "Traceback" not in errors, errors


def be_silent_after(path: Path) -> None:
    """It would go soon after its last sound, however long its answer takes."""
    with wave.open(str(path)) as file:
        form, said = file.getparams(), file.readframes(file.getnframes())
    with wave.open(str(path), "wb") as file:
        file.setparams(form)
        file.writeframes(said + bytes(form.sampwidth * form.framerate * SILENCE_S))


def seconds_of_speech(path: Path) -> float:
    """In a file that may be written still."""
    try:
        with wave.open(str(path)) as file:
            rate_hz = file.getframerate()
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    except (FileNotFoundError, EOFError):
        return 0.0
    return float(np.count_nonzero(np.abs(sound) > 200) / rate_hz)


def test_two_rooms_ask_at_once_and_each_is_answered(house: House) -> None:
    asked = {"kitchen": "set a timer for five minutes", "attic": "what time is it"}
    satellites = {name: house.satellite(name, said) for name, said in asked.items()}
    end_s = time.monotonic() + 60
    silent = set(asked)
    while silent and time.monotonic() < end_s:
        time.sleep(0.1)
        silent = {name for name in silent if seconds_of_speech(house.reply(name)) <= 0.2}
    assert not silent, f"nobody answered {silent}"
    for satellite in satellites.values():
        satellite.send_signal(signal.SIGINT)
        _, errors = satellite.communicate(timeout=30)
        assert errors == "voiced: I am connected.\n"
    changes = json.loads(house.told("undo", "--list", "--json"))
    assert "timer" in json.dumps(changes), "what the kitchen asked for was not done"
