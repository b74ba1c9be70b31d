"""Asks the program that reads documents, and ends it where it takes too long."""

from __future__ import annotations

import array
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress

__all__ = ["TextReader"]

_HEADER_BYTES = 8
_LONGEST_ANSWER_BYTES = 1 << 20
_KEPT = ("HOME", "LANG", "PYTHONDONTWRITEBYTECODE")
"""What a program that reads hostile documents gets of the environment: no secrets."""


class TextReader:
    """One process that reads documents, one at a time, started when the first one comes.

    Args:
        limit_s: So long one document may take.
    """

    def __init__(self, limit_s: float = 10.0) -> None:
        self._limit_s = limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._answer = bytearray()
        self._end_s = 0.0

    def begin(self, descriptor: int, extension: str) -> None:
        """Have an open document read; it may be closed then."""
        self._answer.clear()
        self._end_s = time.monotonic() + self._limit_s
        # where the reader has ended, there is no answer either
        with suppress(OSError):
            socket.send_fds(self._connection(), [extension.encode("ascii")], [descriptor])

    def words(self, wait_s: float) -> list[str] | None:
        """The words of the document, or None where it is still being read.

        There are none where it took too long or broke the reader: the next document gets another.
        """
        answer = self.text(wait_s)
        return None if answer is None else answer.split()

    def text(self, wait_s: float) -> str | None:
        """What was asked for of the document, as ``words``."""
        try:
            while not self._is_complete():
                if not self._receive(wait_s):
                    if time.monotonic() < self._end_s:
                        return None
                    raise OSError("it took too long")
        except OSError:
            self.close()
            return ""
        return self._answer[_HEADER_BYTES:].decode("utf-8", "replace")

    def _is_complete(self) -> bool:
        if len(self._answer) < _HEADER_BYTES:
            return False
        (length,) = array.array("Q", bytes(self._answer[:_HEADER_BYTES]))
        if length > _LONGEST_ANSWER_BYTES:
            raise OSError("the answer is too long")
        return len(self._answer) >= _HEADER_BYTES + length

    def _receive(self, wait_s: float) -> bool:
        """Take what comes within a time; False where nothing does."""
        connection = self._connection()
        connection.settimeout(wait_s)
        try:
            part = connection.recv(1 << 16)
        except TimeoutError:
            return False
        if not part:
            raise OSError("the reader of documents ended")
        self._answer += part
        return True

    def _connection(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", f"{__package__}.extract",
                     str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={name: os.environ[name] for name in _KEPT if name in os.environ},
                )  # fmt: skip
            self._socket = ours
        return self._socket

    def close(self) -> None:
        """End the process."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
        self._socket = self._process = None
