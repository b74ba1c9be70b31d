"""What a slot type is: spoken words in, typed candidates out. No slot type lives here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

__all__ = ["Candidate", "JsonValue", "SlotContext", "SlotType"]

T_co = TypeVar("T_co", covariant=True)
S = TypeVar("S")

JsonValue: TypeAlias = (
    "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)


class SlotContext(Protocol):
    """What a slot type may know while it lists or resolves words."""

    @property
    def now(self) -> datetime:
        """The user's local time, with its zone."""
        ...

    def settings(self, kind: type[S]) -> S:
        """The plugin's own settings, validated; ``kind`` is the plugin's ``Settings`` class."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T_co]):
    """One thing that the words may mean.

    ``spoken`` names it in a question; ``score`` in [0, 1] says how well the words fit.
    """

    value: T_co
    spoken: str
    score: float = 1.0


class SlotType(Protocol[T_co]):
    """The type of a slot. Both methods run in a worker thread and must only read.

    ``name`` is what templates call it: ``{file}`` or ``{file:source}``. ``is_open`` says that
    words outside ``phrases`` are taken too (a new file name). ``json_schema`` is the type of the
    slot in the model's tool.
    """

    @property
    def name(self) -> str: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def json_schema(self) -> Mapping[str, Any]: ...

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """Words that may be said now, as hassil templates; they bias the recogniser."""
        ...

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[T_co]]:
        """What the words mean, best first; none means that they do not fit.

        Candidates whose scores lie within ``dispatch.AMBIGUITY`` of the best are asked about.
        """
        ...
