"""What every responder owes: text and whole tool calls in order, and an end when it is closed."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING

import anyio

from voiced.stages import Message, ReplyDelta, Tool, ToolCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.stages import Responder

__all__ = ["check_responder"]

_CLOSING_S = 2.0
_CALL = ToolCall("call_1", "lamps.switch", {"lamp": "kitchen"})
_HISTORY = (
    Message("system", "You answer in one short sentence."),
    Message("user", "Switch on the light in the kitchen."),
    Message("assistant", "", (_CALL,)),
    Message("tool", "The kitchen lamp is on.", tool_call_id=_CALL.id),
    Message("user", "Grüß Gott, and what now? 👋"),
)
_TOOLS = (
    Tool(
        "lamps.switch",
        "Switches a lamp on.",
        {
            "type": "object",
            "properties": {"lamp": {"type": "string"}},
            "required": ["lamp"],
            "additionalProperties": False,
        },
    ),
)


async def check_responder(responder: Responder, tools: Sequence[Tool] = _TOOLS) -> None:
    """Check a responder against the obligations of ``voiced.stages.Responder``.

    It is asked four times and must answer each time with text or a call of one of the tools; the
    second answer is cut off.

    Args:
        responder: Not yet prepared; it is closed afterwards.
        tools: What it may call.

    Raises:
        AssertionError: An obligation is not met; the message says which one.
    """
    await responder.prepare()
    await responder.prepare()
    await _check_reply(responder, _HISTORY, tools)
    await _check_closing(responder, tools)
    await _check_reply(responder, _HISTORY[:2], tools)
    await _check_reply(responder, _HISTORY[:2], ())
    await responder.aclose()
    await responder.aclose()


async def _check_reply(
    responder: Responder, history: Sequence[Message], tools: Sequence[Tool]
) -> None:
    before = repr((history, tools))
    async with aclosing(responder.reply(history, tools)) as reply:
        items = [item async for item in reply]
    assert items, "an answer without text and without a call"
    assert repr((history, tools)) == before, "the responder changes its history or tools"
    names = {tool.name for tool in tools} or {tool.name for tool in _TOOLS}
    ids: list[str] = []
    for item in items:
        match item:
            case ReplyDelta(text):
                assert text, "a delta without text"
            case ToolCall(id, name, arguments):
                assert name in names, f"a call of {name!r}, which is no tool"
                assert json.dumps(dict(arguments)) is not None, "arguments that are not JSON"
                ids.append(id)
    assert all(ids), "a call without an id"
    assert len(set(ids)) == len(ids), "two calls have the same id"


async def _check_closing(responder: Responder, tools: Sequence[Tool]) -> None:
    """The user interrupts after the first piece."""
    reply = responder.reply(_HISTORY, tools)
    try:
        async for _ in reply:
            break
    finally:
        with anyio.move_on_after(_CLOSING_S) as closing:
            await reply.aclose()
    assert not closing.cancelled_caught, f"closing takes more than {_CLOSING_S} s"
