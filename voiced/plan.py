"""Plan, then execute: what a request may change is fixed before any text from outside is read.

The plan is an ordered list of effects with holes, made from the user's own words. A grammar match
is a plan. Reading is always free. Once text from outside has entered, a call that changes something
must be a step of the plan; a step is used up by the call that passed every check, and only by it.
Pure: no I/O, no words of a model are run.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voiced.plugin import Field, Intent
from voiced.policy import Trust
from voiced.spoken import normalise
from voiced.user_words import SMALL_WORDS, Held, UserWords, parts_of, same_value

__all__ = [
    "MOST_STEPS",
    "Plan",
    "Sources",
    "Standing",
    "Step",
    "UserWords",
    "asks_for",
    "is_well_formed",
    "trust_of",
]

MOST_STEPS = 12

_LEAST_STEM = 3
_ENDINGS = ("ing", "ed", "es", "s", "e")
_REFUSALS = frozenset("no not never without".split())
_NEAR = 3
_LEADING_OPTIONAL = re.compile(r"^\s*\[[^\[\]]*\]")
_HEAD = re.compile(r"^\s*(?:\(([^()]*)\)|([^\s\[({]+))")
_WELL_FORMED: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"[^\s\x00-\x1f]{1,200}"),
    "address": re.compile(r"[^\s\x00-\x1f]{1,254}"),
    "date": re.compile(r"[\d:T+Z. -]{4,40}"),
    "number": re.compile(r"[-+]?[\d.,]{1,40}"),
    "url": re.compile(r"[^\s\x00-\x1f]{1,2048}"),
    "path": re.compile(r"[^\x00-\x1f]{1,4096}"),
}


class Standing(enum.IntEnum):
    """Where a value comes from; the higher, the better."""

    FREE = 0
    """From nowhere that is known: a model made it, or text from outside holds it."""
    TYPED = 1
    """A typed value or a thing that an intent gave; or words that may have meant something else."""
    SAID = 2
    """The user said it, or pointed at it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One planned effect. What ``arguments`` lacks, or holds as None, is a hole."""

    intent: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def given(self) -> Mapping[str, Any]:
        """The arguments that are no holes."""
        return {name: value for name, value in self.arguments.items() if value is not None}

    def admits(self, intent: str, arguments: Mapping[str, Any]) -> bool:
        """Whether a call is this step, its holes filled with anything."""
        return intent == self.intent and all(
            name in arguments and same_value(arguments[name], value)
            for name, value in self.given.items()
        )


class Plan:
    """The effects that one request may have. It is open until ``freeze``."""

    def __init__(self, steps: Iterable[Step] = (), *, is_frozen: bool = False) -> None:
        self._steps = tuple(steps)[:MOST_STEPS]
        self._is_frozen = is_frozen

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is planned and not done yet, in order."""
        return self._steps

    @property
    def is_frozen(self) -> bool:
        """Whether nothing can be planned any more."""
        return self._is_frozen

    def add(self, steps: Iterable[Step]) -> bool:
        """Plan more; False where it is too late for that, or too much: nothing is planned then."""
        longer = (*self._steps, *steps)
        if self._is_frozen or len(longer) > MOST_STEPS:
            return False
        self._steps = longer
        return True

    def freeze(self) -> None:
        """Text from outside has entered: nothing can be planned any more."""
        self._is_frozen = True

    def find(self, intent: str, arguments: Mapping[str, Any]) -> Step | None:
        """The step that this call is: the one that says most about it, the first among equals."""
        found = [step for step in self._steps if step.admits(intent, arguments)]
        return max(found, key=lambda step: len(step.given), default=None)

    def use(self, step: Step) -> None:
        """A call of this step has passed every check: it cannot be made again."""
        if step in self._steps:
            at = self._steps.index(step)
            self._steps = (*self._steps[:at], *self._steps[at + 1 :])

    def copy(self) -> Plan:
        """The plan as it is now."""
        return Plan(self._steps, is_frozen=self._is_frozen)


