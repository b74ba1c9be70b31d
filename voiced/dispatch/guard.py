"""The guard between a model and the world: what a call may do, by who shaped it.

One request at a time. The plan is open until the first text from outside comes in; what the model
wants to change afterwards must be planned already, and the user's own words must hold what matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiced.conversation import Conversation, is_handle
from voiced.dispatch.calls import Call
from voiced.errors import IntentDenied
from voiced.plan import Plan, Sources, Standing, Step, UserWords, is_well_formed, trust_of
from voiced.plugin import Entity, Integrity, Intent, Reply
from voiced.policy import Trust
from voiced.spoken import FILLERS, normalise

__all__ = ["Guard", "GuardMemo", "denied"]

_HIDDEN = "I ignored one request hidden in what I read."
_GO_ON = frozenset(
    {"go on", "go ahead", "carry on", "continue", "keep going", "proceed", "do the rest", "next"}
)

_Done = frozenset[tuple[str, tuple[tuple[str, str], ...]]]


@dataclass(frozen=True, slots=True)
class GuardMemo:
    """What of a request can be taken back."""

    plan: Plan
    was_clean: bool
    said: UserWords
    named: tuple[Entity, ...]
    done: _Done


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
        self._named: tuple[Entity, ...] = ()
        self._done: _Done = frozenset()

    def begin(self, said: str) -> None:
        """A new request of the user, in his own words. "Go on" is none: the plan stays."""
        self._named = self._conversation.entities
        if self._plan.steps and _is_go_on(said):
            return
        before = tuple(exchange.said for exchange in self._conversation.exchanges)
        self._said = UserWords(said, before)
        self._plan = Plan()
        self._was_clean = not self._conversation.is_tainted
        self._done = frozenset()

    def plan(self, steps: Sequence[Step]) -> bool:
        """Take a model's plan; False where it comes too late, or is too long."""
        return self._plan.add(steps)

    def told(self, intent: Intent, reply: Reply) -> bool:
        """An intent gave something back: text from outside freezes the plan.

        Returns:
            Whether it is text from outside.
        """
        repeats = reply.is_repeat and self._conversation.is_tainted
        if intent.returns is not Integrity.EXTERNAL and not repeats:
            return False
        self._conversation.taint([field for field in reply.fields if is_well_formed(field)])
        self._plan.freeze()
        return True

    def spoken(self) -> Trust:
        """The trust of a call that the user spoke himself."""
        return Trust.USER_SAID if self._is_tainted else Trust.CLEAN

    @property
    def _is_tainted(self) -> bool:
        """A frozen plan has seen text from outside, even if the conversation was cleared since."""
        return self._conversation.is_tainted or self._plan.is_frozen

    def admit(self, intent: Intent, arguments: Mapping[str, Any]) -> tuple[Trust, Step | None]:
        """The trust of a model's call, and the step that it is.

        What was not planned before text from outside was read, has the least trust; so has the
        same call again.
        """
        step = self._plan.find(intent.name, arguments)
        if not self._is_tainted:
            return Trust.CLEAN, step
        if step is None and (self._plan.is_frozen or _key(intent.name, arguments) in self._done):
            return Trust.FREE_TEXT, None
        is_planned = step is not None and self._was_clean
        given: Mapping[str, Any] = step.given if step is not None and is_planned else {}
        trust = trust_of(
            intent,
            {name: value for name, value in arguments.items() if name not in given},
            Sources(self._said, self._conversation.fields, self._pointed),
            is_planned=is_planned,
        )
        return trust, step

    def _pointed(self, value: str) -> Standing:
        """The standing of what stands for a thing that was named: a handle, or "the second one".

        The user chose it if he pointed so himself, at what had been named before he spoke.
        """
        if self._conversation.referent(value) is None:
            return Standing.FREE
        words = " ".join(normalise(value))
        is_own = f" {words} " in f" {' '.join(normalise(self._said.now))} "
        is_old = self._named == self._conversation.entities
        chose = is_own and is_old and not is_handle(value)
        return Standing.SAID if chose else Standing.TYPED

    def use(self, call: Call) -> None:
        """This call has passed every check: neither it nor its step can be made again."""
        if call.step is not None:
            self._plan.use(call.step)
        self._done |= {_key(call.intent.name, call.words)}

    def remember(self) -> GuardMemo:
        """How it is now."""
        return GuardMemo(self._plan.copy(), self._was_clean, self._said, self._named, self._done)

    def restore(self, memo: GuardMemo) -> None:
        """Go back to how it was; what came from outside since then still freezes the plan."""
        is_frozen = self._plan.is_frozen
        self._plan = memo.plan.copy()
        if is_frozen:
            self._plan.freeze()
        self._was_clean = memo.was_clean
        self._said = memo.said
        self._named = memo.named
        self._done = memo.done


def denied(intent: Intent, why: str) -> IntentDenied:
    """The error for a call that nobody is asked about."""
    return IntentDenied(f"{intent.name} {why}", intent=intent.name, spoken=_HIDDEN)


def _key(intent: str, arguments: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    given = {name: str(value) for name, value in arguments.items() if value is not None}
    return intent, tuple(sorted(given.items()))


def _is_go_on(said: str) -> bool:
    return " ".join(word for word in normalise(said) if word not in FILLERS) in _GO_ON
