"""Whose a connection is that comes from this machine, so that its other users are kept out.

A port is free for anyone: while the page does not run, another user can listen there and be sent
the cookie. So the cookie is not enough: the kernel says to whom the other end of a line belongs.
"""

from __future__ import annotations

import os
import socket
import struct
from contextlib import closing
from typing import TypeAlias

from starlette.types import Scope

__all__ = ["Address", "can_tell", "is_of_another", "user_of"]

Address: TypeAlias = tuple[str, int]

_SOCK_DIAG = 4
_BY_FAMILY = 20
_IS_REQUEST = 1
_ANY = 0xFFFFFFFF
_LISTENS = 10
_PATIENCE_S = 1.0
_MOST_BYTES = 4096
_HEADER = struct.Struct("=IHHII")
_QUESTION = struct.Struct("=BBxxI")
_STATE = struct.Struct("=xB")
_USER = struct.Struct("=64xI")
"""Of struct inet_diag_msg: behind family to retrans, the ends, timer and queues."""


def user_of(own: Address, other: Address) -> int | None:
    """The user of a TCP connection's end; None where there is no such connection.

    Args:
        own: The address and port of that end.
        other: Those of the other one.

    Raises:
        OSError: The kernel cannot be asked.
    """
    ports = struct.pack("!HH", own[1], other[1])
    places = b"".join(socket.inet_aton(host).ljust(16, b"\0") for host in (own[0], other[0]))
    ends = ports + places + struct.pack("=III", 0, _ANY, _ANY)
    question = _QUESTION.pack(socket.AF_INET, socket.IPPROTO_TCP, _ANY) + ends
    header = _HEADER.pack(_HEADER.size + len(question), _BY_FAMILY, _IS_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.settimeout(_PATIENCE_S)
        kernel.sendto(header + question, (0, 0))
        answer = kernel.recv(_MOST_BYTES)
    _, kind, *_ = _HEADER.unpack_from(answer)
    if kind != _BY_FAMILY or _STATE.unpack_from(answer, _HEADER.size)[0] == _LISTENS:
        return None
    user: int = _USER.unpack_from(answer, _HEADER.size)[0]
    return user


def can_tell() -> bool:
    """Whether this kernel says it: it is asked for a connection of our own. It blocks shortly."""
    try:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            here: Address = listener.getsockname()
            with closing(socket.create_connection(here, _PATIENCE_S)) as line:
                return user_of(line.getsockname(), here) == os.geteuid()
    except (OSError, struct.error):
        return False


def is_of_another(scope: Scope) -> bool:
    """Whether a request comes from another user of this machine, or nobody knows from whom."""
    client, server = scope.get("client"), scope.get("server")
    try:
        return not client or not server or user_of(client, server) != os.geteuid()
    except (OSError, struct.error):
        return True
