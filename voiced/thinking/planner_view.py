"""What the language model that plans gets to see: never text from outside, only handles for it.

So an order that is hidden in a mail, a page or the name of a file does not reach the model that
calls tools. The user hears what an intent found; the model learns how much it was, and the typed
values in it. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from voiced.conversation import Conversation, Exchange
from voiced.dispatch import Result
from voiced.errors import InvalidSlots
from voiced.plugin import Effect, Field, Intent
from voiced.stages import Message, Tool
from voiced.thinking.toolbox import Offered, ToolIndex

__all__ = [
    "PLAN",
    "agreed",
    "history",
    "holds_line",
    "letters",
    "offered",
    "planned_steps",
    "told",
    "tools",
]

PLAN = "plan"
"""The tool by which the model says what it will change, before it reads anything."""

_FRAME_LETTERS = 40
_TOLD = "(I told what I found.)"
_MOST_SHOWN = 40
_VALUES: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"[A-Za-z0-9_.:-]{1,64}"),
    "address": re.compile(
        r"[A-Za-z0-9_.+-]{1,40}@[A-Za-z0-9.-]{1,64}|[A-Z]{2}\d{2}[A-Z]{0,4}\d{8,26}"
    ),
    "date": re.compile(r"\d[\d:T+Z. -]{3,32}"),
    "number": re.compile(r"-?\d[\d.,]{0,23}"),
}
_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}")
_MOST_WORDS = 3
"""An id or the name in an address that has more words than these may be an order."""
_STEPS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "steps": {
            "type": "array",
            "maxItems": 12,
            "items": {
                "type": "object",
                "properties": {"intent": {"type": "string"}, "arguments": {"type": "object"}},
                "required": ["intent", "arguments"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["steps"],
    "additionalProperties": False,
}
_PLAN_TOOL = Tool(
    PLAN,
    "Before reading anything, name the tools that will change or send something for this request, "
    "in order, with the arguments that the user gave; null for what you must read first. What is "
    "not planned is refused after reading.",
    _STEPS,
)


def tools(intents: Sequence[Intent]) -> tuple[Tool, ...]:
    """The tools that the model may call; in a stable order, so that the server's cache holds."""
    usable = sorted((i for i in intents if i.effect is not Effect.X), key=lambda i: i.name)
    shown = tuple(Tool(intent.name, intent.description, intent.parameters()) for intent in usable)
    changes = any(not intent.effect.only_reads for intent in usable)
    return (_PLAN_TOOL, *shown) if changes else shown


def offered(intents: Sequence[Intent], letters: int | None) -> Offered:
    """The tools of a conversation, of which so many letters fit; None: all of them."""
    return Offered(ToolIndex(tools(intents), intents), (PLAN,), letters)


def history(instructions: str, conversation: Conversation, said: str) -> list[Message]:
    """The conversation so far; replies that held text from outside are left out of it.

    What was sent for a turn before is sent again as it was; what is new comes after it.
    """
    messages = [Message("system", instructions)]
    for exchange in conversation.exchanges:
        messages += exchange.messages or (Message("user", exchange.said),)
        told = _TOLD if exchange.is_external else _rest(exchange)
        if told:
            messages.append(Message("assistant", told))
    messages.append(Message("user", said))
    return messages


def letters(messages: Sequence[Message]) -> int:
    """How long messages are in a request, about."""
    called = (call for message in messages for call in message.tool_calls)
    arguments = sum(
        len(call.name) + len(json.dumps(call.arguments, default=str)) for call in called
    )
    return arguments + sum(len(message.content) + _FRAME_LETTERS for message in messages)


def _rest(exchange: Exchange) -> str:
    """What was heard and is not in the messages of the turn yet."""
    before = " ".join(
        " ".join(message.content.split())
        for message in exchange.messages
        if message.role == "assistant" and message.content.strip()
    )
    return exchange.heard.removeprefix(before).strip() if before else exchange.heard


def holds_line(conversation: Conversation, line: str) -> bool:
    """Whether the model was told this line before what the user said, and still sees it."""
    sent = (message for exchange in conversation.exchanges for message in exchange.messages)
    return any(each.role == "user" and each.content.startswith(f"{line}\n") for each in sent)


def told(result: Result, conversation: Conversation) -> dict[str, Any]:
    """What the model learns of a result."""
    if result.reply is None:
        reason = result.error.message if result.error and not result.is_external else "failed"
        return {"error": reason}
    reply = result.reply
    if not result.is_external:
        return {"result": reply.text, **reply.data}
    has_left = not result.call.waits
    plain = [field.value for field in reply.fields if _is_plain(field)]
    return {
        "result": f"{'done' if has_left else 'it waits to be sent'}; the user hears it",
        "things": [conversation.handle(entity) for entity in reply.entities[:_MOST_SHOWN]],
        "values": plain[:_MOST_SHOWN],
    }


def agreed(name: str, came: Sequence[Mapping[str, Any]]) -> str:
    """The line that tells the model what came of calls which the user was asked about."""
    results = json.dumps(came, ensure_ascii=False, default=str)
    return f"({name}, which I was asked about: {results} Go on with what is left of my request.)"


def planned_steps(arguments: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The steps of a call of the plan tool.

    Raises:
        InvalidSlots: They are not what the schema says.
    """
    steps = arguments.get("steps")
    if not isinstance(steps, list):
        raise InvalidSlots("plan: steps must be a list", intent=PLAN)
    return [_step(step) for step in cast("list[object]", steps)]


def _step(step: object) -> tuple[str, Mapping[str, Any]]:
    fields = cast("dict[str, Any]", step) if isinstance(step, dict) else {}
    intent, arguments = fields.get("intent"), fields.get("arguments", {})
    if not isinstance(intent, str) or not isinstance(arguments, dict):
        raise InvalidSlots("plan: a step needs intent and arguments", intent=PLAN)
    return intent, cast("dict[str, Any]", arguments)


def _is_plain(field: Field) -> bool:
    """Whether a value is what its kind says: nothing that could be read as an order."""
    pattern = _VALUES.get(field.kind)
    if pattern is None or pattern.fullmatch(field.value) is None:
        return False
    return len(_WORD.findall(field.value.partition("@")[0])) <= _MOST_WORDS
