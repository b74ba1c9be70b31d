"""Real MCP servers, each a process of its own, and whether anything of them is left."""

from __future__ import annotations

import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

from voiced.config import McpServerSettings, McpSettings
from voiced.engines.mcp_client import connect
from voiced.mcp import LoadedServers, Pins, load_servers, running

PROGRAM = Path(__file__).with_name("mcp_tool_server.py")


@dataclass(frozen=True)
class Lab:
    """A folder in which servers note what they did."""

    folder: Path

    def settings(self, how: str = "honest", *flags: str, **more) -> McpServerSettings:
        command = (sys.executable, str(PROGRAM), how, "--state", str(self.folder), *flags)
        return McpServerSettings(command=command, **({"start_s": 20.0} | more))

    @asynccontextmanager
    async def pinned(self, settings: McpServerSettings, tools=None):
        """The server, enabled as it is now and not started."""
        if tools is None:
            async with connect("lab", settings) as connection:
                tools = await connection.tools()
        pins = Pins(self.folder / "pins")
        pins.save("lab", settings, tools)
        loaded = load_servers(McpSettings(servers={"lab": settings}), pins, connect)
        async with running([each.server for each in loaded.servers]):
            yield loaded

    @property
    def pids(self) -> list[int]:
        file = self.folder / "pids"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def left(self) -> list[int]:
        """The processes that are still there, a moment later."""
        until_s = time.monotonic() + 3
        while time.monotonic() < until_s:
            alive = [pid for pid in self.pids if _is_alive(pid)]
            if not alive:
                return []
            time.sleep(0.02)
        return alive


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def intent_of(loaded: LoadedServers, name: str):
    return next(each for each in loaded.intents if each.name == f"mcp.lab.{name}")


def go(function, *args):
    """Run on the real loop, not for ever."""

    async def run():
        with anyio.fail_after(60):
            return await function(*args)

    return anyio.run(run)
