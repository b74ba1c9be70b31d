"""Talks to MCP servers: the only importer of the mcp library, with its two neighbours.

The library's own log would repeat what a server said; it is kept silent.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

from voiced import __version__
from voiced.engines.mcp_http import http_streams
from voiced.engines.mcp_process import Meter, process_streams
from voiced.errors import ModelMissing, ToolServerError
from voiced.mcp.wire import MOST_TOOLS, Answer, ListedTool, Lost

if TYPE_CHECKING:
    from mcp import ClientSession
    from pydantic import BaseModel

    from voiced.config import McpServerSettings

__all__ = ["connect", "is_installed", "missing"]

_MOST_PAGES = 20


def is_installed() -> bool:
    """Whether the library is there; it is not imported."""
    from importlib.util import find_spec

    return find_spec("mcp_types") is not None and find_spec("mcp") is not None


def missing() -> ModelMissing:
    """The error for a library that is not there."""
    return ModelMissing(
        "the mcp library is not installed", stage="mcp", mend="pip install 'voiced[mcp]'"
    )


@asynccontextmanager
async def connect(name: str, settings: McpServerSettings) -> AsyncGenerator[McpConnection]:  # noqa: ARG001
    """Begin a conversation with a server; at the end of it its process is gone.

    Raises:
        ToolServerError: It cannot be begun.
        ModelMissing: The library is not installed.
    """
    if not is_installed():
        raise missing()
    from mcp import ClientSession
    from mcp_types import Implementation

    for library in ("mcp", "client", "mcp_types"):
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    connection = McpConnection(is_remote=bool(settings.url))
    async with AsyncExitStack() as stack:
        opened = (
            process_streams(settings, connection.fail)
            if settings.command
            else http_streams(settings)
        )
        reading, writing = await stack.enter_async_context(opened)
        session = ClientSession(
            reading,
            writing,
            message_handler=connection.notice,
            client_info=Implementation(name="voiced", version=__version__),
        )
        await stack.enter_async_context(session)
        await connection.begin(session)
        yield connection


class McpConnection:
    """A conversation that goes on. Nothing that the server says gets into an error's message."""

    def __init__(self, *, is_remote: bool) -> None:
        self._is_remote = is_remote  # a session there ends with its first failure
        self._session: ClientSession | None = None
        self._why = ""
        self._over = anyio.Event()
        self._meter = Meter()
        self.is_changed = False

    async def begin(self, session: ClientSession) -> None:
        """Greet the server; wait for its answer as long as it takes.

        Raises:
            ToolServerError: It does not answer as the protocol says.
        """
        self._session = session
        try:
            await session.initialize()
        except Exception as error:
            why = self._why or f"it did not greet us as it should ({type(error).__name__})"
            raise ToolServerError(why) from error

    def fail(self, why: str) -> None:
        """End the conversation; the first reason stays."""
        self._why = self._why or why
        self._over.set()

    async def notice(self, message: object) -> None:
        """A message that nobody asked for."""
        from mcp_types import ToolListChangedNotification

        if isinstance(message, ToolListChangedNotification):
            self.is_changed = True
        if self._meter.is_flooded(0):
            self.fail("it floods us with messages")
        await anyio.lowlevel.checkpoint()

    async def ended(self) -> str:
        """Wait until it is over."""
        await self._over.wait()
        return self._why

    async def tools(self) -> Sequence[ListedTool]:
        """All tools of the server, page after page.

        Raises:
            ToolServerError: They are too many, or no list of tools.
        """
        from mcp_types import ListToolsRequest, ListToolsResult, PaginatedRequestParams

        self.is_changed = False
        found: list[ListedTool] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            params = PaginatedRequestParams(cursor=cursor) if cursor else None
            page = await self._request(ListToolsRequest(params=params), ListToolsResult)
            found += [_listed(tool) for tool in page.tools]
            if len(found) > MOST_TOOLS:
                raise self._broken(f"it has more than {MOST_TOOLS} tools")
            cursor = page.next_cursor
            if not cursor:
                return found
        raise self._broken("its list of tools does not end")

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """Call a tool.

        Raises:
            Lost: The server is gone, or its answer is none.
            ToolServerError: It refused the call.
        """
        from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult, TextContent

        params = CallToolRequestParams(name=tool, arguments=dict(arguments))
        result = await self._request(CallToolRequest(params=params), CallToolResult)
        texts = tuple(part.text for part in result.content if isinstance(part, TextContent))
        structured: Any = result.structured_content
        return Answer(
            texts,
            structured if isinstance(structured, dict) else None,
            bool(result.is_error),
            len(result.content) - len(texts),
        )

    async def _request(self, request: Any, kind: type[BaseModel]) -> Any:
        from mcp import MCPError
        from mcp_types import CONNECTION_CLOSED, INVALID_PARAMS, METHOD_NOT_FOUND

        if self._session is None or self._over.is_set():
            raise ToolServerError(self._why or "it is not connected")
        try:
            return await self._session.send_request(request, kind)
        except MCPError as error:
            if error.code in (INVALID_PARAMS, METHOD_NOT_FOUND):
                raise ToolServerError(f"it refused (code {error.code})") from error
            if error.code == CONNECTION_CLOSED:
                raise self._broken("it stopped") from error
            why = f"it failed (code {error.code})"
            raise (self._broken(why) if self._is_remote else Lost(why)) from error
        except Exception as error:
            raise self._broken("it answered what is no answer") from error

    def _broken(self, why: str) -> Lost:
        self.fail(why)
        return Lost(self._why)


def _listed(tool: Any) -> ListedTool:
    return ListedTool(tool.name, tool.description or "", tool.input_schema)
