"""Slot types for the parameters of AgentDojo's tools: exact values, since a model writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, ClassVar, get_args, get_origin

from voiced.plugin import TEXT, Candidate, SlotContext, SlotType

__all__ = ["slot_type", "written"]


@dataclass(frozen=True, slots=True)
class _Exact:
    """A number or a truth value, written as JSON or Python writes it."""

    name: str
    of: type
    is_open: ClassVar[bool] = True

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """The JSON type of that name."""
        return {"type": {int: "integer", float: "number", bool: "boolean"}[self.of]}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """None: nobody speaks to this grammar."""
        return ()

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Any]]:
        """The value, if the words are one."""
        try:
            value = said.lower() == "true" if self.of is bool else self.of(float(said))
        except ValueError:
            return ()
        return (Candidate(value, said),)


@dataclass(frozen=True, slots=True)
class _Several:
    """Several values, as a JSON list."""

    name: ClassVar[str] = "several"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {"type": "array", "items": {"type": "string"}}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """None: nobody speaks to this grammar."""
        return ()

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Any]]:
        """The list; words that are no list are its only value."""
        try:
            values = json.loads(said) if said.startswith("[") else [said]
        except json.JSONDecodeError:
            return ()
        spoken = ", ".join(v if isinstance(v, str) else json.dumps(v) for v in values)
        return (Candidate(values, spoken),)


def slot_type(annotation: Any) -> SlotType[Any]:
    """The slot type for the annotation of a tool's parameter."""
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
    kind = annotation if get_origin(annotation) is list else kinds[0]
    if get_origin(kind) is list:
        return _Several()
    if kind in (int, float, bool):
        return _Exact(kind.__name__, kind)
    return TEXT


def written(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as a model writes them for these slot types: a file of a list as its id."""
    return {name: _written(value) for name, value in arguments.items()}


def _written(value: Any) -> Any:
    match value:
        case [{"file_id": _}, *_]:
            return [str(each["file_id"]) for each in value]
        case _:
            return value
