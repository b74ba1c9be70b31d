"""What the language model that plans gets to see: never text from outside, only handles for it.

So an order that is hidden in a mail, a page or the name of a file does not reach the model that
calls tools. The user hears what an intent found; the model learns how much it was, and the typed
values in it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from voiced.conversation import Conversation, Exchange
from voiced.dispatch import Result
from voiced.errors import InvalidSlots
from voiced.plugin import Effect, Entity, Field, Integrity, Intent
from voiced.stages import Message, Tool

__all__ = ["PLAN", "handle_of", "history", "holds_line", "planned_steps", "told", "tools"]

PLAN = "plan"
"""The tool by which the model says what it will change, before it reads anything."""

_TOLD = "(I told what I found.)"
_MOST_SHOWN = 40
_VALUES: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"[\w.:-]{1,64}"),
    "address": re.compile(r"[\w.+-]{1,64}@[\w.-]{1,80}"),
    "date": re.compile(r"[\d:T+Z.-]{4,32}"),
    "number": re.compile(r"-?[\d.,]{1,24}"),
}
_KIND = re.compile(r"[^\w-]")
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


def told(result: Result) -> dict[str, Any]:
    """What the model learns of a result."""
    is_external = result.call.intent.returns is Integrity.EXTERNAL
    if result.reply is None:
        reason = result.error.message if result.error and not is_external else "failed"
        return {"error": reason}
    reply = result.reply
    if not is_external:
        return {"result": reply.text, **reply.data}
    handles = [handle_of(entity, at) for at, entity in enumerate(reply.entities[:_MOST_SHOWN], 1)]
    return {
        "result": "done; the user hears it",
        "things": handles,
        "values": [field.value for field in reply.fields[:_MOST_SHOWN] if _is_plain(field)],
    }


def handle_of(entity: Entity, number: int) -> str:
    """What stands for a thing whose name the model must not see."""
    return f"<{_KIND.sub('', entity.kind)[:40] or 'thing'}:{number}>"


def planned_steps(arguments: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The steps of a call of the plan tool.

    Raises:
        InvalidSlots: They are not what the schema says.
    """
    steps = arguments.get("steps")
    if not isinstance(steps, list):
        raise InvalidSlots("plan: steps must be a list", intent=PLAN)
    return [_step(step) for step in steps]  # pyright: ignore[reportUnknownVariableType]


def _step(step: object) -> tuple[str, Mapping[str, Any]]:
    match step:
        case {"intent": str(intent), "arguments": dict(arguments)}:
            return intent, arguments
        case {"intent": str(intent)}:
            return intent, {}
        case _:
            raise InvalidSlots("plan: a step needs intent and arguments", intent=PLAN)


def _is_plain(field: Field) -> bool:
    """Whether a value is what its kind says: nothing that could be read as an order."""
    pattern = _VALUES.get(field.kind)
    return pattern is not None and pattern.fullmatch(field.value) is not None
