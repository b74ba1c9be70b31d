"""The grammar of all intents: matches what was said, and biases the recogniser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeGuard

from hassil.expression import ListReference

from voiced.errors import PluginError
from voiced.grammar.align import Aligner, Filled, Reading
from voiced.grammar.automaton import Automaton, smallest
from voiced.grammar.completion import Completer, Completion
from voiced.grammar.costs import Sounds, importance
from voiced.grammar.graph import OPEN_WORDS, WordList, word_graph
from voiced.grammar.spans import Phrases
from voiced.grammar.templates import Accept, Label, Net, SlotRef, add_phrase, add_template
from voiced.plugin import Intent
from voiced.slots import SlotContext, SlotType
from voiced.spoken import Token, tokens
from voiced.stages import Hypothesis, WordGraph

__all__ = ["MIN_SCORE", "Grammar", "ListPhrases", "Match"]

MIN_SCORE = 0.6
"""Readings that fit worse than this are not matches."""

_MAX_WORDS = 120
"""More is no order: nobody says that many in 30 s, and the time to align grows with the square."""

_READING_COST = 0.8
_MAX_KEY_TERMS = 300
_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
_ENDINGS = ".,;:!?"


@dataclass(frozen=True, slots=True)
class ListPhrases:
    """What ``{name}`` stands for: hassil templates; ``is_open``: other words are taken too."""

    phrases: Sequence[str]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """An intent that was said; ``slots`` holds the words said for each slot.

    Words are as the user spelled them where he said them as they stand, or where the slot is open;
    else they are the phrase that sounds like them. ``score`` in [0, 1] is 1 for word by word.
    """

    intent: str
    slots: Mapping[str, str]
    score: float
    text: str


class Grammar:
    """Immutable; built in the constructor, but for the graph, so build it in a worker."""

    def __init__(self, net: Net, lists: Mapping[str, WordList], open_words: Iterable[str]) -> None:
        skeleton: Automaton[Label] = smallest(net.states, net.arcs)
        _refuse_silence(skeleton)
        literals = {label for _, label, _ in net.arcs if isinstance(label, str)}
        self._literals = frozenset(literals)
        self._lists = dict(lists)
        vocabulary = literals.union(*(words.words for words in lists.values()))
        phrases = {name: Phrases(words) for name, words in lists.items()}
        sounds = Sounds(vocabulary)
        self._aligner = Aligner(skeleton, phrases, sounds)
        self._completer = Completer(skeleton, self._lists, sounds)
        self._net = net
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
        net = Net()
        types = _SlotTypes()
        for intent in intents:
            for sentence in (*intent.sentences, *intent.taught):
                add_template(
                    net,
                    sentence,
                    intent=intent.name,
                    resolve=partial(types.resolve, intent),
                    rules={},
                )
        return cls(net, types.lists(context), open_words)

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
        net = Net()

        def resolve(reference: ListReference) -> SlotRef:
            if reference.list_name not in lists:
                msg = f"there is no list {{{reference.list_name}}}"
                raise ValueError(msg)
            return SlotRef(reference.list_name, reference.slot_name)

        for intent, sentences in templates.items():
            for sentence in sentences:
                add_template(net, sentence, intent=intent, resolve=resolve, rules=rules or {})
        built = {name: _word_list(name, listed, rules or {}) for name, listed in lists.items()}
        return cls(net, built, OPEN_WORDS)

    @cached_property
    def graph(self) -> WordGraph:
        """The recogniser's graph: what is typed needs none, and it takes as long as the rest."""
        return word_graph(self._net, self._lists, self._open_words)

    @cached_property
    def key_terms(self) -> tuple[str, ...]:
        """Names and rare words: those of phrases that are in no template, longest first."""
        words = {word for listed in self._lists.values() for word in listed.words}
        common = self._literals.union(OPEN_WORDS)
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
        found: dict[object, tuple[float, Match]] = {}
        for text, confidence in pairs:
            doubt = 1.0 - confidence / surest if surest else 0.0
            for cost, match in self._matches(text, doubt):
                key = (match.intent, tuple(match.slots.items()))
                if key not in found or cost < found[key][0]:
                    found[key] = (cost, match)
        ranked = sorted(found.values(), key=lambda pair: pair[0])
        return tuple(match for _, match in ranked[:limit])

    def completion(self, text: str) -> Completion:
        """Whether a partial transcript ends a sentence, and whether it may or must go on."""
        return self._completer.completion(text)

    def _matches(self, text: str, doubt: float) -> Iterable[tuple[float, Match]]:
        pieces = tokens(text)
        said = [word for piece in pieces for word in piece.words]
        for reading in self._aligner.readings(said) if 0 < len(said) <= _MAX_WORDS else ():
            score = reading.score
            if score >= MIN_SCORE:
                slots = _slots(reading, said, text, pieces)
                cost = reading.cost + _READING_COST * doubt
                yield cost, Match(reading.intent, slots, score, text)


