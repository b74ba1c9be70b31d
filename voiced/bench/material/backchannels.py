"""What is heard over a reply and must not end it: nods that can be heard, coughs, doors."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from voiced.bench.material.recipes import Recipe, shuffled, takes
from voiced.bench.material.studio import talker
from voiced.testing.sounds import NOISES

if TYPE_CHECKING:
    from voiced.bench.material.utterances import Take

__all__ = ["BACKCHANNEL_KINDS", "backchannels"]

_WORDS = ("mhm", "uh huh", "yeah", "right", "okay", "I see", "oh", "hmm", "yep", "sure")
_HUM = "mhm"
_SOUNDS = (_HUM, "cough", "cough", "laugh", "laugh", "breath", "sneeze", "door slam")

BACKCHANNEL_KINDS = tuple(dict.fromkeys((*_WORDS, *_SOUNDS)))
"""What may be heard; the kind of a spoken one is its words."""

_SEED = 3002


async def backchannels(count: int = 200) -> tuple[Take, ...]:
    """Spoken ones by many talkers, and noises that have no words.

    Raises:
        EngineError: The voice is missing or failed.
    """
    return await takes("backchannels", count, _plan)


def _plan(count: int) -> list[Recipe]:
    chance = np.random.default_rng(_SEED)
    kinds = [*((word, True) for word in _WORDS), *((sound, False) for sound in _SOUNDS)]
    chosen = islice(shuffled(kinds, chance), count)
    return [
        Recipe(kind, (f"{kind},",), talker(chance)) if is_spoken else _noise(kind, number)
        for number, (kind, is_spoken) in enumerate(chosen)
    ]


def _noise(kind: str, number: int) -> Recipe:
    """A noise, each time another one; a hum with closed lips is written down as a word."""
    return Recipe(kind, (kind,) if kind == _HUM else (), sound=partial(NOISES[kind], number))
