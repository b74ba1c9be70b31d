"""An MCP server that is a program: lines of JSON on its standard streams, and nothing beyond that.

Its process has a group of its own, which is gone at the end; what it writes to stderr is nobody's.
A line that is too long, or too many of them, end the conversation.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import anyio

from voiced.errors import ToolServerError
from voiced.mcp.wire import MOST_MESSAGE_BYTES

if TYPE_CHECKING:
    from anyio.abc import ByteReceiveStream, ByteSendStream, Process
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    from voiced.config import McpServerSettings

__all__ = ["Meter", "process_streams"]

_INHERITED = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TMPDIR", "USER")
_END_S, _TERM_S = 0.5, 1.0
_POLL_S = 0.02
_WINDOW_S = 10.0
_MOST_MESSAGES = 2000
_MOST_BYTES = 16 * 1024 * 1024
_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)

Fault = Callable[[str], None]
"""Told why the conversation must end."""


class Meter:
    """Counts what a server sends, in the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._bytes = 0

    def is_flooded(self, size_bytes: int) -> bool:
        """Count a message; whether there were too many, or too much in them."""
        now_s = anyio.current_time()
        self._seen.append((now_s, size_bytes))
        self._bytes += size_bytes
        while self._seen and now_s - self._seen[0][0] > _WINDOW_S:
            self._bytes -= self._seen.popleft()[1]
        return len(self._seen) > _MOST_MESSAGES or self._bytes > _MOST_BYTES


@asynccontextmanager
async def process_streams(
    settings: McpServerSettings, fault: Fault
) -> AsyncGenerator[tuple[MemoryObjectReceiveStream[Any], MemoryObjectSendStream[Any]]]:
    """Start the program; what it says, and what it is told, as messages of the mcp library.

    Raises:
        ToolServerError: It cannot be started.
    """
    process = await _started(settings)
    heard, reading = anyio.create_memory_object_stream[Any](0)
    writing, told = anyio.create_memory_object_stream[Any](0)
    try:
        async with anyio.create_task_group() as tasks, heard, reading, writing, told:
            tasks.start_soon(_read, process, heard, fault)
            tasks.start_soon(_write, process, told, fault)
            try:
                yield reading, writing
            finally:
                tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)


async def _started(settings: McpServerSettings) -> Process:
    names = (*_INHERITED, *settings.env)
    env = {name: os.environ[name] for name in names if name in os.environ}
    try:
        return await anyio.open_process(
            settings.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.cwd,
            env=env,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        message = f"its program cannot be started: {why}"
        raise ToolServerError(message, mend="see command and cwd") from error


async def _read(process: Process, heard: MemoryObjectSendStream[Any], fault: Fault) -> None:
    from mcp.shared.message import SessionMessage
    from mcp_types import jsonrpc_message_adapter

    meter = Meter()
    assert process.stdout is not None  # noqa: S101 - it was opened with a pipe
    async with heard:
        try:
            async for line in _lines(process.stdout):
                if meter.is_flooded(len(line)):
                    fault("it floods us with messages")
                    return
                try:
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValueError:
                    fault("it says what is no message of the protocol")
                    return
                await heard.send(SessionMessage(message))
        except _TooLong:
            fault(f"a message of it is longer than {MOST_MESSAGE_BYTES // 1024} KiB")
            return
        except _GONE:
            pass
    fault("it stopped")


class _TooLong(Exception):
    """A line without an end."""


async def _lines(stream: ByteReceiveStream) -> AsyncGenerator[bytes]:
    buffer = bytearray()
    while True:
        try:
            chunk = await stream.receive()
        except anyio.EndOfStream:
            return
        *whole, rest = (bytes(buffer) + chunk).split(b"\n")
        for line in whole:
            if len(line) > MOST_MESSAGE_BYTES:
                raise _TooLong
            if line.strip():
                yield line
        buffer = bytearray(rest)
        if len(buffer) > MOST_MESSAGE_BYTES:
            raise _TooLong


async def _write(process: Process, told: MemoryObjectReceiveStream[Any], fault: Fault) -> None:
    stdin: ByteSendStream | None = process.stdin
    assert stdin is not None  # noqa: S101 - it was opened with a pipe
    try:
        async for message in told:
            text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            await stdin.send(text.encode() + b"\n")
    except _GONE:
        fault("it stopped listening")


async def _end(process: Process) -> None:
    """Close its input, then ask its group to end, then end it; nothing of it is left."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(*_GONE):
                await stream.aclose()
    if not await _is_over(process, _END_S):
        _signal(process, signal.SIGTERM)
        await _is_over(process, _TERM_S)
    _signal(process, signal.SIGKILL)  # also what it left behind
    await _is_over(process, _TERM_S)
    with suppress(*_GONE, TimeoutError):
        with anyio.fail_after(_TERM_S):
            await process.aclose()


async def _is_over(process: Process, within_s: float) -> bool:
    until_s = anyio.current_time() + within_s
    while process.returncode is None:
        if anyio.current_time() > until_s:
            return False
        await anyio.sleep(_POLL_S)
    return True


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
