"""Serves intents to another program over the standard streams, by the MCP protocol."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from voiced import __version__
from voiced.engines.mcp_client import is_installed, missing

__all__ = ["serve"]

_MOST_CALLER = 60


class Tool(Protocol):
    """What is offered."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def schema(self) -> Mapping[str, Any]: ...

    @property
    def only_reads(self) -> bool: ...

    @property
    def is_destructive(self) -> bool: ...


class Returned(Protocol):
    """What came of a call."""

    @property
    def text(self) -> str: ...

    @property
    def data(self) -> Mapping[str, Any] | None: ...

    @property
    def is_error(self) -> bool: ...


class Catalogue(Protocol):
    """Whoever decides what is offered, and does it."""

    def tools(self) -> Sequence[Tool]: ...

    async def call(self, name: str, arguments: Mapping[str, Any], caller: str) -> Returned: ...


async def serve(catalogue: Catalogue) -> None:
    """Answer until the standard input ends.

    Raises:
        ModelMissing: The library is not installed.
    """
    if not is_installed():
        raise missing()
    import mcp_types as types
    from mcp.server.lowlevel import Server
    from mcp.server.stdio import stdio_server

    logging.getLogger("mcp").setLevel(logging.CRITICAL + 1)

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in catalogue.tools()])

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        came = await catalogue.call(params.name, params.arguments or {}, _caller(context))
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=came.text)],
            structured_content=dict(came.data) if came.data else None,
            is_error=came.is_error,
        )

    server: Any = Server(
        "voiced", version=__version__, on_list_tools=list_tools, on_call_tool=call_tool
    )
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def _described(tool: Tool) -> Any:
    import mcp_types as types

    hints = types.ToolAnnotations(
        read_only_hint=tool.only_reads, destructive_hint=tool.is_destructive
    )
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=dict(tool.schema),
        annotations=hints,
    )


def _caller(context: Any) -> str:
    """What the program calls itself; shown to the user, and believed by nobody."""
    params = getattr(context.session, "client_params", None)
    return params.client_info.name[:_MOST_CALLER] if params is not None else ""
