"""Utterances in which the talker stops to think and then goes on: nobody may cut in there.

The parts are spoken one by one, as if each were followed by a comma, and joined with real silence,
so that it is known to the sample where the pauses are.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import RATE_HZ
from voiced.bench.material.recipes import Recipe, shuffled, takes
from voiced.bench.material.studio import talker

if TYPE_CHECKING:
    from voiced.bench.material.utterances import Take

__all__ = ["LONGEST_S", "MEDIAN_S", "PAUSE_KINDS", "SHORTEST_S", "pauses"]

SHORTEST_S = 0.4
MEDIAN_S = 0.7
LONGEST_S = 1.5
"""How long pauses are, in seconds; they are drawn from a log-normal distribution."""

_SIGMA = 0.45
_SEED = 3003
_HERE = " ... "

_TEXTS = {
    "hesitation": (
        "rename the file to ... holiday pictures.",
        "I want to, um ... find the invoice.",
        "what is the weather ... in Berlin tomorrow?",
        "open the ... the budget for this year.",
        "set a timer for ... twelve minutes.",
        "send a message to ... my sister Anna.",
        "move the invoice to ... the tax folder.",
        "could you, uh ... read me the last letter?",
        "delete the ... no, keep the draft and delete the old copy.",
        "call the new folder ... winter in Norway.",
        "I was wondering if ... you could find my passport scan.",
        "remind me at ... quarter past four.",
        "how do I get to ... the central station?",
        "please play ... something by Miles Davis.",
        "the thing that I wanted ... is the other letter.",
        "what was the name of ... that restaurant in Lisbon?",
    ),
    "list": (
        "add milk ... eggs ... and bread.",
        "add apples ... and two lemons to the list.",
        "the guests are Anna ... Tom ... and Maria.",
        "copy the budget ... the invoice ... and the letter to the archive.",
        "I need a hammer ... some nails ... and a saw.",
        "water the roses ... the tulips ... and the herbs.",
        "we visit Rome on Monday ... Florence on Tuesday ... and Venice on Friday.",
        "turn off the kitchen light ... the radio ... and the heating.",
        "buy rice ... beans ... and a jar of honey.",
        "write down red ... green ... and dark blue.",
        "my favourites are jazz ... blues ... and sometimes opera.",
        "first close the window ... then lock the door.",
    ),
    "spelled": (
        "my name is spelled B ... U ... D.",
        "it is written with K ... R ... I ... S.",
        "the code is X ... seven ... T ... four.",
        "spell it M ... E ... Y ... E ... R.",
        "the folder is called T ... M ... P.",
        "her name is Joanne, J O ... double N ... E.",
        "the licence plate is B ... C D ... nine one two.",
        "search for the letters P ... D ... F.",
        "the last name is written L ... E ... E.",
        "the product key begins with Q ... R ... nine.",
    ),
    "number": (
        "my number is five five five ... zero one two ... eight.",
        "call zero three zero ... four four one ... nine two.",
        "the pin is four seven ... one nine.",
        "the order number is two two six ... eight zero four.",
        "it costs one hundred ... and twenty five euros.",
        "the date is the third of May ... nineteen ninety one.",
        "the account ends in nine nine ... three one.",
        "the room is on floor seven ... number seven one four.",
        "the postcode is one zero ... one one five.",
        "take three ... no, four spoons of flour.",
    ),
    "clause": (
        "if it rains tomorrow ... move the picnic to Sunday.",
        "when I get home ... turn on the heating.",
        "find the letter that I wrote ... when we were in Italy.",
        "because the meeting was cancelled ... I have time this afternoon.",
        "tell Anna that I am late ... and that she should start without me.",
        "before you delete anything ... make a copy of the folder.",
        "read me the message ... that came from the bank this morning.",
        "I would like to know ... whether the train is on time.",
        "although I said Monday ... Wednesday is better for me.",
        "after the news ... play the record from yesterday.",
        "unless somebody calls ... wake me at seven.",
        "the reason why I ask ... is that the file is gone.",
    ),
}

PAUSE_KINDS = tuple(_TEXTS)
"""Why somebody pauses."""


async def pauses(count: int = 300) -> tuple[Take, ...]:
    """Utterances with pauses of all kinds, by many talkers; ``Take.pauses`` says where.

    Raises:
        EngineError: The voice is missing or failed.
    """
    return await takes("pauses", count, _plan)


def _plan(count: int) -> list[Recipe]:
    chance = np.random.default_rng(_SEED)
    texts = [(kind, text.split(_HERE)) for kind, group in _TEXTS.items() for text in group]
    return [
        Recipe(
            kind,
            (*(f"{part}," for part in parts[:-1]), parts[-1]),
            talker(chance),
            tuple(_pause(chance) for _ in parts[1:]),
        )
        for kind, parts in islice(shuffled(texts, chance), count)
    ]


def _pause(chance: np.random.Generator) -> int:
    """The length of a pause, in samples."""
    while True:
        pause_s = chance.lognormal(math.log(MEDIAN_S), _SIGMA)
        if SHORTEST_S <= pause_s <= LONGEST_S:
            return round(pause_s * RATE_HZ)
