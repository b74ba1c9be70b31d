"""How recognisers get sentences wrong, by chance: a word is added, lost, or taken for another."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from voiced.bench.sentences.material import CLEAN, Sentence
from voiced.spoken import sound_similarity

__all__ = ["MISTAKES", "with_mistakes"]

_ALIKE = 0.7
_STRAY = "really quickly again big old maybe there today kind of like very nice other".split()
_COMMON = """
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


def inserted(text: str, chance: random.Random) -> str:
    """A word is added that has nothing to do with it."""
    words = text.split()
    words.insert(chance.randint(0, len(words)), chance.choice(_STRAY))
    return " ".join(words)


def dropped(text: str, chance: random.Random) -> str:
    """A word is not heard."""
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
            for other in _COMMON
            if other != words[place] and sound_similarity(other, words[place]) > _ALIKE
        ]
        if alike:
            words[place] = chance.choice(alike)
            return " ".join(words)
    return text


def replaced(text: str, chance: random.Random) -> str:
    """One word becomes any other one."""
    words = text.split()
    words[chance.randrange(len(words))] = chance.choice(_COMMON)
    return " ".join(words)


def twice_wrong(text: str, chance: random.Random) -> str:
    """Two of the other mistakes."""
    for mistake in chance.sample([inserted, dropped, misheard], 2):
        text = mistake(text, chance)
    return text


Mistake = Callable[[str, random.Random], str]

MISTAKES: Mapping[str, Mistake] = {
    "by chance: inserted": inserted,
    "by chance: misheard": misheard,
    "by chance: dropped": dropped,
    "by chance: replaced": replaced,
    "by chance: two": twice_wrong,
}
"""What may happen to a sentence; the last is two of the first three."""


def with_mistakes(sentences: Iterable[Sentence], seed: int = 3) -> Iterator[Sentence]:
    """Every clean sentence with each of the mistakes; always the same ones for the same seed."""
    clean = [sentence for sentence in sentences if sentence.kind == CLEAN]
    for kind, mistake in MISTAKES.items():
        chance = random.Random(seed)  # noqa: S311 - no secret
        for sentence in clean:
            yield replace(sentence, kind=kind, text=mistake(sentence.text, chance))
