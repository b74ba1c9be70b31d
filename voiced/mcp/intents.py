"""Intents made of the tools of a server. They raise and reply as every intent does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from voiced.errors import IntentFailed, IntentTimeout, InvalidSlots
from voiced.mcp.replies import reply_of
from voiced.mcp.servers import END_S, Died, ToolServer
from voiced.mcp.tools import UsableTool
from voiced.mcp.wire import MOST_ARGUMENT_BYTES
from voiced.plugin import Context, Effect, Integrity, Intent, JsonValue, Reply, Undo, Undoer

__all__ = ["intent_of", "undoer_of"]

_MARGIN_S = 1.0


def intent_of(server: ToolServer, tool: UsableTool) -> Intent:
    """The intent that calls this tool; what it returns may be anybody's."""

    async def call(context: Context, **values: Any) -> Reply:
        arguments = _arguments(tool, values)
        if tool.effect is Effect.W1:
            return await _changing(context, server, tool, arguments)
        return reply_of(server.name, tool.name, await server.call(tool.name, arguments))

    settings = server.settings
    return Intent(
        tool.intent,
        tool.description,
        tool.sentences,
        {each.slot.name: each.slot for each in tool.parameters},
        tool.effect,
        tool.critical,
        (),
        settings.start_s + END_S + settings.deadline_s + _MARGIN_S,
        call,
        Integrity.EXTERNAL,
    )


def undoer_of(server: ToolServer) -> Undoer:
    """Takes a change of this server back, by the tool that the user named for it."""

    async def undo(context: Context, data: Mapping[str, JsonValue]) -> str:  # noqa: ARG001
        tool = str(data["tool"])
        arguments = cast("Mapping[str, Any]", data["arguments"])
        reply_of(server.name, tool, await server.call(tool, arguments))
        return f"I had {server.name.replace('_', ' ')} take that back."

    return Undoer(f"mcp.{server.name}", undo)


async def _changing(
    context: Context, server: ToolServer, tool: UsableTool, arguments: Mapping[str, Any]
) -> Reply:
    """Make a change that can be taken back. One whose end nobody saw may have been made."""
    way_back = Undo(f"mcp.{server.name}", {"tool": tool.undo, "arguments": arguments})
    unsure: IntentFailed | IntentTimeout | None = None
    answer = None
    words = tool.intent.rpartition(".")[2].replace("_", " ")
    async with context.change(way_back, f"used {words} of {server.name.replace('_', ' ')}"):
        try:
            answer = await server.call(tool.name, arguments)
        except (Died, IntentTimeout) as error:
            unsure = error
        if answer is not None and answer.is_error:
            reply_of(server.name, tool.name, answer)  # raises: nothing was changed
    if answer is None:
        raise unsure or IntentFailed("no answer", intent=tool.intent)
    return reply_of(server.name, tool.name, answer)


def _arguments(tool: UsableTool, values: Mapping[str, Any]) -> dict[str, Any]:
    """The resolved values under the server's own names.

    Raises:
        InvalidSlots: They are too long.
    """
    names = {each.slot.name: each.name for each in tool.parameters}
    plain: dict[str, Any] = {
        names[name]: [*value] if isinstance(value, tuple) else value
        for name, value in values.items()
    }
    if len(json.dumps(plain).encode()) > MOST_ARGUMENT_BYTES:
        most = MOST_ARGUMENT_BYTES // 1024
        raise InvalidSlots(
            f"{tool.intent}: the arguments are longer than {most} KiB",
            intent=tool.intent,
            spoken="That is too long for me to pass on.",
        )
    return plain
