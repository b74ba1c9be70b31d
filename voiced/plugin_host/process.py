"""One child process that runs one plugin: its start, its pipes, its end. All of it blocks."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiced.plugin_host.mailbox import Ended, Mailbox
from voiced.plugin_host.wire import to_line

__all__ = ["HostProcess", "environment"]

_SEND_S = 2.0
_DIE_S = 5.0
_SECRET = re.compile(r"(?i)key|token|secret|passw|credential|^VOICED_")
_ERROR_TYPE = re.compile(r"(?m)^(?:\w+\.)*(\w*(?:Error|Exception|Exit|Interrupt|Warning))\b")


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a plugin: ours without what looks like a secret, and without our own."""
    kept = {name: value for name, value in env.items() if not _SECRET.search(name)}
    return {**kept, "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


@dataclass(slots=True)
class _Pipes:
    """Our ends of the pipes."""

    requests: int
    messages: int
    errors: int

    def close(self) -> None:
        for descriptor in (self.requests, self.messages, self.errors):
            with suppress(OSError):
                os.close(descriptor)


class HostProcess:
    """A running child. It leads a group of its own, so that what it started ends with it."""

    def __init__(self) -> None:
        theirs_in, requests = os.pipe()
        messages, theirs_out = os.pipe()
        errors, theirs_err = os.pipe()
        command = [sys.executable, "-P", "-m", "voiced.plugin_host.child"]
        try:
            self._process = subprocess.Popen(
                [*command, str(theirs_in), str(theirs_out)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=theirs_err,
                pass_fds=(theirs_in, theirs_out),
                env=environment(os.environ),
                start_new_session=True,
            )
        except BaseException:
            _Pipes(requests, messages, errors).close()
            raise
        finally:
            for descriptor in (theirs_in, theirs_out, theirs_err):
                os.close(descriptor)
        os.set_blocking(requests, False)
        self._pipes = _Pipes(requests, messages, errors)
        self._sending = threading.Lock()
        self._is_closed = False
        self.mailbox = Mailbox(messages, errors)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def address_space_bytes(self) -> int:
        """How much of its address space is taken; 0 where it cannot be said."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[0]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def complaint(self) -> str:
        """The type of the last exception on its standard error, or nothing; never its text."""
        found = _ERROR_TYPE.findall(self.mailbox.complaint.decode("utf-8", "replace"))
        return str(found[-1])[:60] if found else ""

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message; it is taken soon, or the process is not well.

        Raises:
            Ended: It does not read, or has ended.
            WireError: The message cannot be sent.
        """
        line = memoryview(to_line(message))
        until_s = time.monotonic() + _SEND_S
        with self._sending:
            while line:
                if self._is_closed or not self._is_writable(until_s):
                    raise Ended("does not read")
                try:
                    line = line[os.write(self._pipes.requests, line) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    self.mailbox.end("ended")
                    raise Ended("ended") from error

    def _is_writable(self, until_s: float) -> bool:
        poll = select.poll()
        poll.register(self._pipes.requests, select.POLLOUT)
        left_ms = max(0.0, until_s - time.monotonic()) * 1000
        return bool(poll.poll(left_ms))

    def kill(self, reason: str = "was stopped") -> None:
        """End it and all that it started, now; who waits for it is told the reason."""
        self.mailbox.end(reason)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_DIE_S)

    def close(self) -> None:
        """Kill it and close the pipes."""
        self.kill()
        with self._sending:
            if not self._is_closed:
                self._is_closed = True
                self._pipes.close()
