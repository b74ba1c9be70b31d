"""The slot type of things that have names and exist now: contacts, tabs, lists. By sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from voiced.slots.base import Candidate, SlotContext
from voiced.spoken import normalise, one_line, phonemes, sound_similarity, spoken_forms

__all__ = ["Named", "named"]

T = TypeVar("T")

_LEAST = 0.68
_LEAST_ALIKE, _POOL, _MOST = 0.4, 60, 10
_PART, _UNLIKE = 0.95, 0.93
"""What a part of a name counts, and a name that only sounds like it: "joan" where John is known."""

_PART_LETTERS, _PART_WORDS = 3, 6
_FORMS = 2
_EMPTY_WORDS = frozenset("a an and at by for from in my of on or the to".split())
_SPECIAL = str.maketrans(dict.fromkeys("\\()[]{}<>|;:", " "))


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """Things with names, found by how the name or a part of it sounds. Made by ``named``."""

    name: str
    things: Callable[[SlotContext], Iterable[T]]
    called: Callable[[T], str]

    @property
    def is_open(self) -> bool:
        """No: other words are not taken."""
        return False

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A string: the name or a part of it."""
        return {"type": "string", "minLength": 1, "description": f"the name of a {self.name}"}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names, and the parts of them that say something."""
        said = [form for thing in self.things(context) for form, _ in _forms(self.called(thing))]
        return tuple(dict.fromkeys(said))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[T]]:
        """The things whose names sound like it, best first, at most ten.

        Names that are the same, or of which the same part was said, score the same.
        """
        words = " ".join(normalise(said))
        if not words:
            return ()
        things = list(self.things(context))
        forms = [
            (form, weight, index)
            for index, thing in enumerate(things)
            for form, weight in _forms(self.called(thing))
        ]
        best: dict[int, float] = {}
        for form, weight, index in _alike(words, forms):
            score = weight * (1.0 if words == form else _UNLIKE * sound_similarity(words, form))
            best[index] = max(score, best.get(index, 0.0))
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        return [
            Candidate(things[index], one_line(self.called(things[index])), score)
            for index, score in ranked[:_MOST]
            if score >= _LEAST
        ]


@lru_cache(maxsize=8192)
def _forms(name: str) -> tuple[tuple[str, float], ...]:
    """How a name may be said, and what that counts: all of it, or one or more of its words."""
    whole = [form.translate(_SPECIAL) for form in spoken_forms(one_line(name))[:_FORMS]]
    words = whole[0].split() if whole else []
    parts: list[str] = []
    if 1 < len(words) <= _PART_WORDS:
        parts = [" ".join(words[:end]) for end in range(1, len(words))] + words[1:]
    telling = (part for part in parts if len(part) >= _PART_LETTERS and part not in _EMPTY_WORDS)
    parted = [(part, _PART) for part in dict.fromkeys(telling)]
    return (*((form, 1.0) for form in whole), *parted)


def _alike(said: str, forms: list[tuple[str, float, int]]) -> Iterable[tuple[str, float, int]]:
    """Those forms that may sound like it; a rough and fast choice."""
    if len(forms) <= _POOL:
        return forms
    found = process.extract(
        _sound(said),
        [_sound(form) for form, _, _ in forms],
        scorer=Levenshtein.normalized_similarity,
        processor=None,
        score_cutoff=_LEAST_ALIKE,
        limit=_POOL,
    )
    return [forms[index] for _, _, index in found]


def _sound(words: str) -> str:
    return "".join(map(phonemes, words.split()))


def named(
    name: str, things: Callable[[SlotContext], Iterable[T]], called: Callable[[T], str] = str
) -> Named[T]:
    """A slot type of things with names, such as contacts or open tabs.

    Args:
        name: What templates call it: ``{contact}``.
        things: Those that there are now; called in a worker, and only reads.
        called: The name of a thing, as it is written.
    """
    return Named(name, things, called)
