"""A choice of many words that the language model is told of in one line, not word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from voiced.plugin import Candidate, Choice, SlotContext

__all__ = ["Brief"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Brief(Generic[T]):
    """``choice`` as it is, but for its schema."""

    choice: Choice[T]
    description: str

    @property
    def name(self) -> str:
        """What templates call it."""
        return self.choice.name

    @property
    def is_open(self) -> bool:
        """No: other words are not taken."""
        return self.choice.is_open

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A string, described."""
        return {"type": "string", "description": self.description}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The words, as they are said."""
        return self.choice.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[T]]:
        """The values whose words sound like what was said."""
        return self.choice.resolve(said, context)
