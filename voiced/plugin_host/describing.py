"""What a plugin defines, as data: names, sentences, slots, effects. Made by the plugin's process.

The built-in slot types are named and stay what they are; the plugin's own are numbered, and
asked across the pipe.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voiced.plugin import (
    COMING_DATE_SPAN,
    DATE_SPAN,
    DURATION,
    NUMBER,
    ORDINAL,
    TEXT,
    Intent,
    SlotType,
)
from voiced.plugin_host.source import Members

__all__ = ["BUILT_IN_TYPES", "describe", "own_types"]

_TYPES: tuple[Any, ...] = (COMING_DATE_SPAN, DATE_SPAN, DURATION, NUMBER, ORDINAL, TEXT)
BUILT_IN_TYPES: dict[str, SlotType[Any]] = {each.name: each for each in _TYPES}


def own_types(intents: Sequence[Intent]) -> list[SlotType[Any]]:
    """The slot types of the intents, each once, in the order of their numbers."""
    found: dict[int, SlotType[Any]] = {}
    for intent in intents:
        for slot in intent.slots.values():
            found.setdefault(id(slot.type), slot.type)
    return list(found.values())


def describe(found: Members) -> dict[str, Any]:
    """What a plugin defines, as JSON types.

    Raises:
        PluginError: A definition is not of its type.
    """
    types = own_types(found.intents)
    places = {id(each): place for place, each in enumerate(types)}
    return {
        "types": [_describe_type(each) for each in types],
        "intents": [_describe_intent(each, places) for each in found.intents],
        "operations": [undoer.operation for undoer in found.undoers],
        "announcers": [
            {"name": each.name, "returns": int(each.returns), "deadline_s": float(each.deadline_s)}
            for each in found.announcers
        ],
        "has_settings": found.settings is not None,
    }


def _describe_type(slot_type: SlotType[Any]) -> dict[str, Any]:
    if any(slot_type is each for each in BUILT_IN_TYPES.values()):
        return {"name": slot_type.name, "is_built_in": True}
    return {
        "name": slot_type.name,
        "is_open": bool(slot_type.is_open),
        "json_schema": dict(slot_type.json_schema),
        "takes_entities": callable(getattr(slot_type, "from_entity", None)),
    }


def _describe_intent(intent: Intent, places: dict[int, int]) -> dict[str, Any]:
    return {
        "name": intent.name,
        "description": intent.description,
        "sentences": list(intent.sentences),
        "slots": [
            {"name": slot.name, "type": places[id(slot.type)], "required": slot.required}
            for slot in intent.slots.values()
        ],
        "effect": intent.effect.value,
        "critical": list(intent.critical),
        "examples": list(intent.examples),
        "deadline_s": float(intent.deadline_s),
        "returns": int(intent.returns),
        "has_effect_of": intent.effect_of is not None,
        "follows": intent.follows,
    }
