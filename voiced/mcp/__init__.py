"""Tools of MCP servers as intents, and what other programs may ask of us.

What a server says of its tools is text from outside: it decides nothing here, and no model that
plans sees it. The protocol itself is spoken in ``voiced.engines``.
"""

from voiced.mcp.loading import LoadedServers, load_servers
from voiced.mcp.pins import Pins
from voiced.mcp.requests import RequestBook, WaitingRequest
from voiced.mcp.servers import ToolServer, running
from voiced.mcp.tools import Refusal, UsableTool, examine
from voiced.mcp.wire import Answer, Connect, Connection, ListedTool

__all__ = [
    "Answer",
    "Connect",
    "Connection",
    "ListedTool",
    "LoadedServers",
    "Pins",
    "Refusal",
    "RequestBook",
    "ToolServer",
    "UsableTool",
    "WaitingRequest",
    "examine",
    "load_servers",
    "running",
]
