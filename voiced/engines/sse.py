"""Server-sent events from bytes, however they were cut. Pure: no network, no clock, no JSON.

Follows the WHATWG rules for ``text/event-stream`` (line ends LF, CRLF and CR, a byte order mark,
comments, fields without a value) and is kinder in one point: an event whose last line is whole
counts although the blank line after it never came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["EVENT_LIMIT_BYTES", "EventTooLong", "ServerEvent", "ServerEventParser"]

EVENT_LIMIT_BYTES = 256 * 1024
"""The longest event that is kept, in bytes."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventTooLong(ValueError):
    """An event grew past the limit: this is no event stream, or a hostile one."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its data, lines joined by LF, and its type."""

    data: str
    type: str = "message"


class ServerEventParser:
    """Takes bytes in pieces of any length and gives the events that they complete.

    Args:
        limit_bytes: Longest event; a longer one raises EventTooLong.
    """

    def __init__(self, limit_bytes: int = EVENT_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._line: list[bytes] = []
        self._held_bytes = 0
        self._after_cr = False
        self._first = True
        self._data: list[str] = []
        self._type = ""

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """The events that are complete with these bytes.

        Raises:
            EventTooLong: One event is longer than the limit.
        """
        if not piece:
            return []
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
        self._after_cr = piece.endswith(b"\r") if piece else False
        *ends, rest = _LINE_END.split(piece)
        events: list[ServerEvent] = []
        for end in ends:
            self._keep(end)
            line = b"".join(self._line)
            self._line.clear()
            events.extend(self._take_line(line))
        self._keep(rest)
        return events

    def flush(self) -> list[ServerEvent]:
        """The last event, if the stream ended without the blank line; half a line is dropped."""
        self._line.clear()
        return self._dispatch()

    def _keep(self, part: bytes) -> None:
        self._held_bytes += len(part)
        if self._held_bytes > self._limit_bytes:
            raise EventTooLong(f"an event is longer than {self._limit_bytes} bytes")
        if part:
            self._line.append(part)

    def _take_line(self, line: bytes) -> list[ServerEvent]:
        if self._first:
            self._first = False
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            return self._dispatch()
        name, _, value = line.decode("utf-8", errors="replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        else:  # comments, id, retry and unknown fields hold nothing that is kept
            self._held_bytes -= len(line)
        return []

    def _dispatch(self) -> list[ServerEvent]:
        event = ServerEvent("\n".join(self._data), self._type or "message")
        self._data.clear()
        self._type = ""
        self._held_bytes = 0
        return [event] if event.data else []
