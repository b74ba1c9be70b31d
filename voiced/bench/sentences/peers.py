"""The same intents for hassil: matched exactly, and for its fuzzy matcher where there is one.

The fuzzy matcher (Home Assistant falls back on it where nothing fits exactly) was a part of hassil
until 3.8. It runs in a process of its own with such a version; see fuzzy_worker.py.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from voiced.bench.sentences.judging import Found
from voiced.bench.sentences.material import House
from voiced.errors import ConfigError
from voiced.grammar.automaton import Automaton, smallest
from voiced.grammar.templates import Accept, Label, Net, SlotRef, add_phrase, add_template
from voiced.plugin import Intent, SlotType
from voiced.spoken import FILLERS, normalise

__all__ = ["Answers", "HassilPeer"]

_SAMPLES, _VALUES = 600, 3000
_LEAD_INS = (
    "could you please", "could you", "can you please", "can you", "would you", "i want you to",
    "i want to", "i'd like you to", "i'd like to", "please", "for me",
)  # fmt: skip
_SLOT = re.compile(r"\{(?:\w+:)?(\w+)\}")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found for each text, in their order, and the CPU time each took, in ms.

    ``guesses`` are what is asked about where nothing was found; only voiced has them.
    """

    found: tuple[Found | None, ...]
    cpu_ms: tuple[float, ...]
    guesses: tuple[tuple[Found, ...], ...] = ()


class HassilPeer:
    """Intents as hassil has them; open slots are wildcards, the others lists of their phrases."""

    def __init__(self, intents: Sequence[Intent], house: House) -> None:
        self._intents = intents
        self._house = house

    def exact(self, texts: Sequence[str]) -> Answers:
        """What hassil makes of the texts."""
        from hassil import Intents, recognize_best  # noqa: PLC0415 - only the benchmark needs it

        known = Intents.from_dict(self._document)
        answers = [_timed(partial(recognize_best, intents=known), each) for each in texts]
        return Answers(
            tuple(_found(result) for result, _ in answers), tuple(cost for _, cost in answers)
        )

    def fuzzy(self, texts: Sequence[str], extra: Mapping[str, set[str]], path: Path) -> Answers:
        """What hassil's fuzzy matcher makes of the texts, alone.

        Args:
            texts: What was said.
            extra: For names of slots, words that it shall know besides samples of the phrases.
            path: A folder to import hassil 3.8 from.

        Raises:
            ConfigError: It could not be run.
        """
        request = {
            "values": {
                slot: sorted(set(words) | extra.get(slot, set()))
                for slot, words in self._values.items()
            },
            "samples": {intent.name: self._samples(intent) for intent in self._intents},
            "skip_words": [*_LEAD_INS, *sorted(FILLERS)],
            "texts": [_plain(text) for text in texts],
        }
        worker = Path(__file__).with_name("fuzzy_worker.py")
        ended = subprocess.run(
            [sys.executable, worker],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(path)},
        )
        if ended.returncode:
            reason = f"hassil's fuzzy matcher cannot be run: {ended.stderr.strip()[-300:]}"
            raise ConfigError(file=str(path), key="fuzzy", reason=reason)
        answer: dict[str, Any] = json.loads(ended.stdout)
        found = (each and Found(each["intent"], each["slots"]) for each in answer["found"])
        return Answers(tuple(found), tuple(answer["cpu_ms"]))

    @cached_property
    def _document(self) -> dict[str, Any]:
        types = {
            _list_name(slot.type): slot.type
            for intent in self._intents
            for slot in intent.slots.values()
        }
        lists: dict[str, Any] = {}
        for name, kind in types.items():
            phrases = list(kind.phrases(self._house))
            lists[name] = {"wildcard": True} if kind.is_open else {"values": phrases}
        intents = {
            intent.name: {"data": [{"sentences": [_renamed(intent, s) for s in intent.sentences]}]}
            for intent in self._intents
        }
        skipped = [*_LEAD_INS, *sorted(FILLERS)]
        return {"language": "en", "intents": intents, "lists": lists, "skip_words": skipped}

    @cached_property
    def _values(self) -> dict[str, list[str]]:
        """For each closed slot's name, words that may be said for it."""
        found: dict[str, set[str]] = {}
        for intent in self._intents:
            for slot in intent.slots.values():
                if not slot.type.is_open:
                    words = self._sampled(slot.type)
                    found.setdefault(slot.name, set()).update(words)
        return {name: sorted(words) for name, words in found.items()}

    def _sampled(self, kind: SlotType[Any]) -> list[str]:
        net = Net()
        for phrase in kind.phrases(self._house):
            add_phrase(net, phrase, name=kind.name, rules={})
        arcs = [
            (source, label, to)
            for source, label, to in net.arcs
            if not isinstance(label, (Accept, SlotRef))
        ]
        return [" ".join(each) for each in _walks(smallest(net.states, arcs), _VALUES)]

    def _samples(self, intent: Intent) -> list[list[str]]:
        """Sentences of the templates, with "{slot}" where a slot stands."""
        net = Net()
        for sentence in intent.sentences:
            add_template(
                net,
                sentence,
                intent=intent.name,
                resolve=lambda reference: SlotRef(reference.slot_name, reference.slot_name),
                rules={},
            )
        skeleton: Automaton[Label] = smallest(net.states, net.arcs)
        walks = _walks(skeleton, _SAMPLES)
        return [
            [f"{{{label.slot}}}" if isinstance(label, SlotRef) else str(label) for label in walk]
            for walk in (each[:-1] for each in walks)
        ]


def _walks(automaton: Automaton[Any], count: int) -> list[tuple[Any, ...]]:
    """Random ways from the start to an end, each one once; fewer where there are not so many."""
    chance = random.Random(1)  # noqa: S311 - no secret
    found: dict[tuple[Any, ...], None] = {}
    for _ in range(4 * count):
        state = 0
        walk: list[Any] = []
        while True:
            arcs = list(automaton.arcs[state].items())
            if not arcs or (state in automaton.ends and chance.random() < 1 / (len(arcs) + 1)):
                break
            label, state = chance.choice(arcs)
            walk.append(label)
        found[tuple(walk)] = None
        if len(found) >= count:
            break
    return list(found)


def _list_name(kind: SlotType[Any]) -> str:
    return f"{kind.name}_{id(kind)}"


def _renamed(intent: Intent, sentence: str) -> str:
    return _SLOT.sub(
        lambda found: f"{{{_list_name(intent.slots[found[1]].type)}:{found[1]}}}", sentence
    )


def _plain(text: str) -> str:
    return " ".join(normalise(text))


def _timed(function: Any, text: str) -> tuple[Any, float]:
    plain = _plain(text)
    began = time.process_time()
    result = function(plain) if plain else None
    return result, 1000.0 * (time.process_time() - began)


def _found(result: Any) -> Found | None:
    if result is None:
        return None
    slots = {name: str(entity.text).strip() for name, entity in result.entities.items()}
    return Found(result.intent.name, slots)
