"""Asks the running daemon: one order and its answer, or everything that happens. It blocks."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

from voiced.control.peers import peer_of
from voiced.control.place import connect, folder_of
from voiced.control.wire import BadFrame, Frames, decode, encode
from voiced.errors import ControlError, NoDaemon

__all__ = ["FORGOTTEN", "ask", "forget", "good", "watch"]

FORGOTTEN = "forgotten"
"""A file beside the socket: its time is when something was forgotten while no daemon ran."""

_ANSWER_S = 10.0
_READ_BYTES = 16 * 1024


def ask(
    order: Mapping[str, Any], folder: Path | None = None, timeout_s: float = _ANSWER_S
) -> dict[str, Any]:
    """Give the daemon an order; its answer.

    Args:
        order: ``{"do": ...}``, see orders.py.
        folder: Where the daemon is; None: the user's own.
        timeout_s: How long it is waited for.

    Raises:
        NoDaemon: None runs, or it does not answer.
        ControlError: It refused.
    """
    with closing(_Line(folder, timeout_s)) as line:
        line.send(order)
        return good(line.receive())


def forget(folder: Path | None = None) -> str:
    """Have the daemon hold nothing of before; to be asked before anything is erased.

    Returns:
        Why it still may hold it; empty where it does not, or none runs.
    """
    at = folder or folder_of(os.environ)
    try:
        ask({"do": "forget"}, at)
    except ControlError as error:
        if error.reason != "no_daemon":
            return error.message
        with suppress(OSError):  # without the folder no page runs either
            (at / FORGOTTEN).touch(mode=0o600)
    return ""


def watch(
    folder: Path | None = None, timeout_s: float = _ANSWER_S, *, rooms: bool = False
) -> Iterator[dict[str, Any]]:
    """What happens, until the daemon ends: first its answer, then ``event`` and ``level_dbfs``.

    With ``rooms`` events of other rooms come, too; these have a ``room``.

    Raises:
        NoDaemon: None runs, or it went.
        ControlError: It refused.
    """
    with closing(_Line(folder, timeout_s)) as line:
        line.send({"do": "watch", "rooms": rooms})
        yield good(line.receive())
        line.wait_for_ever()
        while True:
            yield line.receive()


def good(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, if it is a good one.

    Raises:
        ControlError: It says why not.
    """
    if answer.get("ok") is True:
        return answer
    error = answer.get("error")
    row = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
    message = str(row.get("message") or "the running voiced refused it")
    raise ControlError(
        message, reason=str(row.get("code") or "refused"), mend=str(row.get("mend") or "")
    )


class _Line:
    def __init__(self, folder: Path | None, timeout_s: float) -> None:
        self._frames = Frames()
        self._waiting: list[bytes] = []
        self._socket = connect(folder or folder_of(os.environ), timeout_s)
        if peer_of(self._socket).uid != os.geteuid():
            self._socket.close()
            raise ControlError("the socket of voiced is another user's", reason="not_ours")

    def close(self) -> None:
        self._socket.close()

    def wait_for_ever(self) -> None:
        self._socket.settimeout(None)

    def send(self, order: Mapping[str, Any]) -> None:
        try:
            self._socket.sendall(encode(order), socket.MSG_NOSIGNAL)
        except BadFrame as error:
            raise ControlError(f"the order is {error}", reason="bad_frame") from error
        except OSError:
            return  # why is in its answer, if there is one

    def receive(self) -> dict[str, Any]:
        try:
            while not self._waiting:
                data = self._socket.recv(_READ_BYTES)
                if not data:
                    raise NoDaemon("the running voiced ended the connection", reason="gone")
                self._waiting.extend(self._frames.feed(data))
            return decode(self._waiting.pop(0))
        except (OSError, BadFrame) as error:
            message = "the running voiced does not answer"
            raise NoDaemon(message, reason="no_answer", mend="see: voiced doctor") from error
