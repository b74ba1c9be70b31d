"""What is wrong with a value, and the limits of a schema."""

from __future__ import annotations

from typing import Any

import pytest
from cases import every

from voiced.errors import PluginError
from voiced.planning.schema import LIST_LIMIT, TEXT_LIMIT, bounded, mistake

_MAIL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "minLength": 1, "maxLength": 20},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "share": {"type": "number"},
        "side": {"type": "string", "enum": ["left", "right"]},
        "when": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2},
        "is_new": {"type": "boolean"},
        "kind": {"const": "mail"},
        "deep": {"type": "object", "properties": {"x": {"type": ["integer", "null"]}}},
    },
    "required": ["from"],
    "additionalProperties": False,
}


@every(
    ("more", "wrong"),
    [
        ({}, ""),
        ({"count": 3, "share": 0.5, "side": "left", "when": None, "tags": ["a"]}, ""),
        ({"is_new": True, "kind": "mail", "deep": {"x": None, "y": 1}, "count": 3.0}, ""),
        ({"from": 3}, "from must be of type string"),
        ({"from": ""}, "from must have at least 1 characters"),
        ({"from": "x" * 21}, "from must have at most 20 characters"),
        ({"count": 0}, "count must be at least 1"),
        ({"count": 10}, "count must be at most 9"),
        ({"count": 1.5}, "count must be of type integer"),
        ({"count": True}, "count must be of type integer"),
        ({"share": float("nan")}, "share must be of type number"),
        ({"side": "up"}, 'side must be one of "left", "right"'),
        ({"when": 3}, "when must be of type string"),
        ({"tags": []}, "tags must have at least 1 items"),
        ({"tags": ["a", "b", "c"]}, "tags must have at most 2 items"),
        ({"tags": ["a", 3]}, "tags[1] must be of type string"),
        ({"is_new": 1}, "is_new must be of type boolean"),
        ({"kind": "page"}, 'kind must be "mail"'),
        ({"deep": {"x": "a"}}, "deep.x must be of type integer or null"),
        ({"other": 1}, "other is not known; known are: "),
    ],
)
def test_a_mistake_names_the_place_and_what_was_expected(more: Any, wrong: str) -> None:
    found = mistake({"from": "anna", **more}, _MAIL)
    assert found.startswith(wrong)
    assert bool(found) == bool(wrong)


@pytest.mark.parametrize(
    ("value", "wrong"),
    [({}, "from is missing"), ([], "the value must be of type object"), (None, "the value must")],
)
def test_a_value_that_is_no_such_object(value: Any, wrong: str) -> None:
    assert mistake(value, _MAIL).startswith(wrong)


def test_what_is_without_limits_gets_some() -> None:
    schema = {
        "type": "object",
        "properties": {
            "summary": {"type": "string"},
            "short": {"type": "string", "maxLength": 10},
            "long": {"type": "string", "maxLength": 10**6},
            "dates": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        },
    }
    exact = bounded(schema)
    assert exact["required"] == ["summary", "short", "long", "dates"]
    assert exact["additionalProperties"] is False
    fits = {"summary": "x" * TEXT_LIMIT, "short": "x", "long": "x", "dates": [None]}
    assert not mistake(fits, exact)
    for name, value in (
        ("summary", "x" * (TEXT_LIMIT + 1)),
        ("short", "x" * 11),
        ("long", "x" * (TEXT_LIMIT + 1)),
        ("dates", [None] * (LIST_LIMIT + 1)),
        ("dates", ["x" * (TEXT_LIMIT + 1)]),
    ):
        assert mistake({**fits, name: value}, exact).startswith(name)


@every(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "object", "properties": {}},
        {"type": "array"},
        {"type": ["string", "null"]},
        {"type": "object", "properties": {"a": {}}},
        {"type": "array", "items": {"type": "object"}},
    ],
)
def test_a_schema_that_lets_anything_through_is_refused(schema: Any) -> None:
    with pytest.raises(PluginError):
        bounded(schema)


def test_a_schema_that_is_nested_without_end_is_refused() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(9):
        schema = {"type": "array", "items": schema}
    with pytest.raises(PluginError, match="too deeply"):
        bounded(schema)
