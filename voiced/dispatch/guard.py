"""The guard between a model and the world: what a call may do, by who shaped it.

One request at a time. The plan is open until the first text from outside comes in; what the model
wants to change afterwards must be planned already, and the user's own words must hold what matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voiced.conversation import Conversation
from voiced.errors import IntentDenied
from voiced.plan import Plan, Step, UserWords, trust_of
from voiced.plugin import Integrity, Intent, Reply
from voiced.policy import Trust

__all__ = ["Guard"]

_HIDDEN = "I ignored one request hidden in what I read."


class Guard:
    """Holds the plan of the request that is being answered.

    Args:
        conversation: Knows whether text from outside is about, and which typed values it held.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._plan = Plan()
        self._said = UserWords("")
        self._was_clean = True

    def begin(self, said: str) -> None:
        """A new request of the user, in his own words."""
        before = tuple(exchange.said for exchange in self._conversation.exchanges)
        self._said = UserWords(said, before)
        self._plan = Plan()
        self._was_clean = not self._conversation.is_tainted

    def plan(self, steps: Sequence[Step]) -> bool:
        """Take a model's plan; False where it comes too late."""
        return self._plan.add(steps)

    def told(self, intent: Intent, reply: Reply) -> None:
        """An intent gave something back: text from outside freezes the plan."""
        if intent.returns is Integrity.EXTERNAL:
            self._conversation.taint(reply.fields)
            self._plan.freeze()

    def spoken(self) -> Trust:
        """The trust of a call that the user spoke himself."""
        return Trust.USER_SAID if self._conversation.is_tainted else Trust.CLEAN

    def admit(self, intent: Intent, arguments: Mapping[str, Any]) -> tuple[Trust, Step | None]:
        """The trust of a model's call, and the step that it is.

        Raises:
            IntentDenied: It would change something and was not planned.
        """
        if intent.effect.only_reads or not self._conversation.is_tainted:
            return Trust.CLEAN, self._plan.find(intent.name, arguments)
        step = self._plan.find(intent.name, arguments)
        if step is None and self._plan.is_frozen:
            raise denied(intent, "was not planned before text from outside was read")
        planned = step if self._was_clean else None
        given = {} if planned is None else _given(planned)
        trust = trust_of(
            intent,
            {name: value for name, value in arguments.items() if name not in given},
            self._said,
            self._conversation.fields,
            is_planned=planned is not None,
        )
        return trust, step

    def use(self, step: Step | None) -> None:
        """The call of this step has passed every check."""
        if step is not None and step in self._plan.steps:
            self._plan.use(step)


def denied(intent: Intent, why: str) -> IntentDenied:
    """The error for a call that nobody is asked about."""
    return IntentDenied(f"{intent.name} {why}", intent=intent.name, spoken=_HIDDEN)


def _given(step: Step) -> dict[str, Any]:
    return {name: value for name, value in step.arguments.items() if value is not None}