def _slots(
    reading: Reading, said: Sequence[str], text: str, pieces: Sequence[Token]
) -> dict[str, str]:
    return {filled.slot: _words(filled, said, text, pieces) for filled in reading.slots}


def _words(filled: Filled, said: Sequence[str], text: str, pieces: Sequence[Token]) -> str:
    if filled.phrase is not None and not filled.is_exact:
        return " ".join(filled.phrase)
    spelled = _as_spelled(filled.start, filled.end, text, pieces)
    return spelled or " ".join(said[filled.start : filled.end])


def _as_spelled(start: int, end: int, text: str, pieces: Sequence[Token]) -> str:
    """The written text of some words, or nothing where they are a part of a written piece."""
    position = 0
    first = last = None
    for index, piece in enumerate(pieces):
        if position == start:
            first = index
        position += len(piece.words)
        if position == end:
            last = index
    if first is None or last is None:
        return ""
    low = pieces[first - 1].end if first else 0
    high = pieces[last + 1].start if last + 1 < len(pieces) else len(text)
    left, right = pieces[first].start, pieces[last].end
    while left > low and not text[left - 1].isspace():
        left -= 1
    while right < high and not text[right].isspace():
        right += 1
    return text[left:right].strip(_QUOTES).rstrip(_ENDINGS + _QUOTES)


def _word_list(name: str, listed: ListPhrases, rules: Mapping[str, str]) -> WordList:
    net = Net()
    for phrase in listed.phrases:
        add_phrase(net, phrase, name=name, rules=rules)
    arcs = [(source, label, target) for source, label, target in net.arcs if _is_word(label)]
    return WordList(smallest(net.states, arcs), listed.is_open)


def _refuse_silence(skeleton: Automaton[Label]) -> None:
    for label in skeleton.arcs[0]:
        if isinstance(label, Accept):
            reason = f"{label.intent}: one of its templates can be said without a word"
            raise PluginError(reason, plugin=label.intent, mend="make a part of it obligatory")


def _is_word(label: Label | None) -> TypeGuard[str | None]:
    return label is None or isinstance(label, str)


class _SlotTypes:
    """The slot types that templates refer to; each is asked for its phrases once."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._types: dict[str, tuple[Intent, SlotType[object]]] = {}

    def resolve(self, intent: Intent, reference: ListReference) -> SlotRef:
        """What ``{slot}`` or ``{type:slot}`` of an intent's template stands for."""
        slot = intent.slots.get(reference.slot_name)
        if slot is None:
            known = ", ".join(intent.slots) or "there are none"
            msg = f"{{{reference.slot_name}}} is not a parameter ({known})"
            raise ValueError(msg)
        if reference.list_name not in (slot.name, slot.type.name):
            msg = f"parameter {slot.name} is of type {slot.type.name}, not {reference.list_name}"
            raise ValueError(msg)
        return SlotRef(self._name(intent, slot.type), slot.name)

    def _name(self, intent: Intent, slot_type: SlotType[object]) -> str:
        if id(slot_type) not in self._names:
            name = slot_type.name
            if name in self._types:
                name = f"{name} {len(self._types)}"
            self._names[id(slot_type)] = name
            self._types[name] = (intent, slot_type)
        return self._names[id(slot_type)]

    def lists(self, context: SlotContext) -> dict[str, WordList]:
        """The phrases of all types, compiled."""
        return {
            name: _word_list(name, _phrases(intent, slot_type, context), {})
            for name, (intent, slot_type) in self._types.items()
        }


def _phrases(intent: Intent, slot_type: SlotType[object], context: SlotContext) -> ListPhrases:
    try:
        return ListPhrases(tuple(slot_type.phrases(context)), slot_type.is_open)
    except (Exception, SystemExit) as error:  # the plugin boundary: a slot type may do anything
        reason = f"{intent.name}: the phrases of {{{slot_type.name}}} cannot be had: {error}"
        raise PluginError(reason, plugin=intent.name) from error
