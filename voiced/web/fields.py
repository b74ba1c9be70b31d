"""Keys of voiced.toml as fields of a form, and what was typed there as values. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from voiced.config import Config, Loaded, Row, SecretSource, Source
from voiced.config.annotations import members, table_of, tables_of, takes_list
from voiced.config.editing import KeyValue

__all__ = ["Field", "Kind", "changed", "fields_of", "parsed", "sections_of"]

Kind: TypeAlias = Literal["choice", "switch", "number", "text", "list", "words", "fixed"]
"""How a value is typed in; ``fixed`` is only shown."""

_NO_SECRET = "it says where a secret comes from: change it in the file"  # noqa: S105 - a sentence
_TABLE = "a table of tables: change it in the file"


@dataclass(frozen=True, slots=True)
class Field:
    """One key.

    Attributes:
        row: What the reference says of it.
        kind: How it is typed in.
        value: What is in force, as it is typed in; of a switch "yes" or "no".
        source: Where that comes from.
        options: What can be chosen.
        why_fixed: Why it cannot be changed here; empty: it can.
    """

    row: Row
    kind: Kind
    value: str
    source: Source
    options: tuple[str, ...] = ()
    why_fixed: str = ""

    @property
    def name(self) -> str:
        """Section and key, as a form names it."""
        return f"{self.row.section}.{self.row.key}"

    @property
    def label(self) -> str:
        """The key in words: "barge in ms"."""
        return self.row.key.replace("_", " ").replace(".", ": ")

    @property
    def is_set(self) -> bool:
        """Whether the file has it."""
        return self.source == "file"


def sections_of(plugins: Mapping[str, type[BaseModel]]) -> Mapping[str, type[BaseModel]]:
    """The sections of the core and of these plugins, by name."""
    core = {
        name: model
        for name, field in Config.model_fields.items()
        if (model := table_of(field.annotation)) is not None
    }
    return {**core, **{name: plugins[name] for name in sorted(plugins)}}


def fields_of(
    model: type[BaseModel], section: BaseModel, rows: Mapping[str, Row], loaded: Loaded
) -> tuple[Field, ...]:
    """The fields of a section as it is in force.

    Args:
        model: The section's model.
        section: Its values.
        rows: What the reference says, by key ("key.env" for a key of a table).
        loaded: Says where values come from.
    """
    return tuple(_fields("", model, section, rows, loaded))


def _fields(
    prefix: str,
    model: type[BaseModel],
    section: BaseModel,
    rows: Mapping[str, Row],
    loaded: Loaded,
) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        value: Any = getattr(section, name)
        inner = table_of(info.annotation)
        if inner is not None and isinstance(value, BaseModel):
            yield from _fields(f"{prefix}{name}.", inner, value, rows, loaded)
            continue
        row = rows.get(prefix + name)
        if row is not None:
            yield _field(row, info, value, loaded, is_secret=issubclass(model, SecretSource))


def _field(row: Row, info: FieldInfo, value: Any, loaded: Loaded, *, is_secret: bool) -> Field:
    source = _source(loaded, f"{row.section}.{row.key}")
    kind, options = _kind(info.annotation)
    why = ""
    if is_secret:
        why = _NO_SECRET
    elif source == "environment":
        why = f"the variable {row.env} sets it: change it there"
    elif kind == "fixed":
        why = _TABLE
    shown = _hidden(row, value) if is_secret else _shown(kind, value)
    return Field(row, kind, shown, source, options, why)


def _hidden(row: Row, value: str) -> str:
    """The name of a variable; of a command only that there is one, for it may hold anything."""
    return value if row.key.endswith(".env") else ("a command is set" if value else "")


def _source(loaded: Loaded, name: str) -> Source:
    for key, source in loaded.sources.items():
        if source != "default" and (key == name or key.startswith(f"{name}.")):
            return source
    return "default"


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    parts = members(annotation)
    if tables_of(annotation) is not None:
        return "fixed", ()
    words = [part for part in parts if get_origin(part) is Literal]
    if words:
        return "choice", tuple(str(word) for word in get_args(words[0]))
    if any((get_origin(part) or part) is dict for part in parts):
        is_plain = all(get_args(part)[1:] == (str,) for part in parts if get_origin(part) is dict)
        return ("words" if is_plain else "fixed"), ()
    if takes_list(annotation):
        return "list", ()
    if bool in parts:
        return "switch", ()
    return ("number" if {int, float} & set(parts) else "text"), ()


def _shown(kind: Kind, value: Any) -> str:
    match kind:
        case "switch":
            return "yes" if value else "no"
        case "list" | "fixed":
            return "\n".join(str(each) for each in value)
        case "words":
            return "\n".join(f"{word} = {said}" for word, said in value.items())
        case "number":
            return "" if value is None else f"{value:.12g}"
        case _:
            return "" if value is None else str(value)


def changed(fields: tuple[Field, ...], typed: Mapping[str, str]) -> dict[str, KeyValue | None]:
    """The keys whose typed text is not the value in force; None: to be taken out.

    Raises:
        ValueError: A text cannot be a value of its key; the message names the key.
    """
    found: dict[str, KeyValue | None] = {}
    for field in fields:
        text = typed.get(field.name)
        if text is None or field.why_fixed:
            continue
        text = _plain(text)
        if text != _plain(field.value):
            found[field.row.key] = parsed(field, text)
    return found


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").strip().split("\n"))


def parsed(field: Field, text: str) -> KeyValue | None:
    """A typed text as a value of its key; None where an emptied field means its default.

    Raises:
        ValueError: It cannot be one.
    """
    match field.kind:
        case "switch":
            return text == "yes"
        case "number":
            return _number(field, text) if text else None
        case "list":
            return tuple(line for line in text.split("\n") if line)
        case "words":
            return _words(field, text)
        case _:
            return text or None


def _number(field: Field, text: str) -> float:
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        return int(plain) if field.row.type.startswith("whole number") else float(plain)
    except ValueError:
        raise ValueError(f"{field.name}: must be a {field.row.type.split(',')[0]}") from None


def _words(field: Field, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.split("\n"):
        word, equals, said = (part.strip() for part in line.partition("="))
        if line and not (equals and word):
            raise ValueError(f"{field.name}: write each line as WORD = HOW IT IS SAID")
        if line:
            found[word] = said
    return found
