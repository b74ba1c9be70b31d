"""The line to the daemon: its control socket, asked and watched without ever blocking the page."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio

from voiced.control.client import FORGOTTEN, ask, forget, good
from voiced.control.peers import peer_of
from voiced.control.place import connect
from voiced.control.wire import BadFrame, Frames, decode, encode
from voiced.errors import ControlError, NoDaemon
from voiced.workers import in_worker

__all__ = ["Daemon"]

_READ_BYTES = 64 * 1024
_CONNECT_S = 2.0


class Daemon:
    """The daemon of the user, whether it runs or not.

    Args:
        folder: Where its socket lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def ask(self, **order: Any) -> dict[str, Any]:
        """Give it an order; its answer.

        Raises:
            NoDaemon: None runs, or it does not answer.
            ControlError: It refused.
        """
        return await in_worker(ask, order, self._folder)

    async def forget(self) -> str:
        """Have it hold nothing of before; why it still may, empty where it does not."""
        return await in_worker(forget, self._folder)

    @property
    def forgotten(self) -> int:
        """Changes when something is forgotten while none runs."""
        try:
            return (self._folder / FORGOTTEN).stat().st_mtime_ns
        except OSError:
            return 0

    async def status(self) -> Mapping[str, Any] | None:
        """What `voiced status` says; None where no daemon runs."""
        try:
            answer = await self.ask(do="status")
        except NoDaemon:
            return None
        found: Mapping[str, Any] = answer["status"]
        return found

    async def watch(self) -> AsyncGenerator[dict[str, Any]]:
        """What happens, until it ends: first its answer, then ``event``, ``level_dbfs``.

        Raises:
            NoDaemon: None runs, or it went.
            ControlError: It refused.
        """
        with closing(connect(self._folder, _CONNECT_S)) as line:
            if peer_of(line).uid != os.geteuid():
                raise ControlError("the socket of voiced is another user's", reason="not_ours")
            line.settimeout(0)
            line.send(encode({"do": "watch"}), socket.MSG_NOSIGNAL)
            is_answer = True
            async for frame in _frames(line):
                yield good(frame) if is_answer else frame
                is_answer = False


async def _frames(line: socket.socket) -> AsyncGenerator[dict[str, Any]]:
    frames = Frames()
    try:
        while True:
            await anyio.wait_readable(line)
            try:
                data = line.recv(_READ_BYTES)
            except BlockingIOError:
                continue
            if not data:
                raise NoDaemon("the running voiced ended the connection", reason="gone")
            for frame in frames.feed(data):
                yield decode(frame)
    except (OSError, BadFrame) as error:
        raise NoDaemon("the running voiced does not answer", reason="no_answer") from error
