"""What a plugin's process says that it defines, checked: nothing of it is trusted."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voiced.errors import PluginError
from voiced.plugin import Effect, Integrity

__all__ = ["AnnouncerData", "Definitions", "IntentData", "SlotData", "TypeData", "read_definitions"]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TypeData(_Data):
    """A slot type: a built-in one by its name, or one of the plugin's own."""

    name: str = Field(min_length=1, max_length=60)
    is_built_in: bool = False
    is_open: bool = False
    json_schema: dict[str, Any] = Field(default_factory=dict)
    takes_entities: bool = False


class SlotData(_Data):
    """A slot; ``type`` is the place of its type in ``Definitions.types``."""

    name: str = Field(min_length=1, max_length=60)
    type: int = Field(ge=0)
    required: bool


class IntentData(_Data):
    """An intent without its function."""

    name: str = Field(min_length=1, max_length=80)
    description: str = Field(max_length=2000)
    sentences: list[str] = Field(max_length=500)
    slots: list[SlotData] = Field(max_length=20)
    effect: str
    critical: list[str]
    examples: list[str] = Field(max_length=100)
    deadline_s: float = Field(gt=0)
    returns: int = Field(ge=Integrity.EXTERNAL, le=Integrity.USER)
    has_effect_of: bool
    follows: str = Field(default="", max_length=80)


class AnnouncerData(_Data):
    """What knows things to say unasked, without its function."""

    name: str = Field(min_length=1, max_length=80)
    returns: int = Field(ge=Integrity.EXTERNAL, le=Integrity.USER)
    deadline_s: float = Field(gt=0)


class Definitions(_Data):
    """All that a plugin defines."""

    types: list[TypeData] = Field(max_length=200)
    intents: list[IntentData] = Field(min_length=1, max_length=500)
    operations: list[str] = Field(max_length=500)
    announcers: list[AnnouncerData] = Field(default_factory=list[AnnouncerData], max_length=20)
    has_settings: bool


def read_definitions(plugin: str, data: Any) -> Definitions:
    """Check what a plugin's process says that it defines.

    Raises:
        PluginError: It is not what it must be.
    """
    try:
        found = Definitions.model_validate(data)
        for intent in found.intents:
            Effect(intent.effect)
            _check_slots(intent, len(found.types))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PluginError(f"plugin {plugin}: {where}: {first['msg']}", plugin=plugin) from error
    except ValueError as error:
        raise PluginError(f"plugin {plugin}: {error}", plugin=plugin) from error
    return found


def _check_slots(intent: IntentData, types: int) -> None:
    names = [slot.name for slot in intent.slots]
    if len(set(names)) < len(names) or any(slot.type >= types for slot in intent.slots):
        msg = f"{intent.name}: its slots are not what they must be"
        raise ValueError(msg)
    if not set(intent.critical) <= set(names):
        msg = f"{intent.name}: its critical slots are not parameters"
        raise ValueError(msg)
