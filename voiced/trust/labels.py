"""How far a value may be trusted, and who may hear it. Pure.

A value from outside keeps its label until code says on purpose that the label no longer matters:
a ``Labelled`` has no text form, so that losing its label by accident is an error.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

__all__ = ["EXTERNAL", "USER", "Integrity", "Label", "Labelled", "Origin", "Secrecy"]

S = TypeVar("S")
T = TypeVar("T")


class Integrity(enum.IntEnum):
    """Who may have shaped a value; the lower, the less it is trusted."""

    EXTERNAL = 0
    """Anybody: mail, pages, names and contents of files, clipboard, output of other programs; and
    whatever a model made after it saw such text.
    """
    CONTACT = 1
    """The user's address book."""
    CONFIG = 2
    """The user's configuration, the clock, the assistant itself."""
    USER = 3
    """The user said it."""


class Secrecy(enum.IntEnum):
    """Who may learn of a value."""

    PUBLIC = 0
    PRIVATE = 1
    SECRET = 2


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: the intent that gave it, the thing it belongs to, the field."""

    tool: str
    object_id: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """The trust of a value. A value made of several has the lowest integrity of them all."""

    integrity: Integrity
    secrecy: Secrecy = Secrecy.PRIVATE
    origins: frozenset[Origin] = frozenset()

    def join(self, *others: Label) -> Label:
        """The label of a value that was made of all of these."""
        labels = (self, *others)
        return Label(
            min(label.integrity for label in labels),
            max(label.secrecy for label in labels),
            frozenset(origin for label in labels for origin in label.origins),
        )

    @property
    def is_external(self) -> bool:
        """Whether anybody may have shaped it."""
        return self.integrity is Integrity.EXTERNAL


USER = Label(Integrity.USER)
EXTERNAL = Label(Integrity.EXTERNAL)


@dataclass(frozen=True, slots=True, repr=False)
class Labelled(Generic[T]):
    """A value that cannot be printed, joined to a text or sent without looking at its label."""

    _value: T
    label: Label

    def reveal(self) -> T:
        """The bare value: for code that has decided by the label, or keeps it beside the value."""
        return self._value

    def map(self, function: Callable[[T], S]) -> Labelled[S]:
        """What a function makes of it: the label stays."""
        return Labelled(function(self._value), self.label)

    def __repr__(self) -> str:
        return f"Labelled(<{type(self._value).__name__}>, {self.label.integrity.name})"

    def __str__(self) -> NoReturn:
        raise TypeError("a labelled value has no text: reveal() it where its label was looked at")

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("a labelled value has no text: reveal() it where its label was looked at")
