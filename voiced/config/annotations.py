"""What a key's annotation says: is it a table, does it take text, how is it called. Pure."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel

__all__ = ["is_table", "members", "table_of", "tables_of", "takes_list", "takes_text", "type_name"]

_NAMES: dict[Any, str] = {
    str: "text",
    Path: "path",
    int: "whole number",
    float: "number",
    bool: "true or false",
    dict: "table",
}


def is_table(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value of the file is a table; the keys of TOML tables are strings."""
    return isinstance(value, dict)


def members(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of a union without None, or the annotation itself."""
    if get_origin(annotation) is Annotated:
        return members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return tuple(member for part in parts for member in members(part))
    return (annotation,)


def table_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a key that is a table itself."""
    for member in members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            return member
    return None


def tables_of(annotation: Any) -> type[BaseModel] | None:
    """The model of each of a key's tables, where it holds tables by name."""
    for member in members(annotation):
        if get_origin(member) is dict:
            return table_of(get_args(member)[1])
    return None


def takes_text(annotation: Any) -> bool:
    """Whether the key's value is text as it stands: a string, a path, a choice of words."""
    return any(
        member in (str, Path) or get_origin(member) is Literal for member in members(annotation)
    )


def takes_list(annotation: Any) -> bool:
    """Whether the key's value is a list."""
    return any((get_origin(member) or member) in (tuple, list) for member in members(annotation))


def type_name(annotation: Any) -> str:
    """The type as a user reads it: "whole number", "'a' or 'b'", "list of text"."""
    return " or ".join(_member_name(member) for member in members(annotation))


def _member_name(member: Any) -> str:
    if get_origin(member) is Literal:
        return " or ".join(f'"{word}"' for word in get_args(member))
    if takes_list(member):
        return "list of " + type_name((get_args(member) or (str,))[0])
    return _NAMES.get(get_origin(member) or member, "text")
