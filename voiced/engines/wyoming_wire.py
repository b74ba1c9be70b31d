"""Messages of the Wyoming protocol on a byte stream, with limits: the protocol trusts lengths.

A message is a line of JSON, then so many bytes of JSON data, then so many bytes of payload.
Whoever sends more than is allowed, or what is no message, is spoken to no more.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import anyio
import numpy as np
from anyio.streams.buffered import BufferedByteReceiveStream

from voiced.config.values import WyomingAddress

if TYPE_CHECKING:
    from anyio.abc import ByteStream
    from numpy.typing import NDArray

__all__ = ["GONE", "Garbled", "Limits", "Message", "Wire", "audio_format", "connected", "sound_of"]

GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)
"""What a stream raises when the other side is not there any more."""

_KIB = 1024
_VERSION = "1.8.0"
_LONGEST_TYPE = 64
_LARGEST = 1e9
_WIDTH = 2
_LOWEST_HZ, _HIGHEST_HZ = 8_000, 48_000


class Garbled(ValueError):
    """What came is no message, or longer than allowed. The text holds nothing of what came."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one message may have, in bytes: its first line, its data, its payload."""

    line: int = 64 * _KIB
    data: int = 64 * _KIB
    payload: int = _KIB * _KIB


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``payload`` is mostly sound: int16, little-endian."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    payload: bytes = field(default=b"", repr=False)

    def number(self, key: str, default: int) -> int:
        """A whole number of its data, or ``default`` where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def amount(self, key: str, default: float) -> float:
        """A number of its data, or ``default`` where there is none."""
        value = self.data.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return default
        return float(value) if abs(value) <= _LARGEST else default

    def text(self, key: str) -> str:
        """A text of its data, or an empty one; JSON can hold half a letter, which is none."""
        value = self.data.get(key)
        return value.encode(errors="replace").decode() if isinstance(value, str) else ""


class Wire:
    """One connection. Read by one task at a time.

    Args:
        stream: The connection; it is closed by ``aclose``.
        limits: The most that is read of one message.
    """

    def __init__(self, stream: ByteStream, limits: Limits | None = None) -> None:
        self._stream = stream
        self._buffered = BufferedByteReceiveStream(stream)
        self._limits = limits or Limits()
        self._writing = anyio.Lock()
        self._begun: dict[str, Any] | None = None

    async def read(self) -> Message:
        """The next message. A read that was cancelled is gone on with by the next one.

        Raises:
            Garbled: It is none.
            anyio.EndOfStream: The other side has hung up (or another of ``GONE``).
        """
        if self._begun is None:
            self._begun = await self._head()
        head = self._begun
        if size := _length(head, "data_length", self._limits.data):
            head["data"] = _object(head.get("data") or {}) | _parsed(await self._exactly(size))
            head["data_length"] = 0
        payload = b""
        if size := _length(head, "payload_length", self._limits.payload):
            payload = await self._exactly(size)
        self._begun = None
        kind = head.get("type")
        if not isinstance(kind, str) or not 0 < len(kind) <= _LONGEST_TYPE:
            raise Garbled("a message without a type")
        return Message(kind, _object(head.get("data") or {}), payload)

    async def write(self, message: Message) -> None:
        """Send one message, whole; waits until it was taken.

        Raises:
            anyio.BrokenResourceError: The other side is gone (or another of ``GONE``).
        """
        head: dict[str, Any] = {"type": message.type, "version": _VERSION}
        data = _bytes_of(message.data) if message.data else b""
        if data:
            head["data_length"] = len(data)
        if message.payload:
            head["payload_length"] = len(message.payload)
        async with self._writing:
            await self._stream.send(_bytes_of(head) + b"\n" + data + message.payload)

    async def aclose(self) -> None:
        """Hang up."""
        with anyio.CancelScope(shield=True):
            try:
                await anyio.aclose_forcefully(self._stream)
            except GONE:
                return

    async def _head(self) -> dict[str, Any]:
        try:
            line = await self._buffered.receive_until(b"\n", self._limits.line)
        except anyio.DelimiterNotFound as error:
            raise Garbled(f"a line of more than {self._limits.line} bytes") from error
        except anyio.IncompleteRead as error:
            raise anyio.EndOfStream from error
        return _parsed(line)

    async def _exactly(self, size: int) -> bytes:
        try:
            return await self._buffered.receive_exactly(size)
        except anyio.IncompleteRead as error:
            raise anyio.EndOfStream from error


@asynccontextmanager
async def connected(address: str, timeout_s: float, limits: Limits) -> AsyncGenerator[Wire]:
    """A connection to ``tcp://HOST:PORT`` or ``unix:///PATH``, closed at the end.

    Raises:
        OSError: Nobody answers there.
        TimeoutError: Nobody answers in time.
    """
    place = WyomingAddress.parsed(address)
    with anyio.fail_after(timeout_s):
        if place.path:
            stream: ByteStream = await anyio.connect_unix(place.path)
        else:
            stream = await anyio.connect_tcp(place.host, place.port)
    wire = Wire(stream, limits)
    try:
        yield wire
    finally:
        await wire.aclose()


def sound_of(message: Message) -> tuple[NDArray[np.int16], int]:
    """The sound of a message: int16 of shape (n, channels), one channel or two; and its rate.

    Raises:
        Garbled: It is of another kind.
    """
    rate_hz, channels = message.number("rate", 0), message.number("channels", 1)
    is_known = message.number("width", _WIDTH) == _WIDTH and channels in (1, 2)
    is_known = is_known and _LOWEST_HZ <= rate_hz <= _HIGHEST_HZ
    if not is_known or len(message.payload) % (_WIDTH * channels):
        raise Garbled("sound of a kind that is not known")
    return np.frombuffer(message.payload, "<i2").reshape(-1, channels).astype(np.int16), rate_hz


def audio_format(rate_hz: int, channels: int = 1) -> dict[str, Any]:
    """What every message about sound says of it: int16 at this rate."""
    return {"rate": rate_hz, "width": 2, "channels": channels}


def _bytes_of(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace")  # JSON can hold half a letter, which no text can


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError among them
        raise Garbled("no JSON") from error


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Garbled("JSON, but no object")
    return cast("dict[str, Any]", value)


def _length(head: Mapping[str, Any], key: str, most: int) -> int:
    value = head.get(key) or 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Garbled(f"{key} is not between 0 and {most}")
    return value
