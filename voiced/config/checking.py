"""One section against its model: unknown keys, types, ranges. Pure."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from voiced.config.annotations import is_table, members, table_of, tables_of, takes_list, takes_text
from voiced.config.names import nearest, shown
from voiced.config.sections import SecretSource
from voiced.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["FromEnvironment", "check_tree"]

M = TypeVar("M", bound=BaseModel)

_LONGEST_NUMBER = 25
_EXPECTED = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "path_type": "must be a path in quotes",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "missing": "must be set",
}
_SIZED = {
    "too_short": "must have at least {min_length} in it",
    "too_long": "must have at most {max_length} in it",
}
_WHOLE = frozenset({"missing", "value_error", *_SIZED})
"""Kinds of mistake whose message needs no "not text" after it."""


class FromEnvironment(str):
    """Text of an environment variable, not yet of its key's type."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, text: str, variable: str) -> FromEnvironment:
        """Text of ``variable``."""
        self = super().__new__(cls, text)
        self.variable = variable
        return self


def check_tree(model: type[M], tree: Mapping[str, Any], at: tuple[str, ...], file: str) -> M:
    """An instance of ``model`` made of TOML values and text of the environment.

    Args:
        model: The section's model; unknown keys are errors whatever it says.
        tree: The section's table.
        at: The section's place: ("turns",).
        file: Named in errors.

    Raises:
        ConfigError: An unknown key, a wrong type, a value out of range.
    """
    plain = _plain_table(model, tree, at, file)
    try:
        return model.model_validate_json(json.dumps(plain, default=_as_text), strict=True)
    except ValidationError as error:
        raise _first_error(error, tree, at, file) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(file=file, key=".".join(at), reason="a value is too large") from error


def _plain_table(
    model: type[BaseModel], tree: Mapping[str, Any], at: tuple[str, ...], file: str
) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in tree.items():
        field = model.model_fields.get(key)
        if field is None:
            if model.model_config.get("extra") != "allow":
                raise _unknown_key(model, (*at, key), value, file)
            plain[key] = value
            continue
        inner, each = table_of(field.annotation), tables_of(field.annotation)
        if inner is not None and is_table(value):
            plain[key] = _plain_table(inner, value, (*at, key), file)
        elif each is not None and is_table(value):
            plain[key] = {
                name: _plain_table(each, table, (*at, key, name), file)
                if is_table(table)
                else table
                for name, table in value.items()
            }
        else:
            plain[key] = _plain_value(field.annotation, value, (*at, key), file)
    return plain


def _plain_value(annotation: Any, value: Any, at: tuple[str, ...], file: str) -> Any:
    if isinstance(value, FromEnvironment):
        return _converted(annotation, value)
    if isinstance(value, date | time) and takes_text(annotation):
        raise ConfigError(file=file, key=_dotted(at), reason="must be text in quotes")
    return value


def _converted(annotation: Any, text: FromEnvironment) -> Any:
    if takes_text(annotation):
        return _text_or_none(annotation, text)
    if not text.strip():
        return () if takes_list(annotation) else None
    if takes_list(annotation) and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",")]
    return _toml_value(text)


def _text_or_none(annotation: Any, text: str) -> str | None:
    is_empty_path = not text and Path in members(annotation)
    return None if is_empty_path else str(text)


def _toml_value(text: str) -> Any:
    for spelling in (text, text.lower()):
        try:
            table = tomllib.loads(f"value = {spelling}")
        except (ValueError, RecursionError):
            continue
        if len(table) == 1:
            return table["value"]
    return str(text)


def _as_text(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _unknown_key(model: type[BaseModel], at: tuple[str, ...], value: Any, file: str) -> ConfigError:
    variable = _variable(value)
    known = sorted(model.model_fields)
    guess = nearest(at[-1], known)
    place = (*at[:-1], guess)
    named = "VOICED_" + "__".join(place).upper() if variable else _dotted(place)
    mend = f"the nearest known key is {named}" if guess else f"known are {', '.join(known)}"
    where = "environment" if variable else file
    return ConfigError(file=where, key=variable or _dotted(at), reason="unknown key", mend=mend)


def _variable(value: Any) -> str:
    """The variable that set ``value``, or one of the keys inside of it."""
    if isinstance(value, FromEnvironment):
        return value.variable
    if is_table(value):
        return next((found for inner in value.values() if (found := _variable(inner))), "")
    return ""


def _first_error(
    error: ValidationError, tree: Mapping[str, Any], at: tuple[str, ...], file: str
) -> ConfigError:
    first = error.errors(include_url=False)[0]
    path = tuple(str(part) for part in first["loc"])
    value: Any = dict(tree)
    for depth, part in enumerate(path):
        if not is_table(value) or part not in value:
            is_missing = first["type"] == "missing"
            path = path if is_missing else path[:depth]
            break
        value = value[part]
    expected = _expected(first)
    mend = ""
    if first["type"] == "model_type" and first.get("ctx", {}).get("class_name") == (
        SecretSource.__name__
    ):
        mend = f'secrets are not in the file: {path[-1]} = {{ env = "NAME_OF_A_VARIABLE" }}'
    variable = value.variable if isinstance(value, FromEnvironment) else ""
    return ConfigError(
        file="environment" if variable else file,
        key=variable or _dotted((*at, *path)),
        reason=expected if first["type"] in _WHOLE else expected + _but_is(first["input"]),
        mend=mend,
    )


def _expected(first: ErrorDetails) -> str:
    """What would have been right."""
    kind = first["type"]
    if kind in _SIZED:
        return _SIZED[kind].format_map(first.get("ctx", {}))
    told = first["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return _EXPECTED.get(kind) or told


def _but_is(value: Any) -> str:
    """What was there instead; text is not repeated, for it may be a secret."""
    if isinstance(value, bool):
        return f", not {str(value).lower()}"
    if isinstance(value, int | float):
        text = str(value)
        return f", not {text}" if len(text) <= _LONGEST_NUMBER else ", not a number that long"
    names = {"str": "text", "list": "a list", "dict": "a table"}
    name = names.get(type(value).__name__)
    return f", not {name}" if name else ""


def _dotted(at: tuple[str, ...]) -> str:
    return ".".join(shown(part) for part in at)
