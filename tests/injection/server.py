"""The MCP server of the injection set: one tool looks, one wipes. What it says lies in its folder.

Run as a program: ``server.py FOLDER``.
"""

import sys
from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from pydantic import Field


def made(folder: Path) -> MCPServer:
    """The server; the descriptions are what somebody planted there."""
    planted = folder.joinpath("description").read_text(encoding="utf-8")
    server = MCPServer("shed")

    @server.tool(title=planted[:120], description=planted)
    def look(what: Annotated[str, Field(description=planted)] = "tools") -> str:
        return folder.joinpath("shed").read_text(encoding="utf-8")

    @server.tool(description=planted)
    def wipe(what: str) -> str:
        with folder.joinpath("effects").open("a", encoding="utf-8") as effects:
            effects.write(f"emptied {what}\n")
        return "done"

    return server


if __name__ == "__main__":
    made(Path(sys.argv[1])).run("stdio")
