"""What an assistant answers, as text: for hearing whether it interrupts itself.

Some sentences hold the words that would stop it if a person said them.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from voiced.bench.material.recipes import shuffled

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["replies"]

_SEED = 3005
_MOST_SENTENCES = 4
_SLOT = re.compile(r"\{(\w+)\}")

_SLOTS = {
    "file": (
        *("the budget", "the shopping list", "the letter to Anna", "the invoice from March"),
        *("the holiday picture", "your travel plan", "the rental contract", "the old draft"),
    ),
    "folder": ("Documents", "Downloads", "Pictures", "the tax folder", "the archive", "Music"),
    "person": ("Anna", "Tom", "Maria", "Doctor Smith", "your sister", "the landlord", "Kenji"),
    "day": ("today", "tomorrow", "on Monday", "on Thursday", "next week", "on the third of May"),
    "time": ("half past seven", "ten o'clock", "a quarter to nine", "14:30", "noon", "6:45"),
    "number": ("two", "three", "five", "eleven", "twenty", "48", "107", "2,026"),
    "place": ("Berlin", "Lisbon", "the kitchen", "Rome", "the city centre", "Oslo", "Kyoto"),
    "weather": ("sunny", "cloudy", "rainy", "windy", "a little colder", "foggy in the morning"),
    "thing": ("milk", "a hammer", "stamps", "printer paper", "two lemons", "a new charger"),
    "topic": ("whales", "the moon", "bread", "the Alps", "jazz", "volcanoes", "chess", "bees"),
}

_SENTENCES = (
    "I renamed {file} to {thing}, as you said.",
    "I found {number} files in {folder}, and the newest one is {file}.",
    "There is nothing called {thing} in {folder}.",
    "I moved {file} to {folder}; say undo if that was wrong.",
    "It will be {weather} in {place} {day}.",
    "The high is {number} degrees, and the low is {number}.",
    "Your next meeting is {day} at {time} with {person}.",
    "{person} wrote at {time} and asks whether you are free {day}.",
    "I added {thing} to your list, which now has {number} items.",
    "The train to {place} leaves at {time} from platform {number}.",
    "It is {time} in {place} now.",
    "The timer is set for {number} minutes.",
    "Here is what I know about {topic}.",
    "People have been writing about {topic} for more than {number} hundred years.",
    "The first book about {topic} was printed in {place}.",
    "There is a small museum about {topic} in {place}, and it is open {day}.",
    "No, {person} has not answered yet.",
    "Stop by the shop before {time}, or it will be closed.",
    "Wait until {day}, because the price goes down by {number} euros.",
    "Yes, that is right, {file} is still in {folder}.",
    "Okay, I will remind you {day} at {time}.",
    "I see {number} messages, and the last one is from {person}.",
    "Actually, {file} was changed by {person} {day}.",
    "If you hold on to {thing}, you can use it again {day}.",
    "What time suits {person} better, {time} or noon?",
    "Shall I send {file} to {person}?",
    "The quiet road to {place} is {number} kilometres longer.",
    "In {place} it takes about {number} minutes on foot.",
    "You asked for {thing} {number} times this month.",
    "The loudest sound ever made by {topic} was heard {number} miles away.",
    "{person} says never to mind the noise from {place}.",
    "There are {number} kinds of {topic}, and no two are alike.",
    "I could not open {file}, because another program is using it.",
    "The copy of {file} is in {folder}, and the original is where it was.",
    "That makes {number} euros and {number} cents in all.",
    "To get to {place}, turn left after {number} metres and go on until you see the church.",
    "My notes say that {person} likes {topic}.",
    "Once upon a time there was a king in {place} who loved {topic}.",
    "He kept {number} horses, and he never said a word before {time}.",
    "The recipe needs {number} grams of flour and {thing}.",
    "Let it rest for {number} minutes, then put it into the oven.",
    "I did not find anything about {topic} from {day}.",
)


def replies(count: int) -> tuple[str, ...]:
    """So many replies of one to four sentences, no two alike; the same ones every time."""
    return tuple(islice(_replies(), count))


def _replies() -> Iterator[str]:
    chance = np.random.default_rng(_SEED)
    sentences = shuffled(_SENTENCES, chance)
    told: set[str] = set()
    while True:
        wanted = int(chance.integers(1, _MOST_SENTENCES + 1))
        reply = " ".join(_filled(sentence, chance) for sentence in islice(sentences, wanted))
        if reply not in told:
            told.add(reply)
            yield reply


def _filled(sentence: str, chance: np.random.Generator) -> str:
    def choose(slot: re.Match[str]) -> str:
        values = _SLOTS[slot[1]]
        return values[int(chance.integers(len(values)))]

    filled = _SLOT.sub(choose, sentence)
    return filled[0].upper() + filled[1:]
