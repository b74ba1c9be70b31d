"""MCP servers: is the library there, was each enabled, can its tools be used. Starts none."""

from __future__ import annotations

from collections.abc import Iterator

from voiced.composition.engines import tool_servers
from voiced.config import Config
from voiced.doctor.checks import Check
from voiced.engines.mcp_client import is_installed, missing
from voiced.mcp.tools import shown_name

__all__ = ["check_tool_servers"]


def check_tool_servers(config: Config) -> Iterator[Check]:
    """A check for each server of the configuration."""
    if not config.mcp.servers:
        return
    if not is_installed():
        error = missing()
        yield Check("MCP servers", ok=False, found=error.message, mend=error.mend)
    loaded = tool_servers(config)
    for each in loaded.servers:
        faults = [refusal for refusal in each.refused if refusal.is_fault]
        found = f"{len(each.usable)} tools may be used"
        found += "".join(f"; {shown_name(fault.tool)}: {fault.why}" for fault in faults)
        name = each.server.name
        mend = f"see [mcp.servers.{name}] and voiced mcp list" if faults else ""
        yield Check(f"MCP server {name}", ok=not faults, found=found, mend=mend)
    for failure in loaded.failures:
        name = failure.plugin.removeprefix("mcp.")
        yield Check(f"MCP server {name}", ok=False, found=failure.message, mend=failure.mend)
