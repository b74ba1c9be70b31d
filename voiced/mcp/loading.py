"""From the configuration and the pins to servers with their intents; starts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiced.config import McpServerSettings, McpSettings
from voiced.errors import PluginError
from voiced.mcp.intents import intent_of, undoer_of
from voiced.mcp.pins import Pins
from voiced.mcp.servers import ToolServer
from voiced.mcp.tools import Refusal, UsableTool, examine, shown_name
from voiced.mcp.wire import Connect, ListedTool
from voiced.plugin import Effect, Intent, Undoer

__all__ = ["LoadedServer", "LoadedServers", "load_servers"]


@dataclass(frozen=True, slots=True)
class LoadedServer:
    """A server that was enabled, with its tools as they were then."""

    server: ToolServer
    usable: tuple[UsableTool, ...]
    refused: tuple[Refusal, ...]

    @property
    def intents(self) -> tuple[Intent, ...]:
        """An intent for each tool that may be used."""
        return tuple(intent_of(self.server, tool) for tool in self.usable)


@dataclass(frozen=True, slots=True)
class LoadedServers:
    """All servers that can be used, and those that cannot, with the reason."""

    servers: tuple[LoadedServer, ...] = ()
    failures: tuple[PluginError, ...] = ()

    @property
    def intents(self) -> tuple[Intent, ...]:
        """The intents of all servers."""
        return tuple(intent for each in self.servers for intent in each.intents)

    @property
    def undoers(self) -> tuple[Undoer, ...]:
        """What takes their changes back."""
        return tuple(undoer_of(each.server) for each in self.servers)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should hear of at the start."""
        faults = [
            f"MCP server {each.server.name}: {shown_name(refusal.tool)!r} is not used: "
            f"{refusal.why}."
            for each in self.servers
            for refusal in each.refused
            if refusal.is_fault
        ]
        return (*(failure.message for failure in self.failures), *faults)


def load_servers(settings: McpSettings, pins: Pins, connect: Connect) -> LoadedServers:
    """Every server of the configuration that was enabled. Reads files."""
    servers: list[LoadedServer] = []
    failures: list[PluginError] = []
    for name, section in settings.servers.items():
        try:
            pinned = pins.load(name, section)
        except PluginError as error:
            failures.append(error)
            continue
        if pinned is None:
            message = f"MCP server {name} is not enabled"
            mend = f"voiced mcp enable {name}"
            failures.append(PluginError(message, plugin=f"mcp.{name}", mend=mend))
        else:
            servers.append(_loaded(name, section, pinned, connect))
    return LoadedServers(tuple(servers), tuple(failures))


def _loaded(
    name: str, section: McpServerSettings, pinned: Sequence[ListedTool], connect: Connect
) -> LoadedServer:
    usable, refused = examine(name, section, pinned)
    names = {tool.name for tool in pinned}
    lost = [tool for tool in usable if tool.effect is Effect.W1 and tool.undo not in names]
    refused += tuple(Refusal(tool.name, "the tool that undoes it is not there") for tool in lost)
    kept = tuple(tool for tool in usable if tool not in lost)
    return LoadedServer(ToolServer(name, section, pinned, connect), kept, refused)
