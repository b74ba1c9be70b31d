"""A grammar of home commands, its sentences, and how people and recognisers get them wrong."""

from __future__ import annotations

import random

from voiced.grammar import Grammar, ListPhrases
from voiced.spoken import sound_similarity
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
STRAY = "really quickly again big old maybe there today kind of like very nice other".split()
COMMON = """
about across after air all arm back bake ball band bank bare bath beach bean bear beat bed bell big
bill bite black blend blind blow blue boat bore bought bowl box boy brake brew bright broom buy cake
call came can car card care case cat cell chair chase cheap chin class clean clear cling clock close
coat cold cool corner cost count cow crack cream dark day deal deck dim dine door draw dream drop
ear fan far fast feel fend few fight fill find fine fire fish five floor flour fold food fort four
frame free front full gain game gap garden get glass gold grain grape gray great green guess hall
hand hat heat hide hill hold hole house jazz kitten knight lake lamp last lease leave let lice lid
life light like line list load lock long look loud lower made mail make mall mask may meal mean
meet mice mild mile milk mine mint moon muse music nap near neck nice night noise note oil over own
pace paint pan park part past pause peas pick pin place plain plan play please pool pray press price
quite race rain raise rate red rice ride right ring road rock roll room rose said sail sale same
sand save say sea seat seed sell send set shake shape sheep shop short shut sit skate sky sleep
slow small smell snow sock soul spell spin spot stair stay steal step stock stone stop store
strain street suit sun sweet switch table tail take tall tank tape team tell ten test thin thing
three tide tie tile time timber toe torn town trade train tray tree trick truck try turn vine voice
wait wake walk wall warm watch wave way weak wear well west wheel white wide wild wind wine wing
wish wood word work world write wrong yard year yellow
""".split()


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


def inserted(text: str, chance: random.Random) -> str:
    words = text.split()
    words.insert(chance.randint(0, len(words)), chance.choice(STRAY))
    return " ".join(words)


def dropped(text: str, chance: random.Random) -> str:
    words = text.split()
    del words[chance.randrange(len(words))]
    return " ".join(words)


def misheard(text: str, chance: random.Random) -> str:
    """One word becomes another one that sounds like it, where the list has such a one."""
    words = text.split()
    places = list(range(len(words)))
    chance.shuffle(places)
    for place in places:
        alike = [
            other
            for other in COMMON
            if other != words[place] and sound_similarity(other, words[place]) > 0.7
        ]
        if alike:
            words[place] = chance.choice(alike)
            return " ".join(words)
    return text


def replaced(text: str, chance: random.Random) -> str:
    """One word becomes any other one."""
    words = text.split()
    words[chance.randrange(len(words))] = chance.choice(COMMON)
    return " ".join(words)


def twice_wrong(text: str, chance: random.Random) -> str:
    """Two of the other mistakes."""
    for mistake in chance.sample([inserted, dropped, misheard], 2):
        text = mistake(text, chance)
    return text
