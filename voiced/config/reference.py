"""Every key with its type, default, description and variable: the reference of voiced.toml."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from voiced.config.annotations import is_table, table_of, tables_of, type_name
from voiced.config.sections import Config

__all__ = ["Row", "as_toml", "describe", "markdown"]

_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}

_HEADER = """\
# Configuration

`voiced.toml` lies in your configuration folder (`~/.config/voiced/voiced.toml` on Linux); another
one is named by `voiced --config PATH` or the variable `VOICED_CONFIG`. There need not be one:
every key has a default.

An environment variable goes before the file. It is written as in the file, but text needs no
quotes, and a list may be words with commas between them. Unknown sections, keys and variables are
errors, and so is a value of the wrong type. Secrets are never in the file: a `key` table names
the variable (`env`) or the command (`command`) that they come from.

`voiced doctor` prints the value of every key and where it came from.

<!-- Written by `python -m voiced.cli.reference`; do not edit. -->
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One key. ``type`` and ``default`` are as a user writes them; empty: no default."""

    section: str
    key: str
    type: str
    default: str
    description: str
    env: str


def describe(plugins: Mapping[str, type[BaseModel]] | None = None) -> tuple[Row, ...]:
    """Every key of the core, and of the plugins given by name and ``Settings`` model."""
    return tuple(
        row
        for name, model in _models(plugins or {}).items()
        for row in _rows(name, "", model, _defaults(model))
    )


def markdown(plugins: Mapping[str, type[BaseModel]] | None = None) -> str:
    """The reference as a page: one table for each section."""
    parts = [_HEADER]
    models = _models(plugins or {})
    rows = describe(plugins)
    for name, model in models.items():
        parts += _section(name, model, [row for row in rows if row.section == name])
        for key, field in model.model_fields.items():
            inner = tables_of(field.annotation)
            if inner is not None:
                place = f"{name}.{key}.NAME"
                parts += _section(place, inner, [*_rows(place, "", inner, _defaults(inner))])
    return "\n".join(parts)


def _section(name: str, model: type[BaseModel], rows: Sequence[Row]) -> list[str]:
    intro = (model.__doc__ or "").split("\n\n", 1)[0].replace("\n", " ").strip()
    head = "| key | type | default | what it is | variable |\n|---|---|---|---|---|"
    return [f"## [{name}]\n\n{intro}\n", head, *(_line(row) for row in rows), ""]


def as_toml(value: Any) -> str:
    """A value as it is written in voiced.toml; None, which TOML lacks, is "not set"."""
    if value is None:
        return "not set"
    if isinstance(value, Path):
        return json.dumps(str(value))
    if isinstance(value, tuple | list):
        return "[" + ", ".join(as_toml(item) for item in cast("Sequence[Any]", value)) + "]"
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_defaults=True)
    if is_table(value):
        items = ", ".join(f"{_key(key)} = {as_toml(item)}" for key, item in value.items())
        return f"{{ {items} }}" if items else "{}"
    return json.dumps(value, default=str, ensure_ascii=False)


def _key(key: str) -> str:
    is_bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
    return key if is_bare else json.dumps(key, ensure_ascii=False)


def _models(plugins: Mapping[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    core = {
        name: model
        for name, field in Config.model_fields.items()
        if (model := table_of(field.annotation)) is not None
    }
    return {**core, **{name: plugins[name] for name in sorted(plugins)}}


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    return {
        name: field.get_default(call_default_factory=True, validated_data={})
        for name, field in model.model_fields.items()
    }


def _rows(
    section: str, prefix: str, model: type[BaseModel], defaults: Mapping[str, Any]
) -> Iterator[Row]:
    for name, field in model.model_fields.items():
        inner = table_of(field.annotation)
        default = defaults.get(name)
        if inner is not None:
            values = default.model_dump() if isinstance(default, BaseModel) else _defaults(inner)
            yield from _rows(section, f"{prefix}{name}.", inner, values)
            continue
        key = prefix + name
        variable = "__".join(("VOICED", *section.split("."), *key.split("."))).upper()
        variable = variable.replace("VOICED__", "VOICED_", 1)
        text = "" if field.is_required() else as_toml(default)
        yield Row(section, key, _type(field), text, field.description or "", variable)


def _type(field: FieldInfo) -> str:
    bounds = [
        f"{words} {value}"
        for limit in field.metadata
        for bound, words in _BOUNDS.items()
        if (value := getattr(limit, bound, None)) is not None
    ]
    return ", ".join([type_name(field.annotation), *bounds])


def _line(row: Row) -> str:
    cells = (f"`{row.key}`", row.type, f"`{row.default}`", row.description, f"`{row.env}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
