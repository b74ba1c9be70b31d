"""A user's home with a small life in it, the page of `voiced web`, and a daemon that stands in."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import numpy as np
from browser_programs import wait_for
from control_lab import Lab, serving
from turn_events import a_turn, an_interrupted_turn

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame
from voiced.events import Event, TurnId
from voiced.journal import Journal
from voiced.memory.turn_store import Limits, TurnStore
from voiced.timeline import TimelineBuilder
from voiced.web.tokens import KeyRing

EVIL = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
"""Stored as a title, a file name, a transcript: it must be text wherever it is shown."""

ARABIC = "\u0623\u0644\u063a\u0650 \u0627\u0644\u0645\u0646\u0628\u0647 \U0001f570\ufe0f"
LONG = "a very long dictation that goes on and on " * 25_000

TOML = """\
# What I like.
[journal]
transcripts = true  # only at home

[files]
roots = ["{folder}"]

[policy]
confirm_s = 9.0

[intents]
disabled = ["browser", "desktop", "look", "photos", "search"]
"""


class StandIn:
    """A daemon's socket in a thread: it can be ended and begun again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._portal: Any = None
        self._stack = contextlib.ExitStack()
        self.lab: Lab | None = None

    def begin(self) -> None:
        self._portal = self._stack.enter_context(anyio.from_thread.start_blocking_portal())
        self.lab = self._stack.enter_context(
            self._portal.wrap_async_context_manager(serving(self._folder))
        )

    def end(self) -> None:
        self._stack.close()
        self.lab = None

    def tell(self, events: Sequence[Event]) -> None:
        """Have it say that these happened."""

        def hear() -> None:
            assert self.lab is not None
            for event in events:
                self.lab.board.hear(event)
                self.lab.feed.hear(event)

        self._portal.call(hear)

    def hear(self, share: float) -> None:
        """Have it say how loud its microphone is: so much of full scale."""
        frame = AudioFrame(np.full(FRAME_SAMPLES, share * 32_767, dtype=np.int16), RATE_HZ, 0)

        def tap() -> None:
            assert self.lab is not None
            for _ in range(5):
                self.lab.feed.tap(frame, frame.samples)

        self._portal.call(tap)


class House:
    """A home, and the page."""

    def __init__(self, before: Sequence[str] = ()) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="vw"))  # short, as paths of sockets must be
        folders = {"CONFIG": "c", "DATA": "d", "STATE": "s", "CACHE": "k"}
        self.env = {f"XDG_{key}_HOME": str(self.home / short) for key, short in folders.items()}
        self.env |= {
            "XDG_RUNTIME_DIR": str(self.home / "r"),
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "PULSE_SERVER": "unix:/nowhere",
            "LANG": "C.UTF-8",
        }
        for short in (*folders.values(), "r"):
            (self.home / short).mkdir(mode=0o700)
        self.state = self.home / "s" / "voiced"
        self.file = self.home / "c" / "voiced" / "voiced.toml"
        self.daemon = StandIn(self.home / "r")
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._before = list(before)

    @property
    def root(self) -> str:
        return f"http://voiced.localhost:{self.port}"

    def furnish(self) -> None:
        """Some days of a life, with what is hostile, long and written from right to left."""
        documents = self.home / "Documents"
        documents.mkdir()
        (documents / f"budget {EVIL[:40].replace('/', '')}.txt").write_text("x")
        self.file.parent.mkdir(parents=True)
        self.file.write_text(TOML.format(folder=documents))
        now = datetime.now(UTC)
        self._live(now - timedelta(days=1), now)
        store = TurnStore(self.state / "traces")
        builder = TimelineBuilder(words=True)
        limits = Limits(turns=100, sounds=10, days=30)
        for number in range(6):
            events = an_interrupted_turn if number % 3 == 1 else a_turn
            for event in events(TurnId(2 * number + 1)):
                if (timeline := builder.hear(event)) is not None:
                    store.add(now - timedelta(minutes=60 - number), timeline, limits)

    def _live(self, yesterday: datetime, today: datetime) -> None:
        clock = [yesterday.timestamp()]
        journal = Journal.open(self.state, transcripts=True, clock=lambda: clock[0])
        try:
            for turn, said in enumerate(
                ("what time is it", f"find {EVIL}", ARABIC, "pop it away", "pop it away")
            ):
                clock[0] += 60
                journal.say(turn, "user", said)
                journal.say(turn, "assistant", f"I did it: {said}")
            for text in ("pop it away", "pop it away", f"open {EVIL}", ARABIC):
                journal.miss(9, text, "")
            clock[0] = today.timestamp() - 600
            journal.say(20, "user", LONG)
            for number, summary in enumerate(("Moved the budget to Taxes", f"Renamed {EVIL}")):
                change = journal.begin(
                    "files.move", 30 + number, summary, "files.move_back", {"from": "a", "to": "b"}
                )
                journal.done(change)
        finally:
            journal.close()

    def change(self, summary: str) -> str:
        """A change that was just made; its id."""
        with contextlib.closing(Journal.open(self.state)) as journal:
            made = journal.begin("files.move", 40, summary, "files.move_back", {"from": "a"})
            journal.done(made)
        return made

    def start(self, port: int = 0) -> None:
        """Start the page, at a port of its own or at this one."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = port or free.getsockname()[1]
        command = [*self._before, sys.executable, "-m", "voiced.cli", "web", "--no-open"]
        self.log = self.home / "web.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)], env=self.env, stdout=log, stderr=log
            )
        wait_for(lambda: b"enter?token=" in self.log.read_bytes(), self.log.read_text())

    def stop(self) -> None:
        """End the page."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def link(self, age_s: float = 0.0) -> str:
        """A link that lets one browser in; one that was made so long ago."""
        ring = KeyRing(self.home / "r" / "voiced" / "web", lambda: time.time() - age_s)
        token = ring.issue()
        return f"{self.root}/enter?token={token}"

    def close(self) -> None:
        self.stop()
        with contextlib.suppress(Exception):
            self.daemon.end()
        shutil.rmtree(self.home, ignore_errors=True)


_LOOPBACK = """
import fcntl, socket, struct, sys
with socket.socket() as line:
    fcntl.ioctl(line, 0x8914, struct.pack("16sh14x", b"lo", 0x49))  # SIOCSIFFLAGS: up, running
print("up", flush=True)
sys.stdin.read()
"""


def namespace() -> tuple[list[str], Callable[[], None]] | None:
    """What begins a command in a network with a loopback alone, and what ends that network.

    None where the kernel, or who runs this, does not allow it.
    """
    keeper = subprocess.Popen(
        ["unshare", "-n", sys.executable, "-c", _LOOPBACK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )

    def end() -> None:
        keeper.communicate()

    assert keeper.stdout is not None
    enter = ["nsenter", f"--net=/proc/{keeper.pid}/ns/net"]
    if keeper.stdout.readline() != b"up\n" or subprocess.call([*enter, "true"]):
        end()
        return None
    return enter, end
