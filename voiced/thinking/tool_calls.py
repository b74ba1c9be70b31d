"""What a language model wrote as calls of tools: whether they are whole and fit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from voiced.errors import InvalidSlots, UnknownIntent
from voiced.planning.schema import mistake
from voiced.plugin import Intent
from voiced.stages import ToolCall

__all__ = ["alike", "checked"]

_WORDS_DO = frozenset({"number", "integer", "boolean"})
"""What a model may write as text, too: the slot reads "three"."""


def checked(tool: ToolCall, intents: Iterable[Intent]) -> Intent:
    """The intent of a call whose arguments fit its schema.

    Raises:
        IntentError: They do not, or there is no such intent.
    """
    intent = next((each for each in intents if each.name == tool.name), None)
    if intent is None:
        raise UnknownIntent(f"there is no tool {tool.name[:80]}", intent=tool.name)
    wrong = tool.mistake or _mistake(intent, tool.arguments)
    if wrong:
        raise InvalidSlots(
            f"{intent.name}: {wrong}", intent=intent.name, spoken=_missing(intent, tool)
        )
    return intent


def alike(calls: Sequence[ToolCall], first: ToolCall) -> list[ToolCall]:
    """The calls of the same tool that come next, without a gap, as long as they are whole."""
    return list(takewhile(lambda each: each.name == first.name and not each.mistake, calls))


def _mistake(intent: Intent, arguments: Mapping[str, object]) -> str:
    """What is wrong with the arguments of a call, or nothing."""
    schema = intent.parameters()
    required = [slot.name for slot in intent.slots.values() if slot.required]
    words: dict[str, object] = {}
    for name, value in arguments.items():
        kind = schema["properties"].get(name, {}).get("type")
        is_word = isinstance(value, str) and kind in _WORDS_DO
        is_number = isinstance(value, int | float) and kind == "string"
        if not (is_word or is_number):
            words[name] = value
    missing = next((name for name in required if name not in arguments), None)
    if missing is not None:
        return f"{missing} is missing"
    return mistake(words, {**schema, "required": []})


def _missing(intent: Intent, tool: ToolCall) -> str:
    """The sentence for a slot that the model left out; else nothing."""
    needed = [slot.name for slot in intent.slots.values() if slot.required]
    lacking = [name for name in needed if tool.arguments.get(name) is None]
    return f"I need to know the {lacking[0].replace('_', ' ')} for that." if lacking else ""
