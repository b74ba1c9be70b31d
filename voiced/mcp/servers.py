"""One MCP server's life: started when it is first needed, watched, started again after a fall.

Each has a task of its own, in which its connection lives. What goes wrong there stays there: it is
named, and told to whoever calls.
"""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import anyio

from voiced.config import McpServerSettings
from voiced.errors import EngineError, IntentFailed, IntentTimeout, ToolServerError, ungrouped
from voiced.mcp.tools import shown_name
from voiced.mcp.wire import Answer, Connect, Connection, ListedTool, Lost

__all__ = ["END_S", "Died", "ToolServer", "running"]

_log = logging.getLogger(__name__)

END_S = 4.0
"""How long it takes at most until a server that did not start is gone."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_SOUND_AFTER_S = 30.0
"""A life as long as this was a good one: what went wrong before no longer counts."""


class Died(IntentFailed):
    """The server went away in the middle of a call: nobody knows whether it was done."""

    default_spoken = "The program that does that stopped in the middle. I don't know if it is done."


class ToolServer:
    """A server, and what is known of it now.

    Args:
        name: As in the configuration.
        settings: Its section.
        pinned: Its tools as they were when the user enabled it.
        connect: Begins a conversation with it.
    """

    def __init__(
        self,
        name: str,
        settings: McpServerSettings,
        pinned: Sequence[ListedTool],
        connect: Connect,
    ) -> None:
        self.name = name
        self.settings = settings
        self.state = "not started"
        self.changed: dict[str, str] = {}
        """Tools that are not what they were when they were enabled, and how they differ."""
        self._fingerprints = {tool.name: tool.fingerprint for tool in pinned}
        self._connect = connect
        self._connection: Connection | None = None
        self._wanted = anyio.Event()
        self._moved = anyio.Event()
        self._calls: set[anyio.CancelScope] = set()
        self._stop: anyio.CancelScope | None = None
        self._falls = 0
        self._not_before_s = 0.0

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """Call a tool, with the server started if need be.

        Raises:
            IntentFailed: It cannot be started, the tool is not what it was, or it broke the rules.
            Died: It went away before it answered.
            IntentTimeout: It took too long; the conversation with it is ended.
        """
        connection = await self._ready()
        if connection.is_changed:
            await self._check_again(connection)
        if tool in self.changed:
            raise self._failed(f"the tool {shown_name(tool)!r} {self.changed[tool]}", self._renew)
        answer: list[Answer] = []
        with anyio.move_on_after(self.settings.deadline_s) as scope:
            self._calls.add(scope)
            try:
                answer.append(await connection.call(tool, arguments))
            except Lost as error:
                message = f"MCP server {self.name}: {error.message}"
                raise Died(message, intent=f"mcp.{self.name}") from error
            except ToolServerError as error:
                raise self._failed(error.message) from error
            finally:
                self._calls.discard(scope)
        if answer:
            return answer[0]
        if self._connection is not connection:
            raise Died(f"MCP server {self.name}: {self.state}", intent=f"mcp.{self.name}")
        self._hang_up(f"took over {self.settings.deadline_s:g} s")
        message = f"MCP server {self.name} took over {self.settings.deadline_s:g} s"
        raise IntentTimeout(message, intent=f"mcp.{self.name}")

    @property
    def _renew(self) -> str:
        return f"voiced mcp enable {self.name}"

    async def _ready(self) -> Connection:
        """The connection; waits until there is one.

        Raises:
            IntentFailed: There will be none now.
        """
        with anyio.move_on_after(self.settings.start_s + END_S):
            while self._connection is None:
                wait_s = self._not_before_s - anyio.current_time()
                if wait_s > 0:
                    raise self._failed(f"{self.state}; it is tried again in {wait_s:.0f} s")
                self._wanted.set()
                await self._moved.wait()
            return self._connection
        raise self._failed(f"did not start in {self.settings.start_s:g} s")

    def _failed(self, why: str, mend: str = "") -> IntentFailed:
        name = self.name.replace("_", " ")
        return IntentFailed(
            f"MCP server {self.name}: {why}",
            intent=f"mcp.{self.name}",
            spoken=f"{name} does not work now.",
            mend=mend or "voiced mcp list --check",
        )

    async def keep(self) -> None:
        """The task of this server: one life after another, each begun when somebody calls."""
        while True:
            await self._wanted.wait()
            self._wanted = anyio.Event()
            began_s = anyio.current_time()
            with anyio.CancelScope() as self._stop:
                why = await self._live()
                self._ended(why, anyio.current_time() - began_s)

    async def _live(self) -> str:
        """From the start to the end; why it ended. Nothing that a server does gets out of here."""
        try:
            with anyio.move_on_after(self.settings.start_s) as starting:
                async with self._connect(self.name, self.settings) as connection:
                    self._compare(await connection.tools())
                    starting.deadline = math.inf
                    self._connection, self.state = connection, "running"
                    self._move()
                    return await connection.ended()
            return f"it did not start in {self.settings.start_s:g} s"
        except EngineError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - the boundary of another program
            return _first_message(error)
        finally:
            self._connection = None

    def _ended(self, why: str, lived_s: float) -> None:
        self._connection = None
        self._falls = 1 if lived_s >= _SOUND_AFTER_S else self._falls + 1
        pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** (self._falls - 1))
        self._not_before_s = anyio.current_time() + pause_s
        self.state = why
        _log.warning("MCP server %s: %s", self.name, why)
        self._move()
        for call in tuple(self._calls):
            call.cancel()

    def _hang_up(self, why: str) -> None:
        """End the conversation: what comes late must not be taken for another answer."""
        stop, self._stop = self._stop, None
        self._ended(why, 0.0)
        if stop is not None:
            stop.cancel()

    def _move(self) -> None:
        moved, self._moved = self._moved, anyio.Event()
        moved.set()

    async def _check_again(self, connection: Connection) -> None:
        try:
            with anyio.fail_after(self.settings.start_s):
                self._compare(await connection.tools())
        except (TimeoutError, ToolServerError) as error:
            why = "it did not tell its tools again"
            self._hang_up(why)
            raise self._failed(why) from error

    def _compare(self, tools: Sequence[ListedTool]) -> None:
        """Find the tools that are not what they were: a change stays one until it is enabled."""
        now: dict[str, list[str]] = {}
        for tool in tools:
            now.setdefault(tool.name, []).append(tool.fingerprint)
        for name, pinned in self._fingerprints.items():
            if name not in now:
                self.changed[name] = "is gone"
            elif len(now[name]) > 1:
                self.changed[name] = "is there several times"
            elif now[name] != [pinned]:
                self.changed[name] = "is not what it was when you enabled it"
            elif self.changed.get(name) == "is gone":
                del self.changed[name]
        if self.changed:
            names = ", ".join(repr(shown_name(name)) for name in sorted(self.changed))
            _log.warning("MCP server %s: not as enabled: %s", self.name, names)


def _first_message(error: BaseException) -> str:
    """What to say of whatever a connection raised; only our own messages are repeated."""
    if isinstance(error, BaseExceptionGroup):
        inner = cast("BaseExceptionGroup[BaseException]", error).exceptions
        own = next((each for each in inner if isinstance(each, ToolServerError)), inner[0])
        return _first_message(own)
    if isinstance(error, EngineError):
        return error.message
    return f"the connection broke ({type(error).__name__})"


@asynccontextmanager
async def running(servers: Sequence[ToolServer]) -> AsyncGenerator[None]:
    """Let the servers be started inside; at the end all of them are gone."""
    if not servers:
        yield
        return
    with ungrouped():
        async with anyio.create_task_group() as tasks:
            for server in servers:
                tasks.start_soon(server.keep)
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()
