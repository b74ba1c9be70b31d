"""What it costs to leave out, add or replace a word of an order: the tables of the aligner.

A cost of 0 is a word said as it stands; about 1.5 is a word that matters, lost. Words that turn
an order round (not, off, all) and numbers are never cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from voiced.spoken import FILLERS, phonemes, sound_similarity

__all__ = [
    "Sounds",
    "absorbed",
    "added",
    "exchanged",
    "importance",
    "is_decisive",
    "led_in",
    "left_out",
    "negates",
    "strayed",
]

_FUNCTION = frozenset(
    (
        "a an the my your our his her its their this that these those some any of to for in at "
        "by with from and i i'd i'm me you we it it's is are was were be do does did can could "
        "would will shall may should has have had there here as into onto about like want need "
        "let let's us which one"
    ).split()
)
_LEAD_IN = frozenset(
    (
        "a able be can could do for give hand i i'd i'll i'm like love need me mind might shall "
        "should to try us want wanna will would you go ahead and let let's"
    ).split()
)
_TURNING = frozenset(
    (
        "on off not no none never don't doesn't all every everything nothing without except "
        "only undo yes up down"
    ).split()
)
"""Words that turn an order round: nothing else is taken for one of them."""

_COUNTING = frozenset(
    (
        "cancel stop zero one two three four five six seven eight nine "
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
        "thirty forty fifty sixty seventy eighty ninety hundred thousand million half"
    ).split()
)
"""Words that decide as much, and that only a word that means nothing else is taken for."""

_ASKING = frozenset("how what what's when where where's which who who's whose why".split())

_LITTLE = (
    frozenset("a an the my your our his her its their this that these those some any".split()),
    frozenset("to at in into of for from by with as about".split()),
    frozenset("i me we us you it".split()),
    frozenset("is are was were be do does did have had".split()),
)
"""Little words of a kind: one of them may have been another."""

_NEGATIONS = frozenset("not no none never don't doesn't nothing without except".split())
_DECISIVE = _TURNING | _COUNTING
_DIRECTIONS = frozenset("on up down".split())
_REPORTING = frozenset(
    (
        "had has have been was were is are am did he she they his her their who whose when if "
        "because that"
    ).split()
)
"""Words before an order by which it is rather told than given: "I have to", "she was"."""

_PASSED_OVER = FILLERS - frozenset(
    "please thanks kindly uh uhm um er erm ah eh hm hmm mm mhm".split()
)

_SAID_OF_ANYTHING = (
    frozenset(
        (
            "add begin bring call change check close copy create delete do find fetch get give go "
            "have help hear how keep leave let look made make move need open pause play please "
            "put read remove run say see send set show start switch take talk tell thing turn "
            "use want today tonight tomorrow yesterday morning afternoon evening night day week "
            "month year time minutes minute hours hour monday tuesday wednesday thursday friday "
            "saturday sunday last next more less"
        ).split()
    )
    | _COUNTING
)
"""Words that are said of all kinds of things: they tell but half of what an order is about."""

_ADVERBS = frozenset(
    (
        "again ever even just kind maybe now once perhaps quite rather so somehow soon sort still "
        "then there too very well yet"
    ).split()
)

_FILLER_COST = 0.02
_FUNCTION_ADDED, _FUNCTION_LEFT_OUT = 0.35, 0.45
_CONTENT_ADDED, _CONTENT_LEFT_OUT = 1.3, 1.3
_DECISIVE_COST = 4.0
_ABSORBED_COST, _ABSORBED_FILLER_COST = 0.1, 0.01
_FUNCTION_IMPORTANCE = 0.4
_LITTLE_TOLD, _PARTLY_TOLD = 0.1, 0.5

_LEAST_SIMILAR = 0.65
_LEAST_SIMILAR_SHAPE = 0.55
_CANDIDATES = 32
_SHAPES = str.maketrans("iIeAa@ouYWObdgvzSZCJ0mN", "VVVVVVVVVVVptkfsssssfnn")
"""Phonemes that are often confused become one, to find candidates fast."""

_REPLACED, _REPLACED_PER_SOUND = 0.08, 2.2
_SAME_STEM_COST, _POSSESSIVE_COST = 0.3, 0.05
_KNOWN_COST, _COUNTING_COST = 0.25, 0.3
"""What it costs more if the said word has a place elsewhere, or the other one decides."""

_LEAST_SIMILAR_COUNT = 0.75
_EXCHANGED_COST = 0.5
_MOST_JOINED = 0.45
_ADDED_DIRECTION = 0.6
_STEM = re.compile(r"(?:ing|ed|es|s)$")
_LEAST_STEM = 3
_SHORT = 4


def importance(word: str) -> float:
    """What a word that fits counts for, in [0, 1]."""
    if word in FILLERS:
        return 0.0
    return _FUNCTION_IMPORTANCE if word in _FUNCTION and word not in _DECISIVE else 1.0


def is_decisive(word: str) -> bool:
    """Whether an order is another one without the word: on, off, all, stop, numbers."""
    return word in _DECISIVE


def negates(said: Iterable[str]) -> bool:
    """Whether one of the words turns an order into its contrary: not, never, without."""
    return not _NEGATIONS.isdisjoint(said)


def telling(word: str) -> float:
    """How much a word tells of which order it is, in [0, 1]."""
    if word in FILLERS:
        return 0.0
    if word in _ASKING or word in _TURNING or importance(word) < 1:
        return _LITTLE_TOLD
    return _PARTLY_TOLD if word in _SAID_OF_ANYTHING else 1.0


def added(word: str) -> float:
    """Cost of a word that was said and stands in no template."""
    if word in FILLERS:
        return _FILLER_COST
    if word in _DIRECTIONS:
        return _ADDED_DIRECTION
    if word in _DECISIVE:
        return _DECISIVE_COST
    return _FUNCTION_ADDED if word in _FUNCTION else _CONTENT_ADDED


def strayed(word: str, *, is_first: bool) -> float:
    """Cost of a word that may have been added at will; adverbs ask for nothing else."""
    cost = led_in(word) if is_first else added(word)
    is_adverb = word in _ADVERBS or (len(word) > _SHORT and word.endswith("ly"))
    return min(cost, _FUNCTION_ADDED) if is_adverb else cost


def led_in(word: str) -> float:
    """Cost of a word that was said before the order began: "could you", "i want you to"."""
    if word in _LEAD_IN:
        return _FILLER_COST
    return max(_CONTENT_ADDED, added(word)) if word in _REPORTING else added(word)


def exchanged(said: str, word: str) -> float:
    """Cost of one little word for another: "move it at the archive"."""
    is_alike = any(said in kind and word in kind for kind in _LITTLE)
    return _EXCHANGED_COST if is_alike else _DECISIVE_COST


def left_out(word: str) -> float:
    """Cost of a template's word that was not said."""
    if word in FILLERS:
        return _FILLER_COST
    if word in _DECISIVE:
        return _DECISIVE_COST
    return _FUNCTION_LEFT_OUT if word in _FUNCTION else _CONTENT_LEFT_OUT


