"""Between the browser's two pipes and the socket: requests go in, answers and news come out.

The browser ends this program by closing its pipe. Whoever connects must be this user; a client has
one request under way at a time, and is let go when it sends nothing for a while.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import frames
from .board import Board, Greeting
from .frames import BadFrame
from .listening import listening
from .operations import OPERATIONS

__all__ = ["Host"]

_GREETING_S = 20.0
_IDLE_S = 10.0
_MOST_UNSENT_BYTES = 1 << 20

Message = dict[str, Any]


@dataclass(slots=True)
class Host:
    """Serves the clients of one running browser until it goes away."""

    reader: asyncio.StreamReader
    writer: asyncio.WriteTransport
    board: Board = field(default_factory=Board)
    _waiting: dict[int, asyncio.Future[Message]] = field(
        default_factory=dict[int, "asyncio.Future[Message]"], init=False
    )
    _numbers: Iterator[int] = field(default_factory=itertools.count, init=False)
    _clients: int = field(default=0, init=False)

    async def run(self, folder: Path) -> None:
        """Listen in the folder, from the browser's greeting to its end.

        Raises:
            BadFrame: It sends what makes no sense, or does not greet.
            OSError: The folder cannot be used.
        """
        try:
            greeting = Greeting.of(await asyncio.wait_for(self._read(), _GREETING_S))
            self.board.take(await asyncio.wait_for(self._read(), _GREETING_S))
        except TimeoutError as error:
            raise BadFrame("no greeting came") from error
        except asyncio.IncompleteReadError:
            return
        with listening(folder) as listener:

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._serve(greeting, reader, writer)

            server = await asyncio.start_unix_server(serve, sock=listener)
            try:
                with suppress(asyncio.IncompleteReadError):  # the browser has closed its pipe
                    while True:
                        self._take(await self._read())
            finally:
                server.close()

    async def _read(self) -> Message:
        header = await self.reader.readexactly(frames.HEADER_BYTES)
        length = frames.length_of(header, frames.REPLY_BYTES)
        return frames.decoded(await self.reader.readexactly(length))

    def _take(self, message: Message) -> None:
        if "push" in message:
            self.board.take(message)
            return
        number = message.get("id")
        waiting = self._waiting.pop(number, None) if isinstance(number, int) else None
        if waiting is not None and not waiting.done():  # an answer that came too late is dropped
            waiting.set_result(message)

    async def _serve(
        self, greeting: Greeting, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not frames.is_own(writer.get_extra_info("socket")):
            writer.close()
            return
        self._clients += 1
        try:
            if self._clients > frames.MOST_CLIENTS:
                await _send(writer, _error("refused", "too many clients"))
                return
            while True:
                request = await asyncio.wait_for(_request(reader), _IDLE_S)
                await _send(writer, await self._answer(greeting, request))
        except BadFrame as error:
            with suppress(OSError):
                await _send(writer, _error("refused", str(error)))
        except (asyncio.IncompleteReadError, TimeoutError, OSError):
            return  # it has gone, or sent nothing
        finally:
            self._clients -= 1
            writer.close()

    async def _answer(self, greeting: Greeting, request: Message) -> Message:
        operation, arguments = request.get("op"), request.get("args", {})
        if request.get("run", greeting.run) != greeting.run:
            return _error("gone", "another run of the browser")
        if operation == frames.HELLO:
            return {"result": {**asdict(greeting), "last_used_ms": self.board.last_used_ms}}
        if operation == frames.LIST_TABS:
            return {"result": self.board.listed()}
        is_known = isinstance(operation, str) and operation in OPERATIONS
        if not is_known or not isinstance(arguments, dict):
            return _error("refused", "no such operation")
        return await self._ask({"op": operation, "args": arguments})

    async def _ask(self, request: Message) -> Message:
        """Have the extension do something; wait for it as long as is allowed."""
        if self.writer.get_write_buffer_size() > _MOST_UNSENT_BYTES:
            return _error("timeout", "the browser reads nothing")
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self.writer.write(frames.encoded({"id": number, **request}, frames.REPLY_BYTES))
            message = await asyncio.wait_for(answer, frames.CALL_S)
        except TimeoutError:
            return _error("timeout", "no answer")
        finally:
            self._waiting.pop(number, None)
        return {key: message[key] for key in ("result", "error") if key in message}


async def _request(reader: asyncio.StreamReader) -> Message:
    header = await reader.readexactly(frames.HEADER_BYTES)
    length = frames.length_of(header, frames.REQUEST_BYTES)
    return frames.decoded(await reader.readexactly(length))


async def _send(writer: asyncio.StreamWriter, message: Message) -> None:
    try:
        frame = frames.encoded(message, frames.REPLY_BYTES)
    except BadFrame as error:
        frame = frames.encoded(_error("too_large", str(error)), frames.REPLY_BYTES)
    writer.write(frame)
    await asyncio.wait_for(writer.drain(), _IDLE_S)


def _error(code: str, message: str) -> Message:
    return {"error": {"code": code, "message": message}}
