"""A plugin's section of voiced.toml, on its way to the plugin's process and checked there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from voiced.plugin_host.wire import decode, encode, is_list, is_table

__all__ = ["SectionReport", "section_of", "section_to_data"]

_VARIABLE = "$variable"


@dataclass(frozen=True, slots=True)
class SectionReport:
    """A section as its plugin read it: each key with its value as TOML, and the paths in it."""

    values: tuple[tuple[str, str], ...] = ()
    paths: tuple[Path, ...] = ()

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> SectionReport:
        """The report of ``section_of``'s row."""
        values = tuple((str(key), str(value)) for key, value in row["values"])
        return cls(values, tuple(Path(path) for path in row["paths"]))


def section_to_data(section: Any) -> Any:
    """A table as it was read, as JSON types; text of the environment stays known as such."""
    if is_table(section):
        return {key: section_to_data(each) for key, each in section.items()}
    if is_list(section):
        return [section_to_data(each) for each in section]
    variable = getattr(section, "variable", None)
    if isinstance(section, str) and variable is not None:
        return {_VARIABLE: str(variable), "text": str.__str__(section)}
    return encode(section)


def _from_data(data: Any) -> Any:
    from voiced.config.checking import FromEnvironment  # noqa: PLC0415 - in the child, if needed

    if is_list(data):
        return [_from_data(each) for each in data]
    if not is_table(data):
        return data
    if _VARIABLE in data:
        return FromEnvironment(data["text"], data[_VARIABLE])
    if "$" in data:
        return decode(data)
    return {key: _from_data(each) for key, each in data.items()}


def section_of(
    name: str, model: type[Any] | None, data: Mapping[str, Any], file: str
) -> tuple[Any, dict[str, Any]]:
    """The plugin's settings, and what ``SectionReport`` is made of.

    Raises:
        ConfigError: The section has a mistake.
    """
    if model is None:
        return None, {"values": [], "paths": []}
    from voiced.config.checking import check_tree  # noqa: PLC0415 - in the child, if needed
    from voiced.config.reference import as_toml, describe  # noqa: PLC0415

    settings: Any = check_tree(model, _from_data(data), (name,), file)
    keys = [row.key for row in describe({name: model}) if row.section == name]
    values = [[key, as_toml(_value(settings, key))] for key in keys]
    return settings, {"values": values, "paths": [str(path) for path in _paths(settings)]}


def _value(settings: Any, key: str) -> Any:
    for part in key.split("."):
        settings = getattr(settings, part)
    return settings.model_dump() if hasattr(settings, "model_dump") else settings


def _paths(settings: object) -> list[Path]:
    found: list[Path] = []
    for value in vars(settings).values():
        members = cast("Sequence[Any]", value) if isinstance(value, tuple) else (value,)
        found += [member for member in members if isinstance(member, Path)]
    return found
