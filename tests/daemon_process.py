"""``voiced run`` as a process, and the events that it writes: for tests and benchmarks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

Row = dict[str, Any]


class Daemon:
    """``voiced run`` as a process, and the events that it writes."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "voiced.cli", "run", "--events", "-", *arguments]
        # its socket and its lock are not those of the user who runs the tests
        own = {"XDG_RUNTIME_DIR": environment["HOME"]} if "HOME" in environment else {}
        self.process = subprocess.Popen(
            command,
            env=os.environ | own | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.rows: list[tuple[float, Row]] = []
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.rows.append((time.perf_counter(), json.loads(line)))
                self._news.notify_all()

    def wait_for(self, kind: str, count: int = 1, timeout_s: float = 30.0) -> tuple[float, Row]:
        """The ``count``-th event of this type, and when it came."""
        done = self.has(kind, count, timeout_s)
        assert done, f"no {kind} number {count} in {[row['type'] for _, row in self.rows]}"
        return self._of(kind)[count - 1]

    def has(self, kind: str, count: int = 1, within_s: float = 0.0) -> bool:
        """Whether so many events of this type came, or come so soon."""
        with self._news:
            return self._news.wait_for(lambda: len(self._of(kind)) >= count, within_s)

    def _of(self, kind: str) -> list[tuple[float, Row]]:
        return [(at_s, row) for at_s, row in self.rows if row["type"] == kind]

    def stop(self) -> str:
        """Interrupt it as Ctrl-C does; what it wrote on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self._finish()
        return errors

    def finish(self) -> str:
        """Wait until it ends by itself; what it wrote on stderr."""
        _, errors = self._finish()
        return errors

    def _finish(self) -> tuple[int, str]:
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self._thread.join(5)
            with self.process:  # or a later test is blamed for it
                raise
        self._thread.join(5)
        assert self.process.stderr is not None
        lines = self.process.stderr.read().splitlines(keepends=True)
        errors = "".join(line for line in lines if not line.startswith("ALSA lib"))
        self.process.stderr.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert code == 0, errors
        return code, errors
