"""Asks the program that reads documents, and ends it where it takes too long."""

from __future__ import annotations

import array
import os
import socket
import subprocess
import sys
from contextlib import suppress

__all__ = ["TextReader"]

_HEADER_BYTES = 8
_LONGEST_ANSWER_BYTES = 1 << 20
_KEPT = ("HOME", "LANG", "PYTHONDONTWRITEBYTECODE")
"""What a program that reads hostile documents gets of the environment: no secrets."""


class TextReader:
    """One process that reads documents, started when the first one comes.

    Args:
        limit_s: So long one document may take.
    """

    def __init__(self, limit_s: float = 10.0) -> None:
        self._limit_s = limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def words(self, descriptor: int, extension: str) -> list[str]:
        """The words of an open document; none where it took too long or broke the reader."""
        connection = self._connection()
        try:
            socket.send_fds(connection, [extension.encode("ascii")], [descriptor])
            (length,) = array.array("Q", self._exactly(connection, _HEADER_BYTES))
            if length > _LONGEST_ANSWER_BYTES:
                raise OSError("the answer is too long")
            answer = self._exactly(connection, length)
        except OSError:  # too slow, or it ended: the next document gets a fresh one
            self.close()
            return []
        return answer.decode("utf-8", "replace").split()

    def _exactly(self, connection: socket.socket, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            part = connection.recv(length - len(parts))
            if not part:
                raise OSError("the reader of documents ended")
            parts += part
        return bytes(parts)

    def _connection(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair()
            ours.settimeout(self._limit_s)
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
