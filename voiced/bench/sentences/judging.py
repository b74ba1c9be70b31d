"""Whether a sentence was understood: the right intent, and slots that mean the same values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from voiced.bench.sentences.material import OUTSIDE, House, Sentence
from voiced.dispatch.resolve import AMBIGUITY
from voiced.dispatch.rivals import AS_CHEAP, MOST_ASKED, MOST_TRIED
from voiced.errors import IntentError
from voiced.grammar import Match
from voiced.plugin import Intent, normalise

__all__ = ["Found", "Judge", "Verdict"]

Verdict: TypeAlias = Literal["right", "wrong", "refused", "asked", "misasked"]
"""``asked``: done once the user says yes, or which of several; ``misasked``: asked in vain."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a matcher made of a sentence."""

    intent: str
    slots: Mapping[str, str]


class Judge:
    """Compares what was found with what was meant, by the values that the slot types give.

    A match whose slots mean nothing ("open the window": there is no such file) is refused, since
    nothing would be done. Where words may mean several values, all of them are the answer.
    """

    def __init__(self, intents: tuple[Intent, ...], house: House) -> None:
        self._intents = {intent.name: intent for intent in intents}
        self._house = house

    def nearest(self, matches: Sequence[Match]) -> Found | None:
        """What the dispatcher would take: of those that fit equally well, one that can be done."""
        near = [each for each in matches if each.rank[0] - matches[0].rank[0] <= AS_CHEAP]
        found = [Found(each.intent, each.slots) for each in near]
        can_be_done = (each for each in found if self._values(each.intent, each.slots) is not None)
        return next(can_be_done, found[0] if found else None)

    def verdict(self, sentence: Sentence, found: Found | None) -> Verdict:
        """Right where it means what it should; for what is no order, right is to refuse."""
        values = self._values(found.intent, found.slots) if found else None
        if sentence.kind == OUTSIDE:
            return "right" if values is None else "wrong"
        if found is None or values is None:
            return "refused"
        meant = self._values(sentence.intent, sentence.slots or {})
        if meant is None:
            raise ValueError(f"{sentence.text!r}: its slots mean nothing here")
        return "right" if (found.intent, values) == (sentence.intent, meant) else "wrong"

    def verdict_of_guesses(self, sentence: Sentence, guesses: Sequence[Found]) -> Verdict:
        """What the dispatcher would do with them: a single one that only reads is done at once."""
        known = {repr((each.intent, values)): each for each, values in self._known(guesses)}
        if not 0 < len(known) <= MOST_ASKED or len(guesses) > MOST_TRIED:
            return self.verdict(sentence, None)
        found = list(known.values())
        if len(found) == 1 and self._intents[found[0].intent].effect.only_reads:
            return self.verdict(sentence, found[0])
        is_among = any(self.verdict(sentence, each) == "right" for each in found)
        return "asked" if is_among and sentence.kind != OUTSIDE else "misasked"

    def _known(self, guesses: Sequence[Found]) -> Iterator[tuple[Found, dict[str, Any]]]:
        for each in guesses:
            values = self._values(each.intent, each.slots)
            if values is not None:
                yield each, values

    def _values(self, name: str, slots: Mapping[str, str]) -> dict[str, Any] | None:
        """For each slot what its words may mean; None where some mean nothing, or are refused."""
        intent = self._intents.get(name)
        if intent is None:
            return dict(slots)
        values: dict[str, Any] = {}
        for slot, words in slots.items():
            try:
                candidates = intent.slots[slot].type.resolve(words, self._house)
            except IntentError:
                return None
            near = [
                each.value for each in candidates if candidates[0].score - each.score < AMBIGUITY
            ]
            if not near or near == [()]:
                return None
            values[slot] = near if len(near) > 1 else _plain(near[0])
        return values


def _plain(value: Any) -> Any:
    """Text without regard to case and to how it was spelled: "Milk" is "milk"."""
    if isinstance(value, str):
        return normalise(value)
    return tuple(_plain(each) for each in value) if _is_row(value) else value


def _is_row(value: Any) -> bool:
    return isinstance(value, tuple)
