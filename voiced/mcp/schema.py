"""The JSON schema of a tool's arguments to slots. Pure; what has no slot type is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from voiced.mcp.slots import FLAG, Figure, Several
from voiced.plugin import TEXT, Slot, choice, normalise

__all__ = ["Parameter", "UnfitSchema", "parameters"]

_MOST_PARAMETERS = 24
_MOST_CHOICES = 50
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_CHOICE = re.compile(r"[\w][\w .:/+-]{0,39}")
_MOST_CHOICE_WORDS = 3
_WORDS_OF_SCHEMA = ("anyOf", "oneOf", "allOf", "not", "if")
_LOCAL = re.compile(r"#/(?:\$defs|definitions)/([\w.-]{1,80})")


class UnfitSchema(Exception):
    """A schema that has no slots; the message says why, in our own words."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a tool, by its own name, and the slot that fills it."""

    name: str
    slot: Slot


def parameters(schema: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The parameters of a tool. An optional one that has no slot type is left out.

    Raises:
        UnfitSchema: One that is required has none, or the schema is none.
    """
    if schema.get("type", "object") != "object":
        raise UnfitSchema("its arguments are no object")
    if any(word in schema for word in _WORDS_OF_SCHEMA):
        raise UnfitSchema("its arguments are not a plain list of parameters")
    properties = _table(schema.get("properties", {}), "its parameters are no table")
    required = schema.get("required", [])
    if not isinstance(required, list):
        raise UnfitSchema("its list of required parameters is none")
    needed = frozenset(map(str, cast("Sequence[object]", required)))
    if not needed <= properties.keys():
        raise UnfitSchema("it requires a parameter that it does not describe")
    if len(properties) > _MOST_PARAMETERS:
        raise UnfitSchema(f"it has more than {_MOST_PARAMETERS} parameters")
    found = [_parameter(name, properties[name], needed, schema) for name in properties]
    kept = tuple(each for each in found if each is not None)
    if len({each.slot.name for each in kept}) < len(kept):
        raise UnfitSchema("two of its parameters have the same name for us")
    return kept


def _parameter(
    name: str, described: object, needed: frozenset[str], schema: Mapping[str, Any]
) -> Parameter | None:
    is_required = name in needed
    try:
        if _NAME.fullmatch(name) is None:
            raise UnfitSchema("the name of a parameter cannot be used")
        slot_type, may_be_null = _slot_type(described, schema)
    except UnfitSchema:
        if is_required:
            raise
        return None
    said = name.replace("-", "_").lower()
    said = f"{said}_" if said == "context" else said
    return Parameter(name, Slot(said, slot_type, is_required and not may_be_null))


def _slot_type(described: object, schema: Mapping[str, Any]) -> tuple[Any, bool]:
    """The slot type, and whether null will do, too."""
    table = _resolved(described, schema)
    options = table.get("anyOf", table.get("oneOf"))
    if isinstance(options, list):
        tables = [_resolved(option, schema) for option in cast("Sequence[object]", options)]
        rest = [option for option in tables if option.get("type") != "null"]
        if len(rest) != 1:
            raise UnfitSchema("a parameter may be of several types")
        return _plain_type(rest[0], schema), len(rest) < len(tables)
    kinds: object = table.get("type")
    if isinstance(kinds, list):
        listed = cast("list[object]", kinds)
        named = [kind for kind in listed if kind != "null"]
        if len(named) != 1:
            raise UnfitSchema("a parameter may be of several types")
        return _plain_type({**table, "type": named[0]}, schema), len(named) < len(listed)
    return _plain_type(table, schema), False


def _plain_type(table: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    if "enum" in table or "const" in table:
        return _choice(table.get("enum", [table.get("const")]))
    match table.get("type"):
        case "string":
            return TEXT
        case "boolean":
            return FLAG
        case "integer" | "number" as kind:
            least, most = _bound(table, "minimum", -math.inf), _bound(table, "maximum", math.inf)
            return Figure(least, most, is_whole=kind == "integer")
        case "array":
            inner, _ = _slot_type(table.get("items"), schema)
            if isinstance(inner, Several):
                raise UnfitSchema("a parameter is a list of lists")
            return Several(inner)
        case "object":
            raise UnfitSchema("a parameter is an object")
        case _:
            raise UnfitSchema("a parameter has no type that is known")


def _choice(options: object) -> Any:
    """A choice of words. They are the server's own, so they may not hold a sentence."""
    listed: Sequence[object] = cast("list[object]", options) if isinstance(options, list) else ()
    if not 0 < len(listed) <= _MOST_CHOICES:
        raise UnfitSchema(f"a parameter has no choices, or more than {_MOST_CHOICES}")
    values = {_word(option): option for option in listed if option is not None}
    said = {normalise(word) for word in values}
    if not values or len(said) < len(values):
        raise UnfitSchema("two choices of a parameter sound the same")
    return choice("choice", values)


def _word(option: object) -> str:
    if not isinstance(option, str | int) or isinstance(option, bool):
        raise UnfitSchema("a choice of a parameter is neither a word nor a whole number")
    word = str(option)
    is_short = _CHOICE.fullmatch(word) and len(word.split()) <= _MOST_CHOICE_WORDS
    if not is_short or not normalise(word):
        raise UnfitSchema("a choice of a parameter is no word or two")
    return word


def _bound(table: Mapping[str, Any], key: str, default: float) -> float:
    value: object = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
        raise UnfitSchema(f"the {key} of a parameter is no number")
    return min(max(float(value), -1e18), 1e18) if math.isfinite(value) else default


def _resolved(described: object, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table itself, or the one in the same schema that it refers to, once."""
    table = _table(described, "the schema of a parameter is none")
    reference: object = table.get("$ref")
    if reference is None:
        return table
    found = _LOCAL.fullmatch(reference) if isinstance(reference, str) else None
    if found is None:
        raise UnfitSchema("a parameter refers to another schema")
    shared: object = schema.get("$defs", schema.get("definitions"))
    target = _table(shared, "a parameter refers to nothing").get(found[1])
    return _table(target, "a parameter refers to nothing")


def _table(value: object, why_not: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnfitSchema(why_not)
    return cast("Mapping[str, Any]", value)
