"""What an intent hands back: a reply with the things it named, and the way back of a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from voiced.slots import JsonValue
from voiced.spoken import one_line

__all__ = ["Entity", "Field", "FieldKind", "FileEntity", "Reply", "Undo"]


class Entity(Protocol):
    """A thing that a reply named and that the user may mean by "it" or "the second one"."""

    @property
    def kind(self) -> str: ...

    @property
    def spoken(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FileEntity:
    """A file or folder. ``kind`` is "folder" or the kind of file, such as "pdf" or "image"."""

    path: Path
    kind: str
    size_bytes: int
    created: datetime | None
    modified: datetime

    @property
    def spoken(self) -> str:
        """Its name as it is said: printable, on one line."""
        return one_line(self.path.name) or "no name"


FieldKind: TypeAlias = Literal["id", "address", "date", "number", "url", "path"]
"""What a typed value from outside is: it can be checked, and holds no sentence."""


@dataclass(frozen=True, slots=True)
class Field:
    """A typed value that a reply gives: a later call may take it, text around it may not."""

    kind: FieldKind
    value: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says, the entities it named, and data for ``--json`` and the model.

    ``is_aside``: it is no answer of its own ("okay"): "say that again" means the one before.
    ``fields``: the typed values in it, which a call that was planned may take. ``is_repeat``: it
    says again what was said before, and is trusted no more than that was. ``pointed``: which of the
    entities "it" means, counted from 0.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    data: Mapping[str, JsonValue] = dataclass_field(default_factory=dict[str, JsonValue])
    is_aside: bool = False
    fields: tuple[Field, ...] = ()
    is_repeat: bool = False
    pointed: int = 0


@dataclass(frozen=True, slots=True)
class Undo:
    """The inverse of a change: the name of an ``@undoes`` function and its JSON data."""

    operation: str
    data: Mapping[str, JsonValue]
