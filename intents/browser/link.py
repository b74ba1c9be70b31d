"""The browsers that have joined, and how one is asked. Blocking, local, and bounded in time.

Nothing is kept between two calls: each opens a connection and closes it. Titles, addresses and the
texts of pages are text from outside: label them as soon as they leave for the model or the voice.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from voiced.plugin import JsonValue
from voiced_intents.browser_host import frames
from voiced_intents.browser_host.frames import BadFrame

from .wire import BrowserError, Code

__all__ = ["Browser", "browsers"]

_HELLO_S = 1.0
_CALL_S = 3.0
_CODES = frozenset(["gone", "refused", "no_such", "not_a_page", "timeout", "too_large", "private"])


class Browser(Protocol):
    """A running browser that has joined.

    ``name`` is "Firefox", "Chromium", ...; ``version`` its version, ``extension`` that of ours in
    it. ``last_used_ms`` is when it had the focus last. ``run`` names this run of it: ids of tabs
    mean nothing in another one; ``profile`` stays the same. ``private_allowed``: the user lets
    private windows be seen.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def run(self) -> str: ...

    @property
    def profile(self) -> str: ...

    @property
    def extension(self) -> str: ...

    @property
    def last_used_ms(self) -> int: ...

    @property
    def private_allowed(self) -> bool: ...

    def call(self, op: str, /, **arguments: JsonValue) -> JsonValue:
        """Have the browser do something; what it gave back. Waits at most three seconds.

        Raises:
            BrowserError: It did not do it, or is gone, or was too slow.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Joined:
    place: Path
    name: str
    version: str
    run: str
    profile: str
    extension: str
    last_used_ms: int
    private_allowed: bool

    def call(self, op: str, /, **arguments: JsonValue) -> JsonValue:
        try:
            frame = frames.encoded(
                {"op": op, "run": self.run, "args": arguments}, frames.REQUEST_BYTES
            )
        except BadFrame as error:
            raise self._error("too_large", op) from error
        until_s = time.monotonic() + _CALL_S
        try:
            with _connected(self.place, _CALL_S) as connection:
                reply = _exchanged(connection, frame, until_s)
        except TimeoutError as error:
            raise self._error("timeout", op) from error
        except OSError as error:
            raise self._error("gone", op) from error
        except BadFrame as error:
            raise self._error("nonsense", op) from error
        return self._result(reply, op)

    def _result(self, reply: dict[str, Any], op: str) -> JsonValue:
        fault: Any = reply.get("error")
        if fault is None and "result" in reply:
            result: JsonValue = reply["result"]
            return result
        code: Any = cast("dict[str, Any]", fault).get("code") if isinstance(fault, dict) else None
        raise self._error(code if code in _CODES else "nonsense", op)

    def _error(self, reason: Code, op: str) -> BrowserError:
        return BrowserError(reason, op, browser=self.name)


def browsers(folder: Path | None = None) -> Sequence[Browser]:
    """The browsers that have joined, the last used first. Waits at most a second.

    Sockets of hosts that are gone are passed over, and so is a host that does not answer.
    """
    folder = folder or frames.socket_folder()
    try:
        places = sorted(folder.glob(f"*{frames.ENDING}"))
    except OSError:
        return ()
    joined = _greeted(places[: frames.MOST_CLIENTS])
    return sorted(joined, key=lambda each: -each.last_used_ms)


@dataclass(slots=True)
class _Greeting:
    """A host that was greeted, and as much of its answer as has come."""

    place: Path
    connection: socket.socket
    came: bytearray = field(default_factory=bytearray)

    def read(self) -> _Joined | None:
        """Read what has come; the browser once the answer is whole.

        Raises:
            OSError: The host is gone.
            BadFrame: The answer is none.
        """
        data = self.connection.recv(frames.REQUEST_BYTES)
        if not data:
            raise ConnectionResetError
        self.came += data
        if len(self.came) < frames.HEADER_BYTES:
            return None
        header, body = self.came[: frames.HEADER_BYTES], self.came[frames.HEADER_BYTES :]
        if len(body) < frames.length_of(bytes(header), frames.REQUEST_BYTES):
            return None
        return _joined(self.place, frames.decoded(bytes(body)).get("result"))


def _greeted(places: Sequence[Path]) -> Sequence[_Joined]:
    """Greet all hosts at once, so that one that hangs holds up none of the others for long."""
    frame = frames.encoded({"op": frames.HELLO}, frames.REQUEST_BYTES)
    until_s = time.monotonic() + _HELLO_S
    found: list[_Joined] = []
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for place in places:
            with suppress(OSError):
                connection = stack.enter_context(_connected(place, 0.0))
                connection.send(frame)
                selector.register(connection, selectors.EVENT_READ, _Greeting(place, connection))
        while selector.get_map() and (left_s := until_s - time.monotonic()) > 0:
            for key, _ in selector.select(left_s):
                found += _heard(selector, key.data)
    return found


def _heard(selector: selectors.BaseSelector, greeting: _Greeting) -> Iterator[_Joined]:
    try:
        browser = greeting.read()
    except BlockingIOError:
        return
    except (OSError, BadFrame):
        selector.unregister(greeting.connection)
        return
    if browser is not None:
        selector.unregister(greeting.connection)
        yield browser


def _joined(place: Path, said: object) -> _Joined:
    if not isinstance(said, dict):
        raise BadFrame("no greeting")
    greeting = cast("dict[str, Any]", said)
    names = ("browser", "version", "run", "profile", "extension")
    texts = [greeting.get(name) for name in names]
    used = greeting.get("last_used_ms")
    if not all(isinstance(text, str) for text in texts) or not isinstance(used, int):
        raise BadFrame("no greeting")
    name, version, run, profile, extension = (str(text) for text in texts)
    private_allowed = greeting.get("private_allowed") is True
    return _Joined(place, name, version, run, profile, extension, used, private_allowed)


def _connected(place: Path, timeout_s: float) -> socket.socket:
    """A connection to this user's own host; a socket that nobody listens at any more is removed.

    Raises:
        OSError: Nobody listens there, or a stranger.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        connection.connect(str(place))
        if not frames.is_own(connection):
            raise PermissionError("another user's socket")
    except OSError as error:
        if isinstance(error, ConnectionRefusedError):
            place.unlink(missing_ok=True)
        connection.close()
        raise
    return connection


def _exchanged(connection: socket.socket, frame: bytes, until_s: float) -> dict[str, Any]:
    _wait(connection, until_s)
    connection.sendall(frame)
    header = _received(connection, frames.HEADER_BYTES, until_s)
    length = frames.length_of(header, frames.REPLY_BYTES)
    return frames.decoded(_received(connection, length, until_s))


def _received(connection: socket.socket, length: int, until_s: float) -> bytes:
    came = bytearray(length)
    view = memoryview(came)
    while view:
        _wait(connection, until_s)
        count = connection.recv_into(view)
        if not count:
            raise ConnectionResetError
        view = view[count:]
    return bytes(came)


def _wait(connection: socket.socket, until_s: float) -> None:
    """Let the next step take as long as there is time."""
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    connection.settimeout(left_s)
