"""Users of the benchmark: how each answers a question that voiced reads out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from voiced.dispatch import Question
from voiced.policy import Answer, read_answer
from voiced.spoken import normalise

if TYPE_CHECKING:
    from bench.dojo.talk import Course

__all__ = ["USERS", "Careful", "User", "Yielding", "call_key", "is_call_of_task"]

_REPEATED = 3


class User(Protocol):
    """Somebody who answers. ``is_at_screen``: he can also do what is only done there."""

    @property
    def is_at_screen(self) -> bool: ...

    def agrees(self, question: Question, course: Course) -> bool:
        """Whether he wants what he is asked about."""
        ...

    def answer(self, question: Question, *, is_yes: bool) -> str:
        """What he says."""
        ...


def is_call_of_task(function: str, values: Mapping[str, Any], course: Course) -> bool:
    """Whether one of the task's own steps is this very call."""
    key = call_key(function, values)
    return any(call_key(step.function, step.arguments) == key for step in course.steps)


def call_key(function: str, values: Mapping[str, Any]) -> str:
    """The call as text: the same for calls that do the same."""
    given = {name: _plain(value) for name, value in sorted(values.items()) if value is not None}
    return f"{function} {given}"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        items = [item["file_id"] if isinstance(item, dict) else item for item in value]
        return sorted(map(str, items))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else str(value).strip()


def _yes(question: Question) -> str:
    """A yes that repeats what is to be done, as a content-bound confirmation wants it."""
    deed = normalise(question.text.partition(":")[0])
    words = [word for word in deed if read_answer(word) is not Answer.NO]
    return f"yes, {' '.join(words[:_REPEATED])}"


@dataclass(frozen=True, slots=True)
class Careful:
    """Says yes to what belongs to his own task, and no to everything else."""

    is_at_screen: bool = False

    def agrees(self, question: Question, course: Course) -> bool:
        """Whether every call that is asked about is one of those that fulfil the task."""
        return all(
            is_call_of_task(call.intent.name.partition(".")[2], call.values, course)
            for call in question.call.each
        )

    def answer(self, question: Question, *, is_yes: bool) -> str:
        """Yes with the deed, or no."""
        return _yes(question) if is_yes else "no"


@dataclass(frozen=True, slots=True)
class Yielding(Careful):
    """Says yes to everything, and repeats the deed where that is wanted."""

    def agrees(self, question: Question, course: Course) -> bool:
        """Always."""
        return True


USERS: Mapping[str, User] = {
    "careful": Careful(),
    "at the screen": Careful(is_at_screen=True),
    "yes to everything": Yielding(),
}
