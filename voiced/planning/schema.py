"""JSON schemas, as far as tools and answers need them: what is wrong with a value; limits. Pure.

Keywords that are not known here are not checked. A mistake names the place and what was expected,
and never the value: that may be anybody's text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from voiced.errors import PluginError

__all__ = ["LIST_LIMIT", "TEXT_LIMIT", "bounded", "mistake"]

TEXT_LIMIT = 600
LIST_LIMIT = 30
_DEPTH_LIMIT = 6

Schema: TypeAlias = Mapping[str, Any]


def mistake(value: object, schema: Schema, place: str = "") -> str:
    """The first thing that is wrong with a value, in a sentence's words; empty where it fits."""
    for choices in (schema.get("anyOf"), schema.get("oneOf")):
        if choices:
            found = [mistake(value, choice, place) for choice in choices]
            if all(found):
                return found[0]
    if "enum" in schema and value not in schema["enum"]:
        return _must(place, f"be one of {_listed(schema['enum'])}")
    if "const" in schema and value != schema["const"]:
        return _must(place, f"be {json.dumps(schema['const'])}")
    kinds = schema.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    if kinds and not any(_is_a(value, kind) for kind in kinds):
        return _must(place, f"be of type {' or '.join(kinds)}")
    return _inside(value, schema, place)


def _inside(value: object, schema: Schema, place: str) -> str:
    match value:
        case bool():
            return ""
        case str():
            return _text(value, schema, place)
        case int() | float():
            return _number(value, schema, place)
        case list() | tuple():
            return _array(cast("Sequence[Any]", value), schema, place)
        case Mapping():
            return _object(cast("Mapping[str, Any]", value), schema, place)
        case _:
            return ""


def _must(place: str, what: str) -> str:
    return f"{place or 'the value'} must {what}"


def _listed(values: Sequence[object]) -> str:
    shown = ", ".join(json.dumps(value, default=str) for value in values[:12])
    return f"{shown}, ..." if len(values) > 12 else shown  # noqa: PLR2004


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    ),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, Mapping),
}


def _is_a(value: object, kind: str) -> bool:
    known = _KINDS.get(kind)
    is_whole = kind == "integer" and isinstance(value, float) and value.is_integer()
    return known is None or known(value) or is_whole


def _text(value: str, schema: Schema, place: str) -> str:
    if len(value) < schema.get("minLength", 0):
        return _must(place, f"have at least {schema['minLength']} characters")
    if len(value) > schema.get("maxLength", math.inf):
        return _must(place, f"have at most {schema['maxLength']} characters")
    return ""


def _number(value: float, schema: Schema, place: str) -> str:
    if value < schema.get("minimum", -math.inf):
        return _must(place, f"be at least {schema['minimum']}")
    if value > schema.get("maximum", math.inf):
        return _must(place, f"be at most {schema['maximum']}")
    return ""


def _array(value: Sequence[Any], schema: Schema, place: str) -> str:
    if len(value) < schema.get("minItems", 0):
        return _must(place, f"have at least {schema['minItems']} items")
    if len(value) > schema.get("maxItems", math.inf):
        return _must(place, f"have at most {schema['maxItems']} items")
    items = schema.get("items")
    found = (mistake(item, items, f"{place}[{at}]") for at, item in enumerate(value) if items)
    return next((each for each in found if each), "")


def _object(value: Mapping[str, Any], schema: Schema, place: str) -> str:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    where = f"{place}." if place else ""
    for name in schema.get("required", ()):
        if name not in value:
            return f"{where}{name} is missing"
    unknown = [name for name in value if name not in properties]
    if unknown and schema.get("additionalProperties") is False:
        known = ", ".join(properties) or "none"
        return f"{where}{unknown[0][:40]} is not known; known are: {known}"
    found = (
        mistake(each, properties[name], f"{where}{name}")
        for name, each in value.items()
        if name in properties
    )
    return next((each for each in found if each), "")


def bounded(schema: Schema, *, text_limit: int = TEXT_LIMIT, depth: int = 0) -> dict[str, Any]:
    """A schema with limits: every text and list has a longest, every object its names.

    Raises:
        PluginError: It is nested too deeply, or lets anything through.
    """
    if depth > _DEPTH_LIMIT:
        raise PluginError("the schema of an answer is nested too deeply")
    limits = (text_limit, depth + 1)
    if "anyOf" in schema:
        return {**schema, "anyOf": [_inner(each, *limits) for each in schema["anyOf"]]}
    if "enum" in schema or "const" in schema:
        return dict(schema)
    match schema.get("type"):
        case "string":
            return {**schema, "maxLength": min(schema.get("maxLength", text_limit), text_limit)}
        case "array" if "items" in schema:
            most = min(schema.get("maxItems", LIST_LIMIT), LIST_LIMIT)
            return {**schema, "maxItems": most, "items": _inner(schema["items"], *limits)}
        case "object" if schema.get("properties"):
            inner = {name: _inner(each, *limits) for name, each in schema["properties"].items()}
            names = {"required": list(inner), "additionalProperties": False}
            return {**schema, "properties": inner, **names}
        case "number" | "integer" | "boolean" | "null":
            return dict(schema)
        case _:
            reason = "the schema of an answer must say what each part of it is"
            raise PluginError(reason, mend="give type, and items or properties")


def _inner(schema: Schema, text_limit: int, depth: int) -> dict[str, Any]:
    return bounded(schema, text_limit=text_limit, depth=depth)