def absorbed(word: str) -> float:
    """Cost of a word that an open slot takes though no phrase has it."""
    return _ABSORBED_FILLER_COST if word in _PASSED_OVER else _ABSORBED_COST


class Sounds:
    """Which words of a vocabulary a said word may have been, and at what cost."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._words = sorted(set(vocabulary))
        self._known = frozenset(self._words)
        self._shapes = [_shape(word) for word in self._words]
        self._found: dict[str, tuple[tuple[str, float], ...]] = {}
        self._joined: dict[str, tuple[tuple[str, float], ...]] = {}

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def candidates(self, said: str) -> tuple[tuple[str, float], ...]:
        """Words and costs, the word itself first at no cost."""
        found = self._found.get(said)
        if found is None:
            found = self._found[said] = self._search(said)
        return found

    def joined(self, said: str) -> tuple[tuple[str, float], ...]:
        """Words that two said ones, written together, may have been: only those very like it."""
        found = self._joined.get(said)
        if found is None:
            near = self.candidates(said)
            found = tuple(pair for pair in near if pair[1] <= _MOST_JOINED and len(pair[0]) > 3)  # noqa: PLR2004 - letters
            self._joined[said] = found
        return found

    def _search(self, said: str) -> tuple[tuple[str, float], ...]:
        near = process.extract(
            _shape(said),
            self._shapes,
            scorer=Levenshtein.normalized_similarity,
            processor=None,
            score_cutoff=_LEAST_SIMILAR_SHAPE,
            limit=_CANDIDATES,
        )
        known = said in self._known
        words = {self._words[index] for _, _, index in near} | self._related(said)
        costs = {word: _replaced(said, word, is_known=known) for word in words}
        if said in self._known:
            costs[said] = 0.0
        allowed = ((word, cost) for word, cost in costs.items() if cost < _DECISIVE_COST)
        return tuple(sorted(allowed, key=lambda pair: pair[1]))

    def _related(self, said: str) -> set[str]:
        """Words of the same stem, and the bare word of a possessive."""
        stem = _stem(said)
        forms = {stem, f"{stem}e", said.removesuffix("'s")}
        forms |= {f"{stem}{ending}" for ending in ("s", "es", "d", "ed", "ing")}
        return forms & self._known


def _shape(word: str) -> str:
    return phonemes(word).translate(_SHAPES)


def _replaced(said: str, word: str, *, is_known: bool) -> float:
    """Cost of hearing ``said`` for ``word``; ``is_known``: it is said in other orders."""
    if said == word:
        return 0.0
    if said == f"{word}'s":
        return _POSSESSIVE_COST
    if said in _NEGATIONS or word in _NEGATIONS:
        return _DECISIVE_COST
    if word not in _TURNING and _stem(said) == _stem(word):
        return _SAME_STEM_COST
    alike = sound_similarity(said, word)
    least, more = _LEAST_SIMILAR, _KNOWN_COST if is_known and alike < 1 else 0.0
    if said in _DECISIVE or word in _TURNING:
        least = 1.0
    elif word in _COUNTING:
        least, more = _LEAST_SIMILAR_COUNT, more + _COUNTING_COST * (alike < 1)
    if alike < least:
        return _DECISIVE_COST
    return _REPLACED + _REPLACED_PER_SOUND * (1.0 - alike) + more


def _stem(word: str) -> str:
    bare = _STEM.sub("", word).rstrip("e")
    return bare if len(bare) >= _LEAST_STEM else word