def _points_nowhere(_: str) -> Standing:
    return Standing.FREE


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the values of a model's call may come from.

    ``pointed`` gives the standing of words or a handle that stand for a thing named before.
    """

    said: UserWords
    fields: tuple[Field, ...] = ()
    pointed: Callable[[str], Standing] = _points_nowhere

    def standing(self, value: object, *, may_point: bool = False) -> Standing:
        """Where a value comes from; of several, the worst counts."""
        parts = parts_of(value)
        if parts is not None:
            standings = [self.standing(part, may_point=may_point) for part in parts]
            return min(standings, default=Standing.FREE)
        pointed = self.pointed(value) if may_point and isinstance(value, str) else Standing.FREE
        if pointed is not Standing.FREE:  # "the second one" may have been said of other things
            return pointed
        held = self.said.hold(value)
        if held is Held.SURELY:
            return Standing.SAID
        is_typed = held is Held.WEAKLY or any(_is_of(value, each) for each in self.fields)
        return Standing.TYPED if is_typed else Standing.FREE


def _is_of(value: object, field: Field) -> bool:
    """Whether a value is a typed one; ids and paths are what they are, to the letter."""
    if field.kind in ("number", "address"):
        return same_value(value, field.value)
    return str(value).strip() == field.value.strip()


def trust_of(
    intent: Intent, arguments: Mapping[str, Any], sources: Sources, *, is_planned: bool = False
) -> Trust:
    """How far text from outside may have shaped a model's call, where such text is about.

    Args:
        intent: What is called.
        arguments: As the model gave them, without those that a plan gave; None is not given.
        sources: The user's words and the typed values.
        is_planned: The call is a step that was planned before that text was read.

    Returns:
        USER_SAID where the user asked for the deed and said every critical argument;
        TYPED_EXTERNAL where he said these but not the deed, or where one is a typed value or only
        may have been said; else FREE_TEXT. An intent that names no critical argument has only such.
    """
    critical = intent.critical or tuple(intent.slots)
    names = [name for name in critical if arguments.get(name) is not None]
    worst = min(
        (_standing(intent, name, arguments[name], sources) for name in names),
        default=Standing.SAID,
    )
    if is_planned or asks_for(intent, sources.said.now):
        return _TRUST[worst]
    named_by_the_user = bool(names) and worst is Standing.SAID
    return Trust.TYPED_EXTERNAL if named_by_the_user else Trust.FREE_TEXT


_TRUST = {
    Standing.SAID: Trust.USER_SAID,
    Standing.TYPED: Trust.TYPED_EXTERNAL,
    Standing.FREE: Trust.FREE_TEXT,
}


def _standing(intent: Intent, name: str, value: object, sources: Sources) -> Standing:
    slot = intent.slots.get(name)
    may_point = slot is not None and hasattr(slot.type, "from_entity")
    return sources.standing(value, may_point=may_point)


def asks_for(intent: Intent, said: str) -> bool:
    """Whether the user's words ask for what this intent does: by a verb of it, not refused."""
    deeds = _deeds(intent)
    words = normalise(said)
    return any(
        word not in SMALL_WORDS and _stem(word) in deeds and not _is_refused(words[:at])
        for at, word in enumerate(words)
    )


def _is_refused(before: Sequence[str]) -> bool:
    return any(word in _REFUSALS or word.endswith("n't") for word in before[-_NEAR:])


def _deeds(intent: Intent) -> set[str]:
    """The verbs of an intent: its name's, its description's, and those its templates begin with."""
    name = intent.name.rpartition(".")[2].replace("_", " ")
    heads = [name, intent.description, *_heads(intent.sentences)]
    first = [words[0] for words in map(normalise, heads) if words]
    return {_stem(word) for word in first if word not in SMALL_WORDS}


def _heads(templates: Iterable[str]) -> Iterable[str]:
    for template in templates:
        rest, before = template, ""
        while rest != before:
            rest, before = _LEADING_OPTIONAL.sub("", rest), rest
        found = _HEAD.match(rest)
        if found:
            yield from (found[1] or found[2] or "").split("|")


def _stem(word: str) -> str:
    """A word without its ending, as far as English allows it: "sending" and "sends" are "send"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            word = word.removesuffix(ending)
            break
    return f"{word[:-1]}i" if word.endswith("y") else word


def is_well_formed(field: Field) -> bool:
    """Whether a typed value is what its kind says, and can hold no sentence."""
    pattern = _WELL_FORMED.get(field.kind)
    return pattern is not None and pattern.fullmatch(field.value) is not None
