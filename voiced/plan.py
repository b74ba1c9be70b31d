"""Plan, then execute: what a request may change is fixed before any text from outside is read.

The plan is an ordered list of effects with holes, made from the user's own words. A grammar match
is a plan. Reading is always free. Once text from outside has entered, a call that changes something
must be a step of the plan; a step is used up by the call that passed every check, and only by it.
Pure: no I/O, no words of a model are run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voiced.plugin import Field, Intent
from voiced.policy import Trust
from voiced.spoken import FILLERS, normalise

__all__ = ["Plan", "Step", "UserWords", "asks_for", "trust_of"]

_MOST_STEPS = 12
_LEAST_STEM = 4
_SMALL = FILLERS | frozenset(
    "a an and any are as at be by can do does for from get give has have how i in into is it its me"
    " my of on one or please so some that the them then there this those to up user want what when"
    " where which who with you your tell use new all not".split()
)


@dataclass(frozen=True, slots=True)
class Step:
    """One planned effect. What ``arguments`` lacks, or holds as None, is a hole."""

    intent: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def admits(self, intent: str, arguments: Mapping[str, Any]) -> bool:
        """Whether a call is this step, its holes filled with anything."""
        given = {name: value for name, value in self.arguments.items() if value is not None}
        return intent == self.intent and all(
            name in arguments and _same(arguments[name], value) for name, value in given.items()
        )


class Plan:
    """The effects that one request may have. It is open until ``freeze``."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._steps = list(steps)[:_MOST_STEPS]
        self.is_frozen = False

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is planned and not done yet, in order."""
        return tuple(self._steps)

    def add(self, steps: Iterable[Step]) -> bool:
        """Plan more; False where it is too late for that."""
        if self.is_frozen:
            return False
        self._steps = [*self._steps, *steps][:_MOST_STEPS]
        return True

    def freeze(self) -> None:
        """Text from outside has entered: nothing can be planned any more."""
        self.is_frozen = True

    def find(self, intent: str, arguments: Mapping[str, Any]) -> Step | None:
        """The first step that this call may be."""
        return next((step for step in self._steps if step.admits(intent, arguments)), None)

    def use(self, step: Step) -> None:
        """A call of this step has passed every check: it cannot be made again."""
        self._steps.remove(step)


@dataclass(frozen=True, slots=True)
class UserWords:
    """What the user said himself: in this turn, and in the turns before."""

    now: str
    before: tuple[str, ...] = ()

    def hold(self, value: object) -> bool:
        """Whether the user said this value, word by word."""
        if isinstance(value, list | tuple):
            parts: Sequence[object] = value
            return bool(parts) and all(self.hold(part) for part in parts)
        wanted = _words(str(value))
        return bool(wanted) and any(f" {wanted} " in f" {_words(said)} " for said in self._all)

    @property
    def _all(self) -> tuple[str, ...]:
        return (self.now, *self.before)


def asks_for(intent: Intent, said: str) -> bool:
    """Whether the user's words speak of what this intent does, in any of its words."""
    own = {_stem(word) for word in normalise(_about(intent))} - {_stem(word) for word in _SMALL}
    return not own.isdisjoint({_stem(word) for word in normalise(said) if word not in _SMALL})


def trust_of(
    intent: Intent,
    arguments: Mapping[str, Any],
    said: UserWords,
    fields: Iterable[Field],
    *,
    is_planned: bool = False,
) -> Trust:
    """How far text from outside may have shaped a model's call, where such text is about.

    Args:
        intent: What is called.
        arguments: As the model gave them; None is not given.
        said: The user's own words.
        fields: The typed values that intents gave back.
        is_planned: The call is a step that was planned before that text was read.

    Returns:
        USER_SAID where the user said every critical argument; TYPED_EXTERNAL where the others are
        typed values; else FREE_TEXT. An intent that names no critical argument has only such.
    """
    critical = intent.critical or tuple(intent.slots)
    values = [arguments[name] for name in critical if arguments.get(name) is not None]
    if values and all(said.hold(value) for value in values):
        return Trust.USER_SAID
    if not is_planned and not asks_for(intent, said.now):
        return Trust.FREE_TEXT
    if not values:
        return Trust.USER_SAID
    typed = {_words(each.value) for each in fields}
    if all(said.hold(value) or _is_typed(value, typed) for value in values):
        return Trust.TYPED_EXTERNAL
    return Trust.FREE_TEXT


def _is_typed(value: object, typed: set[str]) -> bool:
    if isinstance(value, list | tuple):
        parts: Sequence[object] = value
        return all(_is_typed(part, typed) for part in parts)
    return _words(str(value)) in typed


def _same(one: object, other: object) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        ones: Sequence[object] = one
        others: Sequence[object] = other
        return len(ones) == len(others) and all(map(_same, ones, others))
    return _words(str(one)) == _words(str(other))


def _words(text: str) -> str:
    return " ".join(normalise(text)) or text.strip().lower()


def _about(intent: Intent) -> str:
    names = intent.name.replace(".", " ").replace("_", " ")
    literals = " ".join(intent.sentences).translate(_MARKS)
    return f"{names} {intent.description} {literals}"


_MARKS = {ord(mark): " " for mark in "[](){}|<>:_"}


def _stem(word: str) -> str:
    """A word without its ending, as far as English allows it: "sending" and "sends" are "send"."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM - 1:
            return word.removesuffix(ending)
    return word
