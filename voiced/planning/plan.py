"""Plan, then execute: what a request may change is fixed before any text from outside is read.

The plan is an ordered list of effects with holes, made from the user's own words. A grammar match
is a plan. Reading is always free. Once text from outside has entered, a call that changes something
must be a step of the plan; a step is used up by the call that passed every check, and only by it.
Pure: no I/O, no words of a model are run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiced.plugin import Intent
from voiced.trust.user_words import same_value

__all__ = ["MOST_STEPS", "Plan", "Step"]

MOST_STEPS = 12


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

    def surplus(self, intent: Intent, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        """The critical arguments of a call that the plan says nothing of.

        A slot that must be filled is a hole even if the plan does not name it.
        """
        return tuple(
            name
            for name in intent.critical or tuple(intent.slots)
            if arguments.get(name) is not None
            and name not in self.arguments
            and not (name in intent.slots and intent.slots[name].required)
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

    def find(
        self,
        intent: str,
        arguments: Mapping[str, Any],
        allows: Callable[[Step], bool] = lambda _: True,
    ) -> Step | None:
        """The step that this call is: the one that says most about it, the first among equals.

        ``allows`` may rule out some.
        """
        found = [step for step in self._steps if step.admits(intent, arguments) and allows(step)]
        return max(found, key=lambda step: len(step.given), default=None)

    def use(self, step: Step) -> None:
        """A call of this step has passed every check: it cannot be made again."""
        if step in self._steps:
            at = self._steps.index(step)
            self._steps = (*self._steps[:at], *self._steps[at + 1 :])

    def copy(self) -> Plan:
        """The plan as it is now."""
        return Plan(self._steps, is_frozen=self._is_frozen)
