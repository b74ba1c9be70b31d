"""An intent and an undoer as the rest of voiced sees them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voiced.plugin.context import Context
from voiced.plugin.effects import Effect
from voiced.plugin.replies import Reply
from voiced.slots import JsonValue, SlotType
from voiced.trust.labels import Integrity

__all__ = ["Intent", "Slot", "Undoer"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of an intent."""

    name: str
    type: SlotType[Any]
    required: bool


@dataclass(frozen=True)
class Intent:
    """An intent as the rest of voiced sees it. Calling it calls the function."""

    name: str
    description: str
    sentences: tuple[str, ...]
    slots: Mapping[str, Slot]
    effect: Effect
    critical: tuple[str, ...]
    examples: tuple[str, ...]
    deadline_s: float
    function: Callable[..., Awaitable[Reply]]
    returns: Integrity = Integrity.EXTERNAL
    effect_of: Callable[[Mapping[str, Any]], Effect] | None = None
    is_query: bool = False
    follows: str = ""
    taught: tuple[str, ...] = ()
    """Templates that the user added: they are matched, and count for nothing else."""

    def effect_with(self, values: Mapping[str, Any]) -> Effect:
        """The effect class of a call with these resolved values: never below the declared one.

        Where ``effect_of`` breaks, nobody knows what the call would do: it counts as admin.
        """
        if self.effect_of is None:
            return self.effect
        try:
            return self.effect.raised_to(self.effect_of(values))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            _log.error("%s: effect_of raised %s", self.name, type(error).__name__)
            return Effect.X

    async def __call__(self, context: Context, **slots: Any) -> Reply:
        """Run the intent with resolved slot values."""
        return await self.function(context, **slots)

    def parameters(self) -> dict[str, Any]:
        """The strict JSON schema of the slots: all required, optional ones nullable."""
        properties: dict[str, Any] = {}
        for slot in self.slots.values():
            schema = dict(slot.type.json_schema)
            properties[slot.name] = (
                schema if slot.required else {"anyOf": [schema, {"type": "null"}]}
            )
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Undoer:
    """Takes back one operation; found by its name long after the change, also after a restart."""

    operation: str
    function: Callable[[Context, Mapping[str, JsonValue]], Awaitable[str]]
