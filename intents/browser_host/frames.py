"""Frames, limits and the place of the sockets: what both ends of the wire agree on.

A frame is four bytes of length in the machine's own order, and that many bytes of JSON: an object.
Browsers speak so with their native hosts, and the host speaks so with its clients.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from pathlib import Path
from typing import Any, cast

__all__ = [
    "CALL_S",
    "ENDING",
    "HEADER_BYTES",
    "HELLO",
    "LIST_TABS",
    "MOST_CLIENTS",
    "REPLY_BYTES",
    "REQUEST_BYTES",
    "BadFrame",
    "decoded",
    "encoded",
    "is_own",
    "length_of",
    "socket_folder",
]

HEADER_BYTES = 4
REQUEST_BYTES = 64 << 10
REPLY_BYTES = 4 << 20
MOST_CLIENTS = 16
CALL_S = 2.8
"""For so long the host waits for its browser; a client waits a little longer for the host."""

ENDING = ".sock"
HELLO = "host.hello"
LIST_TABS = "tabs.list"

_HEADER = struct.Struct("=I")
_PEER = struct.Struct("=iII")


class BadFrame(Exception):
    """What came is no frame: too long, or not a JSON object."""


def encoded(message: dict[str, Any], most: int) -> bytes:
    """A message as a frame.

    Raises:
        BadFrame: It is longer than ``most``.
    """
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    data = body.encode("utf-8", "replace")
    if len(data) > most:
        raise BadFrame(f"{len(data)} bytes, more than {most}")
    return _HEADER.pack(len(data)) + data


def length_of(header: bytes, most: int) -> int:
    """How long the body of a frame is.

    Raises:
        BadFrame: Longer than ``most``.
    """
    (length,) = _HEADER.unpack(header)
    if length > most:
        raise BadFrame(f"{length} bytes, more than {most}")
    return int(length)


def decoded(body: bytes) -> dict[str, Any]:
    """The message in a frame.

    Raises:
        BadFrame: It is not a JSON object, or nested too deeply.
    """
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"no JSON: {type(error).__name__}") from error
    if not isinstance(message, dict):
        raise BadFrame("no JSON object")
    return cast("dict[str, Any]", message)


def socket_folder() -> Path:
    """Where the sockets of running browsers lie: in the folder of the user's session."""
    base = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return Path(base) / "voiced" / "browser"


def is_own(connection: socket.socket) -> bool:
    """Whether whoever is at the other end of a Unix socket is this user."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, user, _ = _PEER.unpack(data)
    return bool(user == os.getuid())
