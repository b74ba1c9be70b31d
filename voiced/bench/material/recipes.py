"""From what is to be said to takes: in a fixed order, each set made once in a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import numpy as np

from voiced.audio import Samples
from voiced.bench.material.studio import Studio, studio, talker
from voiced.bench.material.utterances import Take, Word, at_talking_level, joined, trimmed
from voiced.stages import Voice

__all__ = ["Recipe", "said_whole", "shuffled", "takes"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One take to be made: parts said by ``voice`` with ``gaps`` of silence, or a sound.

    Gaps are in samples, one fewer than there are parts. ``sound`` makes the sound instead; a part
    is then one word, as long as all of it.
    """

    kind: str
    parts: tuple[str, ...] = ()
    voice: Voice = field(default_factory=lambda: Voice("", "espeak"))
    gaps: tuple[int, ...] = ()
    sound: Callable[[], Samples] | None = None


_made: dict[str, tuple[Take, ...]] = {}


async def takes(name: str, count: int, plan: Callable[[int], Sequence[Recipe]]) -> tuple[Take, ...]:
    """The first ``count`` takes of a set; a smaller count is the beginning of a larger one.

    Args:
        name: Of the set; it is made once, and again when more of it is wanted.
        count: How many.
        plan: So many recipes of the set, from its beginning.

    Raises:
        EngineError: The voice is missing or failed.
    """
    made = _made.get(name, ())
    if len(made) < count:
        async with studio() as room:
            made = tuple([await _take(recipe, room) for recipe in plan(count)])
        _made[name] = made
    return made[:count]


async def _take(recipe: Recipe, room: Studio) -> Take:
    if recipe.sound is not None:
        samples = at_talking_level(recipe.sound())
        words = [Word(part, 0, len(samples)) for part in recipe.parts]
        return Take(recipe.kind, trimmed(samples, words))
    parts = [await room.say(part, recipe.voice) for part in recipe.parts]
    utterance, pauses = joined(parts, recipe.gaps)
    return Take(recipe.kind, utterance, pauses, recipe.voice.name)


def said_whole(texts: Mapping[str, Sequence[str]], seed: int, count: int) -> list[Recipe]:
    """So many texts of all kinds, each said in one go by one of the talkers."""
    chance = np.random.default_rng(seed)
    pairs = [(kind, text) for kind, group in texts.items() for text in group]
    return [
        Recipe(kind, (text,), talker(chance))
        for kind, text in islice(shuffled(pairs, chance), count)
    ]


def shuffled(items: Sequence[T], chance: np.random.Generator) -> Iterator[T]:
    """All items in an order by chance, then all again in another one, for ever."""
    while True:
        for index in chance.permutation(len(items)):
            yield items[int(index)]
