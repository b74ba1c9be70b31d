"""The built-in slot types of plain values: text, numbers, places in a row, a few known words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from voiced.slots.base import Candidate, SlotContext
from voiced.slots.hearing import hear
from voiced.spoken import (
    NUMBER_VOCABULARY,
    ORDINALS,
    normalise,
    parse_number,
    parse_ordinal,
    sound_similarity,
    written_address,
)

__all__ = ["ADDRESS", "BELOW_HUNDRED", "NUMBER", "ORDINAL", "TEXT", "Choice", "choice"]

T = TypeVar("T")

_ONES = "(one|two|three|four|five|six|seven|eight|nine)"
_TEENS = "(ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_TENS = "(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
BELOW_HUNDRED = f"({_ONES}|{_TEENS}|{_TENS} [{_ONES}])"
"""The template of one to ninety nine."""
_BELOW_THOUSAND = f"([(a|{_ONES}) hundred [and]] {BELOW_HUNDRED}|(a|{_ONES}) hundred)"


class _Text:
    """Any words: a note, a question, a name that nobody knows yet."""

    name = "text"
    is_open = True
    json_schema: Mapping[str, Any] = {"type": "string", "minLength": 1}

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: any words will do."""
        return ()

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:  # noqa: ARG002
        """The words themselves, in their own spelling."""
        text = said.strip()
        return (Candidate(text, text),) if text else ()


class _Number:
    """A number: an int where it is whole, else a float."""

    name = "number"
    is_open = False
    json_schema: Mapping[str, Any] = {"type": "number"}

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """From zero to 999, and whole thousands to nine thousand with a rest."""
        return (
            f"(zero|[{_ONES} thousand [and]] {_BELOW_THOUSAND}|(a|{_ONES}) thousand)",
            f"{BELOW_HUNDRED} point (zero|{_ONES}) [(zero|{_ONES})]",
            f"{_ONES} and a half",
        )

    def resolve(
        self,
        said: str,
        context: SlotContext,  # noqa: ARG002
    ) -> Sequence[Candidate[int | float]]:
        """The number; words that only sound like a number count too."""
        exact = parse_number(said)
        if exact is not None:
            return (Candidate(exact, " ".join(normalise(said))),)
        heard = hear(said, _NUMBER_VOCABULARY)
        value = parse_number(heard.words) if heard else None
        if heard is None or value is None:
            return ()
        return (Candidate(value, " ".join(heard.words), heard.score),)


_NUMBER_VOCABULARY = NUMBER_VOCABULARY | {"half", "quarter", "quarters", "couple", "of"}


class _Ordinal:
    """A place in a row, counted from 1; -1 is the last, -2 the one before it."""

    name = "ordinal"
    is_open = False
    json_schema: Mapping[str, Any] = {
        "type": "integer",
        "description": "a place in a row, from 1; -1 is the last",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """The first twenty, the last, and the last but one."""
        first = "|".join(word for word, value in ORDINALS.items() if value <= 20)  # noqa: PLR2004
        counted = f"({_ONES}|{_TEENS}|twenty)"
        last = "last|(second|third|next) to last|last but (one|two)"
        return (f"[the] ({first}|{last}) [one]", f"number {counted}")

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[int]]:  # noqa: ARG002
        """The place; words that only sound like one count too."""
        text = said.strip()
        if re.fullmatch(r"-[1-9]|[1-9]\d{0,5}", text):
            return (Candidate(int(text), text),)
        heard = hear(said, _ORDINAL_VOCABULARY)
        value = parse_ordinal(heard.words) if heard else None
        return (Candidate(value, " ".join(heard.words), heard.score),) if heard and value else ()


_ORDINAL_VOCABULARY = NUMBER_VOCABULARY | {
    *ORDINALS, "but", "end", "from", "hundredth", "last", "next", "number", "one", "the", "to",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One of a few known words. Made by ``choice``."""

    name: str
    values: Mapping[str, T]
    least: ClassVar[float] = 0.65

    @property
    def is_open(self) -> bool:
        """No: other words are not taken."""
        return False

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A string of the words as they were given."""
        return {"type": "string", "enum": list(self.values)}

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """The words, as they are said."""
        return tuple(dict.fromkeys(" ".join(normalise(word)) for word in self.values))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[T]]:  # noqa: ARG002
        """The values whose words sound like what was said, best first."""
        words = normalise(said)
        exact = [each for each in self.values if normalise(each) == words]
        if exact:
            return (Candidate(self.values[exact[0]], exact[0]),)
        scored = sorted(
            ((sound_similarity(said, word), word) for word in self.values),
            key=lambda pair: -pair[0],
        )
        found: list[Candidate[T]] = []
        for score, word in scored:
            value = self.values[word]
            if score >= self.least and all(other.value != value for other in found):
                found.append(Candidate(value, word, score))
        return found


def choice(name: str, values: Mapping[str, T]) -> Choice[T]:
    """A slot type of a few words: ``choice("side", {"left": -1, "right": 1})``.

    Args:
        name: What templates call it: ``{side}``.
        values: What may be said, and what each means; several words may mean the same.

    Raises:
        ValueError: There are no words, or one that cannot be said.
    """
    unsayable = [word for word in values if not normalise(word)]
    if unsayable or not values:
        raise ValueError(f"choice {name!r}: cannot be said: {unsayable or 'no words given'}")
    return Choice(name, dict(values))


class _Address:
    """An address of mail or of the web, as it is written: "github dot com" is "github.com"."""

    name = "address"
    is_open = True
    json_schema: Mapping[str, Any] = {
        "type": "string",
        "minLength": 1,
        "description": "an address of mail or of a web page: example.org/docs",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: addresses are not known before."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether the words are an address at all."""
        is_likely = " dot " in said or "localhost" in said or "." in said
        return is_likely and written_address(said) is not None

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:  # noqa: ARG002
        """The address, as it is written."""
        found = written_address(said)
        return (Candidate(found, found),) if found else ()


TEXT = _Text()
ADDRESS = _Address()
NUMBER = _Number()
ORDINAL = _Ordinal()
