"""The wire of a Wayland compositor, as far as a list of windows needs it. Blocking.

Own code, because no library of it has wheels for every machine that voiced runs on.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

__all__ = ["Event", "NoCompositor", "Wire"]

_ANSWER_S = 2.0
_DISPLAY, _REGISTRY = 1, 2
_SYNC, _GET_REGISTRY, _BIND = 0, 1, 0
_ERROR, _GLOBAL = 0, 0
_WORD = 4
_HEADER = struct.Struct("=II")
_MOST_BYTES = 1 << 16


class NoCompositor(Exception):
    """It cannot be reached, has gone, or does not know what was asked."""


@dataclass(frozen=True, slots=True)
class Event:
    """What an object said: the number of the event, and what comes with it."""

    opcode: int
    body: bytes

    def number(self) -> int:
        """The first number in it."""
        return int(struct.unpack_from("=I", self.body)[0])

    def array(self, at: int = 0) -> bytes:
        """The array that begins at a byte."""
        size = int(struct.unpack_from("=I", self.body, at)[0])
        return self.body[at + _WORD : at + _WORD + size]

    def text(self, at: int = 0) -> str:
        """The text that begins at a byte."""
        return self.array(at).rstrip(b"\0").decode("utf-8", "replace")


Listener: TypeAlias = Callable[[Event], None]


def _text(words: str) -> bytes:
    data = words.encode() + b"\0"
    return struct.pack("=I", len(data)) + data + bytes(-len(data) % _WORD)


class Wire:
    """A connection; ``globals`` is what the compositor offers, by interface: number and version.

    Args:
        env: Of the session.

    Raises:
        NoCompositor: There is none.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self.globals: dict[str, tuple[int, int]] = {}
        self._listeners: dict[int, Listener] = {}
        self._next = _REGISTRY
        self._received = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_ANSWER_S)
        folder = env.get("XDG_RUNTIME_DIR", "")
        try:
            self._socket.connect(str(Path(folder, env.get("WAYLAND_DISPLAY", "wayland-0"))))
            self._greet()
        except OSError as error:
            self.close()
            raise NoCompositor(f"no Wayland compositor: {error.strerror}") from error
        except NoCompositor:
            self.close()
            raise

    def _greet(self) -> None:
        self.listen(_DISPLAY, self._on_display)
        self.request(_DISPLAY, _GET_REGISTRY, self._made(self._on_registry))
        self.settle()

    def close(self) -> None:
        """Disconnect."""
        self._socket.close()

    def listen(self, number: int, listener: Listener) -> None:
        """Hear the events of an object."""
        self._listeners[number] = listener

    def bind(self, interface: str, version: int, listener: Listener) -> int:
        """A global of the compositor, in this version or the one that it has.

        Raises:
            NoCompositor: It offers none.
        """
        if interface not in self.globals:
            raise NoCompositor(f"the compositor has no {interface}")
        name, newest = self.globals[interface]
        number = self._made(listener)
        version = min(version, newest)
        body = struct.pack("=I", name) + _text(interface) + struct.pack("=II", version, number)
        self._send(_REGISTRY, _BIND, body)
        return number

    def request(self, number: int, opcode: int, *arguments: int) -> None:
        """Ask an object for something that needs no texts."""
        self._send(number, opcode, struct.pack(f"={len(arguments)}I", *arguments))

    def settle(self) -> None:
        """Wait until everything asked so far was done, and hear what came meanwhile.

        Raises:
            NoCompositor: It has gone, or refused something.
        """
        done: list[Event] = []
        callback = self._made(done.append)
        self.request(_DISPLAY, _SYNC, callback)
        until_s = time.monotonic() + _ANSWER_S
        while not done:
            if time.monotonic() > until_s:
                raise NoCompositor("the compositor does not answer")
            self._receive()
        del self._listeners[callback]

    def _made(self, listener: Listener) -> int:
        """The number of a new object."""
        number = self._next
        self._next += 1
        self.listen(number, listener)
        return number

    def _send(self, number: int, opcode: int, body: bytes) -> None:
        size = _HEADER.size + len(body)
        try:
            self._socket.sendall(_HEADER.pack(number, size << 16 | opcode) + body)
        except OSError as error:
            raise NoCompositor("the compositor has gone") from error

    def _receive(self) -> None:
        try:
            piece = self._socket.recv(_MOST_BYTES)
        except OSError as error:
            raise NoCompositor("the compositor does not answer") from error
        if not piece:
            raise NoCompositor("the compositor has gone")
        self._received += piece
        while len(self._received) >= _HEADER.size:
            number, word = _HEADER.unpack_from(self._received)
            size, opcode = word >> 16, word & 0xFFFF
            if size < _HEADER.size:
                raise NoCompositor("the compositor speaks no Wayland")
            if len(self._received) < size:
                return
            event = Event(opcode, self._received[_HEADER.size : size])
            self._received = self._received[size:]
            listener = self._listeners.get(number)
            if listener is not None:
                listener(event)

    def _on_display(self, event: Event) -> None:
        if event.opcode == _ERROR:
            raise NoCompositor(f"the compositor refused: {event.text(2 * _WORD)}")

    def _on_registry(self, event: Event) -> None:
        if event.opcode == _GLOBAL:
            interface = event.text(_WORD)
            padded = len(interface.encode()) + 1
            at = 2 * _WORD + padded + -padded % _WORD
            version = struct.unpack_from("=I", event.body, at)[0]
            self.globals.setdefault(interface, (event.number(), int(version)))
