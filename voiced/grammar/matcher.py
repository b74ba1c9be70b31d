"""The grammar of all intents: matches what was said, and biases the recogniser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from voiced.grammar.align import Aligner
from voiced.grammar.completion import Completer, Completion
from voiced.grammar.costs import Sounds, importance
from voiced.grammar.graph import OPEN_WORDS, WordList, word_graph
from voiced.grammar.guesses import Guesser
from voiced.grammar.reading import Reading
from voiced.grammar.rewording import wordings
from voiced.grammar.skeleton import Skeleton, add_templates, skeleton_of, spoken
from voiced.grammar.slot_types import ListPhrases, word_list
from voiced.grammar.spans import Phrases
from voiced.grammar.spelled import slots_of
from voiced.grammar.templates import Net, Reference, SlotRef
from voiced.plugin import Intent
from voiced.slots import SlotContext
from voiced.spoken import Token, tokens
from voiced.stages import Hypothesis, WordGraph
from voiced.unfinished import Ending, ending

__all__ = ["MIN_CHANGING", "MIN_SCORE", "Grammar", "ListPhrases", "Match"]

MIN_SCORE = 0.6
MIN_CHANGING = 0.72
"""Readings that fit worse than this are not matches; the second one is for intents that change
something, and for readings that take words as they are."""

_MAX_WORDS = 120
"""More is no order: nobody says that many in 30 s, and the time to align grows with the square."""

_MAX_LETTERS = 4000
_READING_COST = 0.8
_MAX_KEY_TERMS = 300

Rank: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Match:
    """An intent that was said; ``slots`` holds the words said for each slot.

    Words are as the user spelled them where he said them as they stand, or where the slot is open;
    else they are the phrase that sounds like them. ``score`` in [0, 1] is 1 for word by word.
    ``rank`` is lower for what fits better: what the reading cost, and then how much of the template
    was said, turned round.
    """

    intent: str
    slots: Mapping[str, str]
    score: float
    text: str
    rank: Rank = field(default=(0.0, 0.0), compare=False)


class Grammar:
    """Immutable; built in the constructor, but for the graph, so build it in a worker."""

    def __init__(
        self,
        skeleton: Skeleton,
        lists: Mapping[str, WordList],
        open_words: Iterable[str],
        checks: Mapping[str, Callable[[str], bool]] | None = None,
        changing: Iterable[str] = (),
    ) -> None:
        self._skeleton = skeleton
        self._lists = dict(lists)
        vocabulary = skeleton.literals.union(*(words.words for words in lists.values()))
        fits = checks or {}
        self._changing = frozenset(changing)
        phrases = {name: Phrases(words, fits.get(name)) for name, words in lists.items()}
        sounds = Sounds(vocabulary)
        self._aligner = Aligner(skeleton.states, phrases, sounds)
        self._guesser = Guesser(skeleton.states, phrases, sounds)
        self._completer = Completer(skeleton.states, self._lists, sounds, fits)
        self._open_words = tuple(open_words)

    @classmethod
    def compile(
        cls,
        intents: Sequence[Intent],
        context: SlotContext,
        *,
        open_words: Iterable[str] = OPEN_WORDS,
    ) -> Grammar:
        """Build the grammar of intents, with the phrases that their slots take now. Blocking.

        Args:
            intents: All that can be said.
            context: Given to the slot types.
            open_words: What open slots take in the recogniser besides words of their phrases.

        Raises:
            PluginError: A template or a phrase is wrong; names the intent, and ``plugin`` is it.
        """
        skeleton, types = skeleton_of(tuple(map(spoken, intents)))
        changing = [intent.name for intent in intents if not intent.effect.only_reads]
        return cls(skeleton, types.lists(context), open_words, types.checks(), changing)

    @classmethod
    def from_templates(
        cls,
        templates: Mapping[str, Sequence[str]],
        lists: Mapping[str, ListPhrases],
        rules: Mapping[str, str] | None = None,
    ) -> Grammar:
        """Build a grammar from sentences for each intent, lists and rules, all as hassil has them.

        Raises:
            PluginError: A template or a phrase is wrong.
        """

        def resolve(reference: Reference) -> SlotRef:
            if reference.list_name not in lists:
                msg = f"there is no list {{{reference.list_name}}}"
                raise ValueError(msg)
            return SlotRef(reference.list_name, reference.slot_name)

        def draw() -> Net:
            net = Net()
            for intent, sentences in templates.items():
                add_templates(net, intent, sentences, resolve, rules or {})
            return net

        built = {name: word_list(name, listed, rules or {}) for name, listed in lists.items()}
        return cls(Skeleton.of(draw), built, OPEN_WORDS)

    @cached_property
    def graph(self) -> WordGraph:
        """The recogniser's graph: what is typed needs none, and it takes as long as the rest."""
        return word_graph(self._skeleton.draw(), self._lists, self._open_words)

    @cached_property
    def key_terms(self) -> tuple[str, ...]:
        """Names and rare words: those of phrases that are in no template, longest first."""
        words = {word for listed in self._lists.values() for word in listed.words}
        common = self._skeleton.literals.union(OPEN_WORDS)
        rare = [word for word in words - common if len(word) > 2 and importance(word) == 1]  # noqa: PLR2004 - initials
        return tuple(sorted(rare, key=lambda word: (-len(word), word))[:_MAX_KEY_TERMS])

    def match(
        self, readings: Sequence[Hypothesis | tuple[str, float]], limit: int = 5
    ) -> tuple[Match, ...]:
        """What was meant, best first; empty where nothing fits well enough.

        Args:
            readings: Texts with their confidences in [0, 1], of one utterance.
            limit: The most matches returned.
        """
        pairs = [(r.text, r.confidence) if isinstance(r, Hypothesis) else r for r in readings]
        surest = max((confidence for _, confidence in pairs), default=0.0)
        doubts = [(text, 1.0 - sure / surest if surest else 0.0) for text, sure in pairs]
        return _best(match for text, doubt in doubts for match in self._matches(text, doubt))[
            :limit
        ]

    def guesses(self, text: str) -> tuple[Match, ...]:
        """What may have been meant by a text that ``match`` makes nothing of, best first.

        All of them fit about as well, and so badly that the user is to be asked. A text that
        cannot end where it does is no order yet.
        """
        if len(text) > _MAX_LETTERS or ending(text) is Ending.OPEN:
            return ()
        pieces = tokens(text)
        said = [word for piece in pieces for word in piece.words]
        return _best(
            _match(reading, said, text, pieces, (-reading.score, reading.cost))
            for reading in self._guesser.readings(said)
        )

    def completion(self, text: str) -> Completion:
        """Whether a partial transcript ends a sentence, and whether it may or must go on."""
        return self._completer.completion(text)

    def _matches(self, text: str, doubt: float) -> Iterable[Match]:
        if len(text) > _MAX_LETTERS:
            return
        best = float("inf")
        for wording in wordings(text):
            if best <= wording.cost:
                return
            pieces = tokens(wording.text)
            said = [word for piece in pieces for word in piece.words]
            for reading in self._aligner.readings(said) if 0 < len(said) <= _MAX_WORDS else ():
                if reading.score >= self._least_of(reading):
                    cost = reading.cost + wording.cost + _READING_COST * doubt
                    rank, best = (cost, -reading.literal), min(best, cost)
                    match = _match(reading, said, wording.text, pieces, rank)
                    yield replace(match, text=text)

    def _least_of(self, reading: Reading) -> float:
        takes_any = any(filled.phrase is None for filled in reading.slots)
        return MIN_CHANGING if takes_any or reading.intent in self._changing else MIN_SCORE


def _match(
    reading: Reading, said: Sequence[str], text: str, pieces: Sequence[Token], rank: Rank
) -> Match:
    slots = slots_of(reading, said, text, pieces)
    return Match(reading.intent, slots, reading.score, text, rank)


def _best(found: Iterable[Match]) -> tuple[Match, ...]:
    """Each meaning once, the one that fits best first."""
    best: dict[object, Match] = {}
    for match in found:
        key = (match.intent, tuple(match.slots.items()))
        if key not in best or match.rank < best[key].rank:
            best[key] = match
    return tuple(sorted(best.values(), key=lambda match: match.rank))
