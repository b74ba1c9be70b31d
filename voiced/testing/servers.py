"""Servers on loopback that do what they are told: for tests of engines, demos and plugins.

Real sockets and real HTTP/1.1, so real clients can be tested against every fault. They run in the
caller's event loop; nothing here starts a thread. Answers are made in ``voiced.testing.answers``.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

import anyio
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from voiced.testing.answers import Answer, ChatReply, chat, whole_json

if TYPE_CHECKING:
    from types import TracebackType

    from anyio.streams.memory import MemoryObjectSendStream

__all__ = ["FaultServer", "LoopbackServer", "Request", "Respond", "ScriptedChatServer"]

_HEAD_LIMIT_BYTES = 64 * 1024
_BODY_LIMIT_BYTES = 64 * 1024 * 1024
_NO_LINGER = struct.pack("ii", 1, 0)  # closing resets the connection
_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


Respond: TypeAlias = Callable[[Request], Awaitable[Answer]]
"""Decides what a request is answered."""


class LoopbackServer:
    """An HTTP/1.1 server on 127.0.0.1, between ``async with``, that answers as it is told.

    Args:
        respond: Called for each request.
    """

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._running = AsyncExitStack()
        self._port = 0
        self.requests: list[Request] = []
        self.connections = 0
        self.hung_up = anyio.Event()
        """Set when a client closes its connection in the middle of an answer."""
        self.hung_up_s: list[float] = []
        """When each of them did, by the loop's clock."""

    @property
    def url(self) -> str:
        """Base URL as OpenAI-compatible clients want it."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> LoopbackServer:
        """Listen on a free port."""
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self._port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's
        await self._running.enter_async_context(listener)
        tasks = await self._running.enter_async_context(anyio.create_task_group())
        tasks.start_soon(listener.serve, self._converse)
        self._running.callback(tasks.cancel_scope.cancel)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections; an error of the body goes on as it is."""
        await self._running.aclose()

    async def _converse(self, stream: SocketStream) -> None:
        self.connections += 1
        into, out_of = anyio.create_memory_object_stream[bytes](math.inf)
        reader = BufferedByteReceiveStream(out_of)
        async with stream, out_of, anyio.create_task_group() as tasks:
            line = _Line(stream, tasks.cancel_scope)
            tasks.start_soon(self._listen, line, into)
            with suppress(*_GONE, anyio.IncompleteRead):
                while (first := await reader.receive_exactly(1)).isalpha():
                    if not await self._serve_one(line, reader, first):
                        break
                else:  # not HTTP: perhaps TLS
                    await stream.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            tasks.cancel_scope.cancel()

    async def _listen(self, line: _Line, into: MemoryObjectSendStream[bytes]) -> None:
        """Pass on what the client sends, and notice when it goes."""
        async with into:
            with suppress(*_GONE):
                async for data in line.stream:
                    await into.send(data)
            if line.is_answering:
                self.hung_up.set()
                self.hung_up_s.append(anyio.current_time())
                line.scope.cancel()

    async def _serve_one(
        self, line: _Line, reader: BufferedByteReceiveStream, first: bytes
    ) -> bool:
        request = await _read_request(reader, first)
        self.requests.append(request)
        line.is_answering = True
        answer = await self._respond(request)
        await _send(line.stream, answer)
        line.is_answering = False
        return answer.ending == "keep"


@dataclass(slots=True)
class _Line:
    """One client's connection."""

    stream: SocketStream
    scope: anyio.CancelScope
    is_answering: bool = False


class FaultServer(LoopbackServer):
    """Gives the answers of a script one after the other; the last one again and again.

    Args:
        answers: At least one; the answer of the first request comes first.
    """

    def __init__(self, *answers: Answer) -> None:
        if not answers:
            raise ValueError("a FaultServer needs an answer")
        super().__init__(self._next)
        self._left = list(answers)

    async def _next(self, _request: Request) -> Answer:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


class ScriptedChatServer(LoopbackServer):
    """A chat model that says what is written: one reply a request, then again the last one.

    Serves ``/models`` and ``/chat/completions``, streamed.

    Args:
        replies: Each a text, a tool call, or a sequence of texts and tool calls.
        model: The name of its model.
    """

    def __init__(self, replies: Iterable[ChatReply], model: str = "scripted") -> None:
        super().__init__(self._answer)
        self._replies: Sequence[ChatReply] = tuple(replies)
        self._model = model
        self._asked = 0
        if not self._replies:
            raise ValueError("a ScriptedChatServer needs a reply")

    async def _answer(self, request: Request) -> Answer:
        if request.path.endswith("/models"):
            return whole_json({"object": "list", "data": [{"id": self._model}]})
        if not request.path.endswith("/chat/completions"):
            return whole_json({"error": {"message": "no such path"}}, status=404)
        reply = self._replies[min(self._asked, len(self._replies) - 1)]
        self._asked += 1
        return chat(reply)


async def _read_request(reader: BufferedByteReceiveStream, first: bytes) -> Request:
    head = first + await reader.receive_until(b"\r\n\r\n", _HEAD_LIMIT_BYTES)
    start, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = start.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    size_bytes = min(int(headers.get("content-length", "0")), _BODY_LIMIT_BYTES)
    return Request(method, path, headers, await reader.receive_exactly(size_bytes))


async def _send(stream: SocketStream, answer: Answer) -> None:
    await anyio.sleep(answer.delay_s)
    if answer.status:
        await stream.send(_head(answer))
    for piece in answer.pieces:
        if piece.pause_s:
            await anyio.sleep(piece.pause_s)
        if piece.data:
            await stream.send(_framed(piece.data) if answer.is_chunked else piece.data)
    if answer.ending == "keep" and answer.is_chunked:
        await stream.send(b"0\r\n\r\n")
    if answer.ending == "stall":
        await anyio.sleep_forever()
    if answer.ending == "reset":
        raw: socket.socket = stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - anyio's
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)


def _head(answer: Answer) -> bytes:
    headers = dict(answer.headers)
    if answer.is_chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif answer.ending == "keep":
        headers["Content-Length"] = str(sum(len(piece.data) for piece in answer.pieces))
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
