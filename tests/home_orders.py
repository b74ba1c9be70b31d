"""A grammar of home commands, and its sentences."""

from __future__ import annotations

import random

from voiced.grammar import Grammar, ListPhrases
from voiced.stages import WordGraph

ROOMS = "kitchen|bedroom|living room|bathroom|office|hallway|garage|garden|cellar"
TEMPLATES = {
    "light.on": [
        "(turn|switch) on [all] [the] [{room}] (light|lights)",
        "(turn|switch) [the] [{room}] (light|lights) on",
        "(turn|switch) on [the] (light|lights) in the {room}",
    ],
    "light.off": [
        "(turn|switch) off [all] [the] [{room}] (light|lights)",
        "(turn|switch) [the] [{room}] (light|lights) off",
    ],
    "light.dim": ["(dim|set) [the] [{room}] (light|lights) to {percent} percent"],
    "light.colour": ["(make|turn) [the] {room} (light|lights) {colour}"],
    "heat.set": [
        "set [the] [{room}] (temperature|heating) to {percent} degrees",
        "make [the] {room} (warmer|cooler)",
    ],
    "heat.ask": ["(what is|how warm is it|tell me) [the temperature] in [the] {room}"],
    "door.lock": ["(lock|close) [the] {door} door"],
    "door.unlock": ["(unlock|open) [the] {door} door"],
    "blind.open": ["(open|raise) [the] [{room}] (blinds|curtains)"],
    "blind.close": ["(close|lower) [the] [{room}] (blinds|curtains)"],
    "music.play": ["play [some] {music} [music] [in the {room}]"],
    "music.stop": ["(stop|pause) [the] music [in the {room}]"],
    "volume.up": ["(turn|make) [the] (music|volume) (up|louder)"],
    "volume.down": ["(turn|make) [the] (music|volume) (down|quieter)"],
    "timer.start": ["(set|start) [a] timer for {percent} minutes"],
    "timer.stop": ["(cancel|stop) [the] timer"],
    "list.add": ["(add|put) {item} (to|on) [the] shopping list"],
    "list.read": ["(what is|read me what is) on [the] shopping list"],
    "fan": ["(start|stop) [the] fan in [the] {room}"],
    "vacuum": ["(vacuum|clean) [the] {room}", "send [the] vacuum [cleaner] home"],
    "weather": ["(what is|how is|tell me) the weather [like] (today|tomorrow)"],
    "alarm": ["wake me [up] at {percent} [o'clock]", "(arm|disarm) the alarm"],
}
LISTS = {
    "room": ListPhrases(ROOMS.split("|")),
    "percent": ListPhrases("five|ten|fifteen|twenty|thirty|forty|fifty|sixty|ninety".split("|")),
    "colour": ListPhrases("red|green|blue|warm white|purple|orange".split("|")),
    "door": ListPhrases("front|back|garage|cellar|balcony".split("|")),
    "music": ListPhrases("jazz|classical|rock|piano|country|soul|christmas".split("|")),
    "item": ListPhrases("milk|bread|butter|apples|tomatoes|coffee|rice|eggs|cheese".split("|")),
}


def grammar() -> Grammar:
    return Grammar.from_templates(TEMPLATES, LISTS)


def sentences(graph: WordGraph, count: int, seed: int = 1) -> list[str]:
    """Random sentences of a graph, each one once."""
    following: dict[int, list[tuple[str | None, int]]] = {}
    for arc in graph.arcs:
        following.setdefault(arc.source, []).append((arc.word, arc.target))
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        state, words = graph.start, []
        while state != graph.final:
            word, state = chance.choice(following[state])
            words.extend([word] if word else [])
        found[" ".join(words)] = None
    return list(found)
