"""Reads a plugin's process: whoever waits for an answer reads for all who wait; no thread starts.

One of the waiting threads reads the pipe and hands the messages out; when it has its own, another
one goes on. So a process that nobody waits for costs nothing.
"""

from __future__ import annotations

import os
import selectors
import threading
import time
from contextlib import suppress
from typing import Any

from voiced.plugin_host.wire import MAX_LINE_BYTES, WireError, from_line

__all__ = ["Ended", "Mailbox"]

_READ_BYTES = 1 << 16
_SLICE_S = 0.1
_MAX_REQUEST_BYTES = 8 * MAX_LINE_BYTES
_KEPT_ERRORS_BYTES = 2048
_CLOSED = -1


class Ended(Exception):
    """The process has ended, or wrote what it must not; ``reason`` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Mailbox:
    """The messages of one process, by the number of the request that they belong to.

    Args:
        messages: The descriptor that the process writes messages to.
        errors: That of its standard error; the end of it is kept.
    """

    def __init__(self, messages: int, errors: int) -> None:
        self._messages = messages
        self._errors = errors
        self._changed = threading.Condition()
        self._is_read = False
        self._ended = ""
        self._rest = b""
        self._inbox: dict[int, list[dict[str, Any]]] = {}
        self._taken_bytes: dict[int, int] = {}
        self.complaint = b""
        for descriptor in (messages, errors):
            os.set_blocking(descriptor, False)

    def open(self, number: int) -> None:
        """Keep what comes for this request."""
        with self._changed:
            self._inbox[number] = []
            self._taken_bytes[number] = 0

    def close(self, number: int) -> None:
        """Drop what came and what comes for it; who waits for it gets None."""
        with self._changed:
            self._inbox.pop(number, None)
            self._taken_bytes.pop(number, None)
            self._changed.notify_all()

    @property
    def open_requests(self) -> int:
        """How many requests are not closed."""
        with self._changed:
            return len(self._inbox)

    def end(self, reason: str) -> None:
        """Nothing more comes; all who wait are told, once they have had what had come."""
        with self._changed:
            self._ended = self._ended or reason
            self._changed.notify_all()

    def after(self, number: int, seen: int, until_s: float) -> dict[str, Any] | None:
        """The message of a request after the first ``seen`` ones; waits until ``until_s``.

        Nothing is taken out, so that a caller who left loses nothing.

        Returns:
            None where none came in time, or the request was closed.

        Raises:
            Ended: None will come.
        """
        while True:
            with self._changed:
                held = self._inbox.get(number)
                if held is None:
                    return None
                if len(held) > seen:
                    return held[seen]
                if self._ended:
                    raise Ended(self._ended)
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    return None
                if self._is_read:
                    self._changed.wait(min(left_s, _SLICE_S))
                    continue
                self._is_read = True
            try:
                self._read(min(left_s, _SLICE_S))
            finally:
                with self._changed:
                    self._is_read = False
                    self._changed.notify_all()

    def _read(self, wait_s: float) -> None:
        with selectors.DefaultSelector() as selector:
            for descriptor in (self._messages, self._errors):
                with suppress(ValueError, OSError):  # it is closed
                    selector.register(descriptor, selectors.EVENT_READ)
            ready = [key.fd for key, _ in selector.select(wait_s)]
        if self._errors in ready:
            self._drain()
        if self._messages in ready:
            self._take()

    def _drain(self) -> None:
        with suppress(OSError):
            told = os.read(self._errors, _READ_BYTES)
            self.complaint = (self.complaint + told)[-_KEPT_ERRORS_BYTES:]
            if not told:
                self._errors = _CLOSED

    def _take(self) -> None:
        try:
            data = os.read(self._messages, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.end("ended")
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            self.end("sent too much")
            return
        try:
            for line in lines:
                self._deliver(from_line(line), len(line))
        except WireError:
            self.end("sent what is no message")

    def _deliver(self, message: dict[str, Any], size_bytes: int) -> None:
        number = message.get("id")
        with self._changed:
            if not isinstance(number, int) or number not in self._inbox:
                return  # of a request that nobody waits for any more
            self._inbox[number].append(message)
            self._taken_bytes[number] += size_bytes
            if self._taken_bytes[number] > _MAX_REQUEST_BYTES:
                raise WireError("too much for one request")
