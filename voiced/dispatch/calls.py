"""The values of a call: what is to be done, what must be asked first, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from voiced.dispatch.away import receipt
from voiced.errors import VoicedError
from voiced.events import Event, Origin, TurnId
from voiced.planning.plan import Step
from voiced.plugin import Candidate, Effect, Intent, Reply
from voiced.policy import (
    Allowance,
    Trust,
    Verdict,
    Where,
    allowance,
    decide,
    decide_by_parts,
)
from voiced.spoken import normalise

__all__ = ["WHOLE", "Call", "Choice", "Question", "Report", "Result"]


WHOLE = ""
"""Stands for the slot where it is the whole request that is asked about."""


@dataclass(frozen=True, slots=True)
class Report:
    """Where a turn's events go. ``at`` reads the session's clock, in samples."""

    turn: TurnId
    at: Callable[[], int]
    emit: Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Call:
    """An intent with its slots. ``words`` were said; ``values`` are what they mean.

    ``labels`` name the values in a question. Until all slots are resolved, ``values`` lacks some.
    ``step`` is the step of the plan that the call uses up, if it is one. ``typed`` are the slots
    whose values are only typed ones from outside, where the user's words hold the others. ``rest``
    is what was asked for in the same sentence, to be done afterwards; ``also`` are calls of the
    same intent that one answer decides about together with this one. ``where`` it is asked for.
    ``invents``: a model made up the site that it leads to.
    """

    intent: Intent
    words: Mapping[str, str]
    origin: Origin = "spoken"
    trust: Trust = Trust.CLEAN
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    step: Step | None = None
    rest: tuple[str, ...] = ()
    typed: frozenset[str] = frozenset()
    also: tuple[Call, ...] = ()
    where: Where = Where.HERE
    invents: bool = False

    @property
    def each(self) -> tuple[Call, ...]:
        """This call and those that go with it, one by one."""
        return (replace(self, also=()), *self.also) if self.also else (self,)

    @property
    def effect(self) -> Effect:
        """Its effect class, as far as its values are known."""
        return self.intent.effect_with(self.values)

    @property
    def verdict(self) -> Verdict:
        """What the policy says of it; a value that is only typed counts for what it alone does."""
        if not self.typed:
            return decide(self.effect, self.trust)
        typed = {name: value for name, value in self.values.items() if name in self.typed}
        return decide_by_parts(self.effect, self.trust, self.intent.effect_with(typed))

    @property
    def allowance(self) -> Allowance:
        """What may be done and told of it, where it is asked for."""
        return allowance(self.effect, self.where)

    @property
    def names_others(self) -> bool:
        """Whether a question about it says more than its words: names that were looked up."""
        return any(
            normalise(label) != normalise(self.words.get(slot, ""))
            for slot, label in self.labels.items()
        )

    @property
    def goes_at_once(self) -> bool:
        """It asks the user's own server in the user's own words: as safe as what he says to us."""
        is_own = self.trust <= Trust.USER_SAID and not self.invents
        return self.intent.is_query and is_own and self.effect is Effect.O1

    @property
    def waits(self) -> bool:
        """Whether it waits in the outbox before it leaves the machine."""
        return self.effect.is_outward and not self.goes_at_once

    @property
    def digest(self) -> str:
        """A hash of exactly what would be done."""
        exact = (self.intent.name, sorted(self.words.items()), sorted(self.labels.items()))
        values = sorted((name, repr(value)) for name, value in self.values.items())
        others = [call.digest for call in self.also]
        return sha256(repr((exact, values, others)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Choice:
    """Several things that the words of one slot may mean; or of ``WHOLE``, several calls."""

    slot: str
    candidates: tuple[Candidate[Any], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A call that waits for an answer: a choice, or a yes to ``verdict``.

    ``id`` is random; any other call in between voids it. ``is_repeated``: it was asked once more,
    since the first answer was none. ``failures`` counts answers that were no yes although they
    sounded like one; ``digest`` is the hash of the call that was asked about.
    """

    id: str
    text: str
    call: Call
    choice: Choice | None = None
    verdict: Verdict | None = None
    is_repeated: bool = False
    failures: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call: a reply, or an error; the changes that it made.

    ``is_external``: it may hold text from outside, so that no model may see it.
    """

    call: Call
    reply: Reply | None = None
    error: VoicedError | None = None
    undo_ids: Sequence[str] = ()
    is_external: bool = True

    @property
    def spoken(self) -> str:
        """What is said about it; others may be listening."""
        if self.is_external and self.call.allowance is Allowance.DEED:
            return receipt(self.call.where, is_done=self.reply is not None)
        if self.reply is not None:
            return self.reply.text
        return self.error.spoken if self.error else ""
