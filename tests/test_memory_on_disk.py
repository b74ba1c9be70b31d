"""A canary: what was said in an hour is nowhere on the disk, in no log, and not on the wire."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from voiced.audio import RATE_HZ

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SAID = ("find the zanzibar document", "what time is it")
WATCHED = """
import sys
def hook(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.bind") and isinstance(args[1], tuple):
        print(f"WIRE {event} {args[1]}", file=sys.stderr, flush=True)
sys.addaudithook(hook)
from voiced.cli import main
main()
"""
"""The command line, telling of every connection that is not to this machine's own files."""


def environment(home: Path) -> dict[str, str]:
    names = ("CACHE_HOME", "CONFIG_HOME", "STATE_HOME", "DATA_HOME", "RUNTIME_DIR")
    folders = {f"XDG_{name}": str(home / name.lower()) for name in names}
    for folder in (*folders.values(), home / "tmp"):
        Path(folder).mkdir(mode=0o700, parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOICED_")}
    return kept | folders | {"HOME": str(home), "TMPDIR": str(home / "tmp")}


def voiced(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WATCHED, *arguments]
    ended = subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended


def an_hour(env: dict[str, str], folder: Path) -> Path:
    """A recording of an hour in which these sentences are spoken."""
    sound = np.zeros(3600 * RATE_HZ, np.int16)
    for number, text in enumerate(SAID):
        path = folder / "sentence.wav"
        voiced(env, "say", text, "--out", str(path))
        spoken, rate_hz = soundfile.read(path, dtype="float32")
        spoken = soxr.resample(spoken, rate_hz, RATE_HZ)
        start = (2 + 1200 * number) * RATE_HZ
        sound[start : start + len(spoken)] = (spoken * 32767).astype(np.int16)
    path = folder / "hour.wav"
    soundfile.write(path, sound, RATE_HZ)
    return path


def left(folder: Path, texts: list[str]) -> list[tuple[Path, str]]:
    """Which texts lie in which files, however they are written."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    contents = [(path, path.read_bytes().lower()) for path in files]
    return [
        (path, text)
        for path, content in contents
        for text in texts
        if text.encode() in content or text.encode("utf-16-le") in content
    ]


def test_an_hour_leaves_no_word_of_it(tmp_path) -> None:
    home = tmp_path / "home"
    env = environment(home)
    (tmp_path / "sound").mkdir()
    hour = an_hour(env, tmp_path / "sound")
    ended = voiced(
        env,
        *("run", "--source", str(hour), "--sink", "null", "--clock", "virtual", "--once"),
        *("--events", "-"),
    )
    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    heard = [row["text"].lower() for row in rows if row["type"] == "transcript_final"]
    assert len(heard) >= len(SAID)
    assert "what time is it" in heard
    words = [each for each in (*SAID, *heard, "zanzibar") if len(each) > 7]
    assert list(home.rglob("journal.db")), "it did keep what it keeps"
    assert left(home, words) == []
    assert not [each for each in words if each in ended.stderr.lower()]
    assert "WIRE" not in ended.stderr
    voiced(env, "ask", "what did I say about zanzibar")
    assert left(home, ["zanzibar"]) == []


def test_the_canary_would_be_found(tmp_path) -> None:
    """The same look at a home that keeps what is said finds it, until it is forgotten."""
    home = tmp_path / "home"
    env = environment(home) | {"VOICED_JOURNAL__TRANSCRIPTS": "true"}
    (tmp_path / "sound").mkdir()
    said = tmp_path / "said.wav"
    voiced(env, "say", "what time is it", "--out", str(said))
    run = ("run", "--source", str(said), "--sink", "null", "--clock", "virtual", "--once")
    voiced(env, *run)
    found = {path.name for path, _ in left(home, ["what time is it"])}
    assert found == {"journal.db", "turns.jsonl"}
    ended = voiced(env, "forget", "--matching", "what time", "--json")
    forgotten = json.loads(ended.stdout)
    assert (forgotten["said"], forgotten["turns"], forgotten["proved"]) == (1, 1, 1)
    assert left(home, ["what time is it"]) == []
